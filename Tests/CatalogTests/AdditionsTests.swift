import Foundation
import Terms
import Testing

@testable import Catalog

/// Which new version of a definition works together with who agreed on the former one, and which does not.
@Suite struct AdditionsTests {
  private static let field = """
    [[field]]
    name = "gate"
    type = "text"
    max_length = 20
    title = { es = "Puerta", en = "Gate" }
    description = { es = "Puerta del puesto.", en = "Gate of the post." }


    """

  /// The sample's definition with its text changed.
  private func changed(_ dataset: String, _ changes: [(String, String)], version: Int = 2) throws -> Definition {
    var text = try String(contentsOfFile: "\(Sample.root)/Topology/datasets/\(dataset).toml", encoding: .utf8)
    for (what, with) in [("version = 1\n", "version = \(version)\n")] + changes {
      try #require(text.contains(what), "\(what)")
      text = text.replacing(what, with: with, maxReplacements: 1)
    }
    let read = Definition.read(Array(text.utf8), file: "test.toml")
    return try #require(read.definition, "\(read.faults)")
  }

  private var former: Definition { get throws { try Sample.definition("migration") } }

  @Test func aVersionWithFieldsThatNoRecordMustHaveOnlyAdds() throws {
    let newer = try changed("migration", [("[[rule]]\n", Self.field + "[[rule]]\n")])
    #expect(try newer.additions(to: former) == ["gate"])
    // Texts for people are nobody's rule.
    #expect(try changed("migration", [("en = \"", "en = \"The ")]).additions(to: former) == [])
    // A group that is new stands for its fields too; one that was there is compared field by field.
    let manifests = try Sample.definition("manifests")
    #expect(try changed("manifests", [("[[rule]]\n", Self.field + "[[rule]]\n")]).additions(to: manifests) == ["gate"])
  }

  @Test(arguments: [
    (
      "a field that every record must have", "[[rule]]\n",
      field.replacing("max_length = 20\n", with: "max_length = 20\nrequired = true\n") + "[[rule]]\n"
    ),
    ("another length", "max_length = 120\n", "max_length = 121\n"),
    ("a field that need not stand any more", "required = true\n", ""),
    ("a personal field that is none", "personal = true\n", ""),
    ("a field that cannot be searched", "personal = true\nsearch = true\n", "personal = true\n"),
    ("a rule less", "[[rule]]\nkind = \"own-post\"\npost = \"post\"\n", ""),
  ])
  func anyOtherChangeDoesMore(_ what: String, _ before: String, _ after: String) throws {
    #expect(try changed("migration", [(before, after)]).additions(to: former) == nil, "\(what)")
  }

  @Test func aVersionThatIsNotHigherOrOfAnotherDatasetDoesNotFollow() throws {
    #expect(try former.additions(to: former) == nil)
    #expect(try changed("migration", [], version: 1).additions(to: former) == nil)
    #expect(try former.additions(to: changed("migration", [])) == nil)
    #expect(try Sample.definition("manifests").additions(to: former) == nil)
  }

  /// A filter of the former version is asked of records that have fields which it does not know.
  @Test func aRecordWithNewFieldsMeetsTheFormersFilter() throws {
    let newer = try changed("migration", [("[[rule]]\n", Self.field + "[[rule]]\n")])
    let line = Sample.line(["gate": "\"G-7\""])
    let body = try newer.check(
      line, from: Sample.salvador, topology: Sample.topology(), now: Sample.now
    ).body
    let terms = try Sample.terms()
    #expect(try former.admits(ReadBody(body), filter: terms.filter))
    let other = [FilterClause(field: "crossing", values: ["SV-HN/*"])]
    #expect(try !former.admits(ReadBody(body), filter: other))
    // And what is sent of it is right by the former.
    let sent = try former.project(ReadBody(body), onto: terms.fields)
    #expect(String(decoding: sent, as: UTF8.self).contains("gate") == false)
    try former.verify(ReadBody(sent), terms: terms)
  }
}
