import Catalog
import Certificates
import HTTP
import Officers
import Terms
import Testing

@testable import Desk

/// Files of records: seen first, stored then, refused lines given back.
@Suite struct UploadPageTests {
  let desk: TestDesk
  let time: String

  init() throws {
    desk = try TestDesk()
    time = desk.clock.now().wholeSeconds
    try desk.keep([
      try TestDesk.officer("ana", ["migration-officer"]), try TestDesk.officer("eva", ["customs-officer"]),
      try TestDesk.officer("quin", ["quarantine-officer"]),
    ])
  }

  private func loggedIn(_ officer: String = "ana") throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  private func upload(
    _ browser: TestBrowser, _ dataset: String, _ text: String, name: String = "salidas.csv"
  ) throws -> TestBrowser.Page {
    let token = try #require(try browser.get("/upload/\(dataset)").token)
    return try browser.upload("/upload/\(dataset)", ["token": token], file: (name, Array(text.utf8)))
  }

  private func table(_ rows: [[String]]) -> String {
    let header = [
      "event", "post", "time", "kind", "severity", "visibility", "summary", "containers.1", "reference",
    ]
    return ([header] + rows).map { $0.joined(separator: ";") }.joined(separator: "\r\n") + "\r\n"
  }

  private func row(_ reference: String, kind: String = "theft", summary: String = "Robo") -> [String] {
    [
      "reported", "GT-SV/la-hachadura/GT", time, kind, "high", "all", summary, "CSQU3054383",
      reference,
    ]
  }

  private func size() throws -> Int { try desk.count(of: "incidents") }

  /// Accepted or stored, there before, refused.
  private func counts(_ page: TestBrowser.Page) -> [Int] {
    page.text.matches(of: #/<strong>(\d+)</strong> /#).compactMap { Int($0.1) }
  }

  @Test func whatWouldBecomeOfEachLineIsSeenBeforeAnythingIsStored() throws {
    let browser = try loggedIn()
    let known = row("r-1")
    _ = try upload(browser, "incidents", table([known]))
    let first = try upload(browser, "incidents", table([known]))
    #expect(counts(first) == [1, 0, 0])
    #expect(try size() == 0)
    let number = try #require(first.text.firstMatch(of: /name="upload" value="(\d+)"/).map { String($0.1) })
    #expect(counts(try browser.submit("/upload-store", ["upload": number], from: "/forms")) == [1, 0, 0])
    #expect(try size() == 1)
    // Stored once, however often it is asked.
    #expect(counts(try browser.submit("/upload-store", ["upload": number], from: "/forms")) == [1, 0, 0])
    #expect(try size() == 1)

    let changed = row("r-1", summary: "Otro")
    let mixed = table([
      known, row("r-2"), row("r-2"), row("r-2", summary: "Otro"), changed, row("r-3", kind: "magic"), ["reported"],
      row("r-4"),
    ])
    let seen = try upload(browser, "incidents", mixed)
    #expect(counts(seen) == [2, 2, 4], "\(counts(seen))")
    #expect(seen.text.contains("ninguno de los valores del campo"))
    #expect(try size() == 1)
    let mixedNumber = try #require(seen.text.firstMatch(of: /name="upload" value="(\d+)"/).map { String($0.1) })
    // What is foretold is what happens.
    #expect(counts(try browser.submit("/upload-store", ["upload": mixedNumber], from: "/forms")) == [2, 2, 4])
    #expect(try size() == 3)

    let refused = try browser.get("/refused/\(mixedNumber)")
    #expect(refused.headers["Content-Disposition"]?.contains("incidents-refused.csv") == true)
    #expect(
      refused.headers["Content-Type"] == "application/octet-stream" && refused.headers["Cache-Control"] == "no-store")
    #expect(refused.text.contains("_problem") && refused.text.contains("magic"))
    // Corrected, it is taken as it came.
    let corrected = try upload(browser, "incidents", refused.text.replacing("magic", with: "fire"))
    #expect(counts(corrected) == [1, 0, 3])
    #expect(try loggedIn().get("/refused/\(mixedNumber)").location == "/forms")
  }

  @Test func linesAndCertificatesAreTakenAndOtherFilesAreSaidToBeNone() throws {
    let (ana, quin) = (try loggedIn(), try loggedIn("quin"))
    let line =
      #"{"event":"reported","post":"GT-SV/la-hachadura/GT","time":"\#(time)","kind":"fire","severity":"low","visibility":"all","summary":"Humo"}"#
    #expect(counts(try upload(ana, "incidents", "\(line)\n\n{\n\(line)\r\n", name: "a.ndjson")) == [2, 0, 1])
    let record: JSONValue = [
      "event": "issued", "number": "GT-PHY-77", "kind": "phytosanitary", "time": "2026-11-20T07:53:08Z",
      "authority": "MAGA VISAR", "consignor": ["name": "Café de Ejemplo"], "consignee": ["name": "Destino"],
      "export_country": "GT", "import_country": "PA", "route": ["GT", "SV", "PA"],
      "items": [
        [
          "description": "Café", "net_kg": "1000.5", "gross_kg": "1050", "tariff": "09011130", "packages": 10,
          "package_kind": "BG", "origin": "GT",
        ]
      ],
    ]
    let sample = try CertificateWriter.document(record)
    let certificate = try upload(quin, "certificates", sample, name: "cert.xml")
    #expect(certificate.status == 200 && counts(certificate) == [1, 0, 0], "\(certificate.text)")
    let number = try #require(certificate.text.firstMatch(of: /name="upload" value="(\d+)"/).map { String($0.1) })
    #expect(counts(try quin.submit("/upload-store", ["upload": number], from: "/forms")) == [1, 0, 0])
    // The document that the record names is kept with it.
    #expect(try files(under: "\(desk.home.storeFolder)/blobs").contains { !$0.bytes.isEmpty })
    #expect(try upload(ana, "incidents", sample).status == 422)
    for text in ["", "\u{FEFF}", "uno;dos\n", "<a>", "event\n\"open"] {
      let page = try upload(ana, "incidents", text)
      #expect([200, 422].contains(page.status) && counts(page).first.map { $0 == 0 } ?? true, "\(text)")
    }
    #expect(try size() == 0)
  }

  @Test func uploadsAreBoundedAndForWhoMayRecordTheDatasetAlone() throws {
    let (ana, eva) = (try loggedIn(), try loggedIn("eva"))
    let token = try #require(try ana.get("/upload/incidents").token)
    let long = [UInt8](repeating: 0x41, count: Upload.longest + (1 << 20))
    #expect(try ana.upload("/upload/incidents", ["token": token], file: ("a", long)).status == 413)
    #expect(try ana.upload("/upload/incidents", ["token": "x"], file: ("a", [0x41])).status == 403)
    #expect(try ana.post("/upload/incidents", ["token": token]).status == 415)
    let many = "event\n" + String(repeating: "reported\n", count: Upload.mostLines + 1)
    #expect(try upload(ana, "incidents", many).status == 422)
    #expect(try eva.get("/upload/migration").status == 403)
    let evas = try #require(try eva.get("/forms").token)
    #expect(try eva.upload("/upload/migration", ["token": evas], file: ("a", [0x41])).status == 403)
    // Of some datasets only some events, also in a file.
    let alert = try upload(eva, "risk-alerts", "event;code\nissued;R\nhit;R\n")
    #expect(alert.text.contains("su función no registra esto") || alert.text.contains("Su función no registra esto"))
    #expect(counts(alert) == [0, 0, 2])
    // Nor what is no event at all: who tells outcomes alone withdraws and replaces nobody's alert.
    let issued = try desk.publish(
      """
      {"event":"issued","route":["GT","SV"],"time":"\(time)","subject":"plate","plate":{"country":"SV","text":"P 1"},\
      "severity":"stop","code":"R","instruction":"x","expires":"\(desk.clock.now().advanced(byMilliseconds: 86_400_000).wholeSeconds)"}
      """, of: "risk-alerts")
    for line in [
      #"{"withdraws":"\#(issued)","reason":"x"}"#,
      #"{"replaces":"\#(issued)","event":"hit","refers":"\#(issued)","route":["GT","SV"],"time":"\#(time)","post":"GT-SV/la-hachadura/GT","outcome":"passed"}"#,
    ] { #expect(counts(try upload(eva, "risk-alerts", line)) == [0, 0, 1], "\(line)") }
  }

  @Test func whatAFileHoldsIsShownAsTyped() throws {
    let browser = try loggedIn()
    let hostile = #"<script>alert(1)</script><img src=x onerror=alert(1)>"#
    let page = try upload(
      browser, "incidents", table([row("r", kind: hostile, summary: hostile)]), name: hostile + ".csv")
    #expect(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>") && !page.text.contains("<img"))
    for file in try files(under: desk.folder) { #expect(!file.bytes.contains("onerror"), "\(file.path)") }
  }
}
