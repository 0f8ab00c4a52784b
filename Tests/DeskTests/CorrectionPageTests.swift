import Catalog
import Forms
import HTTP
import Node
import Officers
import Terms
import Testing
import Traffic

@testable import Desk

/// Records that are corrected and withdrawn at the desk.
@Suite struct CorrectionPageTests {
  let desk: TestDesk

  init() throws {
    desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("ana", ["migration-officer"]), try TestDesk.officer("luis", ["migration-supervisor"]),
      try TestDesk.officer("eva", ["customs-officer"]), try TestDesk.officer("aud", ["auditor"]),
      try TestDesk.officer("seg", ["security-officer"]),
      try TestDesk.officer("few", ["migration-officer"], datasets: ["incidents"]),
    ])
  }

  private func loggedIn(_ officer: String) throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  private func file(_ browser: TestBrowser, _ key: String) throws -> (address: String, text: String) {
    let address = try #require(try browser.submit("/search", ["key": key, "purpose": "control"]).location)
    return (address, try browser.get(address).text)
  }

  /// What a browser sends of a form that a page shows, as it is shown.
  private func fields(_ page: String) -> [String: String] {
    var fields: [String: String] = [:]
    func plain(_ text: Substring) -> String {
      String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
    for input in page.matches(of: #/<input [^>]*?name="([^"]+)"[^>]*? value="([^"]*)"/#) {
      fields[String(input.1)] = plain(input.2)
    }
    for area in page.matches(of: #/<textarea [^>]*?name="([^"]+)"[^>]*>([^<]*)</#) {
      fields[String(area.1)] = plain(area.2)
    }
    for select in page.matches(of: #/<select [^>]*?name="(f\.[^"]+)"[^>]*>(.*?)<\/select>/#.dotMatchesNewlines()) {
      if let chosen = select.2.firstMatch(of: #/<option value="([^"]*)" selected/#) {
        fields[String(select.1)] = plain(chosen.1)
      }
    }
    return fields
  }

  private func lookups(_ officer: String) throws -> Int {
    try desk.node.lookupLog(by: officer, about: nil, limit: 10_000).count
  }

  @Test func aRecordIsCorrectedFromItsFileAndItsHistoryShowsBoth() throws {
    let first = try desk.publish(desk.departure("A7100001", surname: "Marcda"))
    let ana = try loggedIn("ana")
    let (address, seen) = try file(ana, "A7100001")
    #expect(seen.contains("/correct/migration.\(first)") && seen.contains("/withdraw/migration.\(first)"))
    let before = try lookups("ana")
    let form = try ana.get("/correct/migration.\(first)").text
    // What is shown was logged as a lookup before.
    #expect(try lookups("ana") == before + 1)
    #expect(form.contains(#"value="Marcda""#) && form.contains("Corrige el registro"))
    var sent = fields(form)
    sent["f.surname"] = "Marcada"
    sent["do"] = "store"
    let stored = try ana.submit("/form/migration", sent)
    #expect(stored.location?.hasPrefix("/stored/") == true, "\(stored.text)")
    let after = try ana.get(address).text
    #expect(after.contains("Marcada") && !after.contains("Marcda"))
    #expect(after.contains("Historia del registro (2)"))
    let history = try ana.get("/record/migration.\(first)").text
    #expect(history.contains("Marcada") && history.contains("Marcda"))
    #expect(history.matches(of: /\/correct\/migration\./).count == 1)
    // Twice the same form is one correction.
    let again = try ana.get(try #require(try ana.submit("/form/migration", sent).location))
    #expect(again.text.contains("Ya estaba"))
    #expect(try desk.count(of: "migration") == 1)
  }

  @Test func whoComesSecondIsToldWhatStandsNow() throws {
    let first = try desk.publish(desk.departure("A7100002", surname: "Marcda"))
    let (ana, luis) = (try loggedIn("ana"), try loggedIn("luis"))
    let forms = try [ana, luis].map { fields(try $0.get("/correct/migration.\(first)").text) }
    let done = try ana.submit("/form/migration", forms[0].merging(["f.surname": "Marcada", "do": "store"]) { $1 })
    let made = try ana.get(try #require(done.location)).text
    let id = String(try #require(made.firstMatch(of: /<b class="code">([0-9a-f-]{36})</)).1)
    let late = try luis.submit("/form/migration", forms[1].merging(["f.surname": "Otra", "do": "store"]) { $1 })
    #expect(late.status == 422 && late.text.contains("ya fue corregido por") && late.text.contains(#"value="Otra""#))
    #expect(late.text.contains(#"href="/record/migration.\#(id)""#))
    // Who opens the earlier one now is led to what stands.
    let again = try luis.get("/correct/migration.\(first)")
    #expect(again.status == 409 && again.text.contains("/record/migration.\(id)") && !again.text.contains("Marcda"))
    #expect(try luis.get("/withdraw/migration.\(first)").status == 409)
    let withdrawn = try luis.submit("/withdraw/migration.\(first)", ["f.reason": "x"], from: "/search")
    #expect(withdrawn.status == 422 && withdrawn.text.contains("ya fue corregido por"))
  }

  @Test func aRecordIsWithdrawnWithAReasonAndIsNotShownAsStanding() throws {
    let id = try desk.publish(desk.departure("A7100003"))
    let ana = try loggedIn("ana")
    let (address, _) = try file(ana, "A7100003")
    let page = try ana.get("/withdraw/migration.\(id)", query: [("back", address)])
    #expect(page.status == 200 && page.text.contains("A7100003") && page.text.contains(#"name="f.reason""#))
    let bare = try ana.submit("/withdraw/migration.\(id)", ["back": address])
    #expect(bare.status == 422 && bare.text.contains(#"id="f-reason-fault""#))
    #expect(try desk.count(of: "migration") == 1)
    let done = try ana.submit("/withdraw/migration.\(id)", ["back": address, "f.reason": "duplicada en  el sistema"])
    #expect(done.location == address)
    let after = try ana.get(address).text
    #expect(after.contains("Retirado; el retiro quedó guardado como") && !after.contains("A7100003</dd>"))
    #expect(try desk.count(of: "migration") == 0)
    let history = try ana.get("/record/migration.\(id)").text
    #expect(history.contains("duplicada en el sistema") && history.contains("A7100003"))
    #expect(history.contains("Retiro: ") && !history.contains("/correct/"))
  }

  @Test func onlyWhoRecordsSuchARecordCorrectsItAndOnlyOwnOnes() throws {
    let id = try desk.publish(desk.departure("A7100004"))
    for officer in ["eva", "seg", "aud", "few"] {
      let browser = try loggedIn(officer)
      _ = try browser.submit("/search", ["key": "A7100004", "purpose": "control"])
      for path in ["/correct/", "/withdraw/"] {
        let page = try browser.get("\(path)migration.\(id)")
        #expect(page.status == 403 && !page.text.contains("A7100004"), "\(officer) \(path)")
      }
      #expect(try browser.submit("/withdraw/migration.\(id)", ["f.reason": "x"], from: "/account").status == 403)
      let typed = ["do": "store", "replaces": id.description, "f.event": "departure"]
      #expect(try browser.submit("/form/migration", typed, from: "/account").status == 403)
    }
    // A role that records one event corrects records of that event alone.
    let tag = try desk.publish(
      """
      {"event":"registered","epc":"3474257BF400000000000001","tid":"E2801160600002053A2B17C4","country":"GT",\
      "kind":"tractor","plate":{"country":"GT","text":"C 900-123"},"time":"\(desk.clock.now().wholeSeconds)",\
      "valid_from":"2026-01-01","valid_until":"2099-12-31"}
      """, of: "cargo-units")
    let blocked = try desk.publish(
      """
      {"event":"blocked","refers":"\(tag)","epc":"3474257BF400000000000001","tid":"E2801160600002053A2B17C4",\
      "country":"GT","time":"\(desk.clock.now().wholeSeconds)","reason":"robo"}
      """, of: "cargo-units")
    let eva = try loggedIn("eva")
    #expect(try eva.get("/correct/cargo-units.\(tag)").status == 200)
    #expect(try eva.get("/correct/cargo-units.\(blocked)").status == 403)
    #expect(try eva.submit("/withdraw/cargo-units.\(blocked)", ["f.reason": "x"], from: "/forms").status == 403)
    for address in ["migration", "migration.x", "nothing.\(id)", "lookups.\(id)", "migration.\(id).x", ".", "%2e"] {
      #expect([400, 403, 404].contains(try eva.get("/correct/\(address)").status), "\(address)")
    }
    let gone = "incidents.019ab7e2-5a00-7000-8000-0123456789ab"
    #expect(try eva.get("/correct/\(gone)").status == 404 && eva.get("/record/\(gone)").status != 200)
  }

  @Test func aCorrectionIsKeptAsADraftAndStaysOne() throws {
    let first = try desk.publish(desk.departure("A7100005", surname: "Marcda"))
    let ana = try loggedIn("ana")
    let form = fields(try ana.get("/correct/migration.\(first)").text)
    let kept = try ana.submit("/form/migration", form.merging(["f.surname": "Marcada", "do": "draft"]) { $1 })
    let parts = try #require(kept.location).split(separator: "?").map(String.init)
    let number = try #require(parts.last?.split(separator: "=").last.map(String.init))
    let opened = try ana.get(parts[0], query: [("draft", number)]).text
    #expect(opened.contains("Corrige el registro") && opened.contains(first.description))
    var sent = fields(opened)
    sent["do"] = "store"
    #expect(try ana.submit("/form/migration", sent).location?.hasPrefix("/stored/") == true)
    #expect(try desk.count(of: "migration") == 1)
    #expect(try !ana.get("/forms").text.contains("draft=\(number)"))
  }

  @Test func aCorrectionKeepsTheReferenceOfTheSystemThatPublishedTheRecord() throws {
    let line = desk.departure("A7100006").dropLast() + #","reference":"DGME-1"}"#
    let first = try desk.publish(String(line))
    let ana = try loggedIn("ana")
    let form = fields(try ana.get("/correct/migration.\(first)").text)
    let stored = try ana.submit("/form/migration", form.merging(["f.surname": "Otra", "do": "store"]) { $1 })
    #expect(stored.location?.hasPrefix("/stored/") == true, "\(stored.text)")
    #expect(try ana.get("/record/migration.\(first)").status == 303)
    _ = try ana.submit("/search", ["key": "A7100006", "purpose": "control"])
    let found = try desk.node.lookups.answer(
      LookupRequest(dataset: DatasetName("migration"), by: Asker(officer: "t", role: "auditor", purpose: "t")))
    let body = try JSONValue(parsing: try #require(found.records.first).record.body)
    #expect(body["reference"]?.string == "DGME-1" && body["surname"]?.string == "Otra")
  }
}

/// A stored record in a form says the same as before.
@Suite struct FilledFormTests {
  @Test func everyRecordOfADayComesBackFromItsFormAsItWas() throws {
    let topology = try Topology.load("\(TestDesk.root)/Topology/central-america.toml")
    let guatemala = try CountryCode("GT")
    let begins = try Instant("2026-11-24T06:00:00Z")
    let now = begins.advanced(byMilliseconds: 10 * 86_400_000)
    let plan = TrafficPlan(begins: begins, days: 1, scale: 0.01, isCovering: true)
    var counted: [String: Int] = [:]
    for record in TrafficGenerator(topology, plan) where record.defect == nil {
      let definition = try #require(topology.definition(named: record.dataset.description))
      let line = record.line(referringTo: record.refers == nil ? nil : "019ab7e2-5a00-7000-8000-0123456789ab")
      func body(_ line: JSONValue) throws -> [UInt8] {
        try definition.check(Array(line.json.utf8), from: record.origin, topology: topology, now: now).body
      }
      let stored = try JSONValue(parsing: try body(line))
      let values = try #require(FormValues(stored, of: definition) { Language.typed($0, in: guatemala) })
      let again = try values.record(of: definition, offset: Language.offset(of: guatemala))
      #expect(try body(again) == body(line), "\(record.dataset): \(stored.json) came back as \(again.json)")
      counted[record.dataset.description, default: 0] += 1
    }
    #expect(counted.count >= 10 && counted.values.reduce(0, +) > 500, "\(counted)")
  }
}
