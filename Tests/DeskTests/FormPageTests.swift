import Catalog
import HTTP
import Officers
import Terms
import Testing

@testable import Desk

/// Forms made from definitions: filled in, refused, kept as drafts, stored.
@Suite struct FormPageTests {
  let desk: TestDesk

  init() throws {
    desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("ana", ["migration-officer"]), try TestDesk.officer("luis", ["migration-officer"]),
      try TestDesk.officer("eva", ["customs-officer"]),
      try TestDesk.officer("few", ["migration-officer"], datasets: ["incidents"]),
    ])
  }

  private func loggedIn(_ officer: String = "ana") throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  static let incident = [
    "f.event": "reported", "f.post": "GT-SV/la-hachadura/GT", "f.crossing": "GT-SV/la-hachadura", "f.kind": "weather",
    "f.severity": "low", "f.visibility": "all", "f.summary": "Inundación en el carril 2",
  ]

  private func incident(_ changes: [String: String] = [:]) -> [String: String] {
    let time = ["f.time": Language.local(desk.clock.now(), in: desk.node.country)]
    return Self.incident.merging(time) { $1 }.merging(changes) { $1 }
  }

  private func nonce(_ text: String) throws -> String {
    String(try #require(text.firstMatch(of: /name="nonce" value="([0-9a-f]{32})"/)).1)
  }

  private func stored() throws -> Int { try desk.count(of: "incidents") }

  @Test func aRecordIsStoredOnceHoweverOftenTheButtonIsPressed() throws {
    let browser = try loggedIn()
    let form = try browser.get("/form/incidents", query: [("event", "reported")])
    let fields = incident(["do": "store", "nonce": try nonce(form.text)])
    let pages = try (0..<3).map { _ in
      try browser.get(try #require(try browser.submit("/form/incidents", fields, from: "/forms").location))
    }
    #expect(pages[0].text.contains("Registro guardado") && pages[1].text.contains("Ya estaba guardado"))
    let ids = pages.compactMap { $0.text.firstMatch(of: /<b class="code">([0-9a-f-]{36})</).map { String($0.1) } }
    #expect(ids.count == 3 && Set(ids).count == 1)
    #expect(try stored() == 1)
    // The same form with other content is another record: it says so and stores nothing.
    let other = try browser.submit("/form/incidents", fields.merging(["f.summary": "Otra cosa"]) { $1 }, from: "/forms")
    #expect(other.status == 422 && other.text.contains("abra un formulario nuevo"))
    #expect(try stored() == 1)
  }

  @Test func everythingThatIsWrongIsToldAtItsFieldAndNothingTypedIsLost() throws {
    let browser = try loggedIn()
    let sent = try browser.submit(
      "/form/incidents", incident(["do": "store", "f.kind": "", "f.severity": "huge", "f.plates.2.text": "P 1"]),
      from: "/forms")
    #expect(sent.status == 422 && sent.text.contains("No se guardó"))
    #expect(sent.text.contains(#"id="f-kind-fault""#) && sent.text.contains(#"id="f-severity-fault""#))
    #expect(sent.text.contains("falta; es obligatorio aquí") || sent.text.contains("Falta; es obligatorio aquí"))
    #expect(sent.text.contains("Inundación en el carril 2") && sent.text.contains("P 1"))
    let english = try browser.submit(
      "/form/incidents", incident(["do": "store", "f.kind": "", "lang": "en"]), from: "/forms?lang=en")
    #expect(english.text.contains("Missing; add it"))
    #expect(try stored() == 0)
  }

  @Test func whereAndWhenComeAlongBeforeTheEventIsChosen() throws {
    let browser = try loggedIn()
    let first = try browser.get("/form/incidents").text
    #expect(!first.contains(#"id="f-post""#))
    // What a browser sends of the page, with the event chosen.
    var fields = ["do": "show", "f.event": "reported"]
    for hidden in first.matches(of: #/type="hidden" name="(f\.[a-z.]+)" value="([^"]*)"/#) {
      fields[String(hidden.1)] = String(hidden.2)
    }
    let second = try browser.submit("/form/incidents", fields, from: "/forms").text
    #expect(second.contains(#"<option value="GT-SV/la-hachadura/GT" selected>"#))
    #expect(second.contains(#"name="f.time" aria-describedby="f-time-help" aria-required="true""#))
    #expect(second.firstMatch(of: #/name="f\.time"[^>]* value="20[0-9-]+T[0-9:]+"/#) != nil)
    #expect(second.matches(of: #/name="f\.post"/#).count == 1)
  }

  @Test func aListGrowsByAButtonAndKeepsWhatWasTyped() throws {
    let browser = try loggedIn()
    let grown = try browser.submit(
      "/form/incidents", incident(["do": "add:containers", "f.containers.1": "CSQU3054383"]), from: "/forms")
    #expect(grown.status == 200 && grown.text.contains(#"name="f.containers.2""#))
    #expect(grown.text.contains(#"value="CSQU3054383""#) && grown.text.contains("Inundación en el carril 2"))
    #expect(try stored() == 0)
  }

  @Test func aDraftIsTheOfficersOwnAndGoesWhenTheRecordIsStored() throws {
    let (ana, luis) = (try loggedIn(), try loggedIn("luis"))
    let kept = try ana.submit(
      "/form/migration", ["do": "draft", "f.event": "departure", "f.surname": "Marcada"], from: "/forms")
    let address = try #require(kept.location)
    #expect(address == "/form/migration?draft=1")
    func draft(_ browser: TestBrowser) throws -> TestBrowser.Page {
      try browser.get("/form/migration", query: [("draft", "1")])
    }
    #expect(try draft(ana).text.contains(#"value="Marcada""#))
    #expect(try draft(luis).location == "/forms" && !luis.get("/forms").text.contains("draft=1"))
    // Neither in clear nor under a name that tells whose it is.
    for file in try files(under: desk.folder) {
      #expect(!file.path.contains("ana") && !file.bytes.contains("Marcada"), "\(file.path)")
    }
    let drafted = try ana.submit("/form/incidents", incident(["do": "draft"]), from: "/forms")
    let number = try #require(drafted.location?.split(separator: "=").last.map(String.init))
    // Opened in two windows it is one record.
    let windows = try (0..<2).map { _ in
      try nonce(try ana.get("/form/incidents", query: [("draft", number)]).text)
    }
    #expect(windows[0] == windows[1])
    let fields = incident(["do": "store", "draft": number, "nonce": windows[0]])
    let stored = try ana.submit("/form/incidents", fields, from: "/forms")
    #expect(stored.location?.hasPrefix("/stored/") == true)
    _ = try ana.submit("/form/incidents", fields, from: "/forms")
    #expect(try self.stored() == 1)
    #expect(!(try ana.get("/forms").text.contains("draft=\(number)")))
    #expect(try ana.submit("/draft/delete", ["draft": "1"], from: "/forms").location == "/forms")
    #expect(try draft(ana).location == "/forms")
  }

  @Test func onlyWhatTheRoleAndTheOfficerMayRecordIsRecorded() throws {
    let customs = try loggedIn("eva")
    #expect(try customs.get("/form/migration").status == 403)
    #expect(try customs.submit("/form/migration", ["do": "store"], from: "/forms").status == 403)
    // Of alerts only what was found, whatever a form says.
    let page = try customs.get("/form/risk-alerts")
    #expect(page.text.contains(#"value="hit""#) && !page.text.contains(#"value="issued""#))
    let issued = try customs.submit(
      "/form/risk-alerts",
      [
        "do": "store", "f.event": "issued", "f.route.1": "GT", "f.route.2": "SV", "f.subject": "plate",
        "f.plate.country": "SV", "f.plate.text": "P 1", "f.severity": "stop", "f.code": "R", "f.instruction": "x",
        "f.time": Language.local(desk.clock.now(), in: desk.node.country),
        "f.expires": Language.local(desk.clock.now().advanced(byMilliseconds: 86_400_000), in: desk.node.country),
      ], from: "/forms")
    #expect(issued.status == 403)
    let few = try loggedIn("few")
    #expect(try few.get("/form/migration").status == 403 && few.get("/form/incidents").status == 200)
    for own in ["lookups", "hits", "indicators", "nothing", "..", "%2e%2e"] {
      #expect([400, 403, 404].contains(try customs.get("/form/\(own)").status), "\(own)")
    }
  }

  @Test func whoRecordsIsTheSessionsOfficerWhateverAFormSays() throws {
    let browser = try loggedIn()
    let fields = [
      "f.event": "departure", "f.crossing": "GT-SV/la-hachadura", "f.post": "GT-SV/la-hachadura/GT", "f.from": "GT",
      "f.to": "SV", "f.time": Language.local(desk.clock.now(), in: desk.node.country), "f.document.kind": "passport",
      "f.document.country": "GT", "f.document.number": "A7100001", "f.surname": "Marcada", "f.birth_date": "1974-08-12",
      "f.sex": "F", "f.nationality": "GT", "f.decision": "admit", "f.officer": "luis", "f.reference": "ajena",
      "do": "store",
    ]
    let sent = try browser.submit("/form/migration", fields, from: "/forms")
    #expect(sent.location?.hasPrefix("/stored/") == true, "\(sent.text)")
    let found = try browser.submit("/search", ["key": "A7100001", "purpose": "control"])
    let file = try browser.get(try #require(found.location)).text
    #expect(file.contains("A7100001") && file.contains("<dd>ana</dd>") && !file.contains("ajena"))
  }

  @Test func whatIsTypedIsShownAsTypedAndLongFormsAreRefused() throws {
    let browser = try loggedIn()
    let hostile = #"<script>alert(1)</script>"><img src=x onerror=alert(1)>'"#
    var fields = incident([
      "do": "store", "f.summary": hostile, "f.body": hostile, "f.kind": hostile, "f.post": hostile,
    ])
    for row in 1...3 { fields["f.containers.\(row)"] = hostile }
    let page = try browser.submit("/form/incidents", fields, from: "/forms")
    #expect(page.status == 422 && page.text.contains("&lt;script&gt;"))
    #expect(!page.text.contains("<script>") && !page.text.contains("<img"))
    let odd = try browser.submit("/form/incidents", incident(["do": "store", "f.\(hostile)": "x"]), from: "/forms")
    #expect(odd.status == 422 && !odd.text.contains("<script>") && !odd.text.contains("<img"))
    let token = try #require(try browser.get("/forms").token)
    let long = String(repeating: "A", count: 200_000)
    #expect(try browser.post("/form/incidents", ["token": token, "f.summary": long]).status == 413)
    #expect(try browser.post("/form/incidents", ["token": token, "f.summary": long + long + long]).status == 413)
    let many = (0..<2_500).map { "f.plates.\($0).text=x" }.joined(separator: "&")
    #expect([403, 413].contains(try browser.post("/form/incidents", raw: "token=\(token)&\(many)").status))
  }

  @Test func everyFormOfEveryRoleIsShownInBothLanguagesAndIsLight() throws {
    let roles = Recording.table.keys.sorted()
    try desk.keep(try roles.map { try TestDesk.officer($0, [$0]) })
    for role in roles {
      let browser = try loggedIn(role)
      for definition in desk.node.registry.topology.definitions {
        let name = definition.dataset.description
        var events = [""]
        if case .enumeration(let words)? = definition.field("event")?.type { events = words }
        for (event, language) in events.flatMap({ event in ["es", "en"].map { (event, $0) } }) {
          let page = try browser.get("/form/\(name)", query: [("event", event), ("lang", language)])
          guard Recording.extent(role, name) != nil else {
            #expect(page.status == 403)
            continue
          }
          #expect(page.status == 200 && page.text.utf8.count < 100_000, "\(name) \(event)")
          #expect(page.text.contains(language == "es" ? definition.title.es : definition.title.en))
        }
      }
    }
  }
}
