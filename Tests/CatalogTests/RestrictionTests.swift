import Terms
import Testing

@testable import Catalog

/// Records that a definition shows to few roles.
@Suite struct RestrictionTests {
  private func body(_ text: String) -> ReadBody { ReadBody(Array(text.utf8)) }

  @Test func aRecordIsShownToTheRolesOfEveryRestrictionThatItMeets() throws {
    let incidents = try Sample.definition("incidents")
    func shows(_ visibility: String, _ role: String) -> Bool {
      incidents.shows(body("{\"visibility\":\"\(visibility)\"}"), to: role)
    }
    for role in ["security-officer", "post-operator", "customs-officer"] { #expect(shows("all", role)) }
    #expect(shows("posts", "post-operator") && !shows("posts", "customs-officer"))
    #expect(shows("security", "auditor") && !shows("security", "post-operator"))
    // What is kept back counts as met: it is better hidden than shown.
    #expect(!incidents.shows(body("{}"), to: "customs-officer") && incidents.shows(body("{}"), to: "auditor"))
    // Most datasets restrict nothing.
    #expect(try Sample.definition("posts").shows(body("{}"), to: "anybody"))
  }

  @Test(arguments: [
    ("when = { event = [\"state\"] }", "roles"), ("roles = [\"auditor\"]", "when"),
    ("when = { nothing = [\"x\"] }\nroles = [\"auditor\"]", "nothing"),
    ("when = { event = [\"no\"] }\nroles = [\"auditor\"]", "no"),
    ("when = { event = [\"state\"] }\nroles = [\"auditor\"]\nrole = 1", "role"),
    ("when = { event = [\"state\"] }\nroles = \"auditor\"", "list"),
  ])
  func aRestrictionThatIsWrittenWrongIsTold(_ text: String, _ word: String) throws {
    let bytes = try #require(SmallFile.read("\(Sample.root)/Topology/datasets/posts.toml"))
    let file = String(decoding: bytes, as: UTF8.self) + "\n[[restricted]]\n\(text)\n"
    let (definition, faults) = Definition.read(Array(file.utf8), file: "posts.toml")
    #expect(definition == nil && faults.count == 1, "\(faults)")
    #expect(faults.first?.description.contains(word) == true, "\(faults)")
  }
}
