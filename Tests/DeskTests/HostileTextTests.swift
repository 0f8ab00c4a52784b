import Catalog
import Foundation
import HTTP
import Officers
import Sodium
import Terms
import Testing

@testable import Desk
@testable import Node

/// Script and markup in every text of every dataset, in names, purposes and addresses: shown as typed on every page there is.
@Suite struct HostileTextTests {
  private static let roles = [
    "migration-supervisor", "customs-supervisor", "quarantine-officer", "auditor", "node-operator", "post-operator",
    "risk-analyst",
  ]

  /// A page, and what it must show.
  private struct Seen {
    let path: String
    let text: String
    /// What it is of.
    var name = ""
    var shows: Set<String> = []
  }

  @Test(.enabled(if: Python.isWanted)) func nothingThatIsTypedBecomesMarkup() async throws {
    let desk = try TestDesk()
    let hostile = HostileTexts(desk)
    let name = try #require(HostileTexts.fitting(1...80))
    let officers = try Self.roles.map { role in
      try Officer(
        id: role, name: name, roles: Self.roles, post: "GT-SV/la-hachadura/GT", datasets: [],
        password: PasswordHash(SecretBytes(copying: Array(TestDesk.password.utf8)), work: .least))
    }
    try desk.keep(officers)
    var records: [HostileTexts.Record] = []
    for (dataset, lines) in try DescribedLines(desk).byDataset.sorted(by: { $0.key < $1.key }) {
      // One of each event: which fields may stand depends on it.
      var events: Set<String> = []
      for line in lines {
        let event = try JSONValue(parsing: Array(line.utf8))["event"]?.string ?? ""
        if events.insert(event).inserted { records.append(try hostile.publish(line, of: dataset)) }
      }
    }
    // Every dataset that systems publish has texts that can hold markup, their reference at least.
    let datasets = Set(records.filter { $0.fields > 0 }.map(\.dataset))
    let published = desk.node.registry.topology.definitions.map { "\($0.dataset)" }
      .filter { !Installation.ownDatasets.contains($0) }
    #expect(datasets == Set(published), "\(Set(published).subtracting(datasets))")

    // What operators said of a key, and of why it should be used again.
    let reason = try OperatorLog.checked(try #require(HostileTexts.fitting(1...400)))
    let key = desk.node.card.content.log.bytes
    try desk.home.disable(.log, key: key, reason: reason)
    try desk.node.reload()
    try desk.node.operators.propose(.enableKey("log", key: key.description), reason: reason, by: "node-operator")

    var seen: [Seen] = []
    for officer in Self.roles { seen += try visit(desk.browser(), officer, records) }
    // And who is not logged in.
    let stranger = desk.browser()
    seen.append(Seen(path: "/login", text: try stranger.get("/login", query: [("over", name), ("lang", name)]).text))
    seen.append(Seen(path: "/login", text: try stranger.login(name).text, shows: [String(name.prefix(40))]))
    let folder = "\(desk.folder)/pages"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var texts: [JSONValue.Member] = []
    for (number, page) in seen.enumerated() {
      let name = "\(number)\(page.name).html"
      try Data(page.text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
      texts.append(.init(name: name, value: .list(page.shows.sorted().map { .text($0) })))
    }
    let wanted: JSONValue = ["marks": [.text(HostileTexts.mark)], "texts": .object(texts)]
    try Data(wanted.json.utf8).write(to: URL(filePath: "\(folder)/hostile.json"))
    // Every page of the table of routes was among them.
    let shown = Set(seen.map(\.path))
    for route in Pages.routes where route.method == .get {
      guard case .show = route.action, route.path != "/" else { continue }
      #expect(
        shown.contains { $0 == route.path || route.path.hasSuffix("/") && $0.hasPrefix(route.path) }, "\(route.path)")
    }
    let said = try await Python.run("api/pages.py", folder, folder: desk.folder)
    #expect(said.contains("ok pages"), "\(said)")
  }

  /// Everything that an officer can come to: a file for each record, then each page of the table in each role, with hostile fields in its
  /// address, and every link on them.
  private func visit(
    _ browser: TestBrowser, _ officer: String, _ records: [HostileTexts.Record]
  ) throws -> [Seen] {
    #expect(try browser.login(officer).status == 303)
    let purpose = try #require(HostileTexts.fitting(1...200))
    var seen: [Seen] = []
    func look(
      _ path: String, of name: String = "", shows: Set<String> = [], query: [(name: String, value: String)] = []
    ) throws {
      let page = try browser.get(path, query: query)
      guard page.headers["Content-Type"]?.hasPrefix("text/html") == true, !page.text.isEmpty else { return }
      #expect(page.status < 500, "\(officer): \(path) answered \(page.status)")
      seen.append(Seen(path: path, text: page.text, name: name, shows: page.status == 200 ? shows : []))
    }
    // One role is enough for the files.
    if officer == "auditor" {
      _ = try browser.submit("/role", ["role": "auditor"])
      var found: Set<String> = []
      for record in records {
        for key in record.keys {
          let sent = try browser.submit("/search", ["key": key, "purpose": purpose])
          guard let address = sent.location, try browser.get(address).text.contains("\(record.id)") else { continue }
          try look(address, of: "-\(record.dataset)", shows: record.texts)
          found.insert(record.dataset)
          break
        }
      }
      // All that is about persons, goods and units; what committees publish has codes that no officer searches by.
      let searchable = Set(records.filter { !$0.keys.isEmpty }.map(\.dataset))
      #expect(searchable.subtracting(found).isSubset(of: ["projects", "measures", "posts"]), "\(found)")
      #expect(found.count >= 10)
      let missing = try browser.submit("/search", ["key": purpose, "purpose": ""])
      seen.append(Seen(path: "/search", text: missing.text, shows: [purpose]))
    }
    _ = try browser.submit("/role", ["role": officer])
    _ = try browser.submit("/purpose", ["purpose": purpose, "next": "/arrivals"])
    let fields = ["lang", "over", "x", HostileTexts.mark].map { (name: $0, value: purpose) }
    for route in Pages.routes where route.method == .get {
      guard case .show = route.action else { continue }
      let words = route.path.hasSuffix("/") && route.path != "/" ? [purpose.replacing("/", with: ""), "1", "SV"] : [""]
      for word in words {
        try look(route.path + word)
        try look(route.path + word, query: fields)
      }
    }
    if officer == "auditor" {
      let reason = try OperatorLog.checked(try #require(HostileTexts.fitting(1...400)))
      for path in ["/proposals", "/keys", "/board"] { try look(path, of: "-operators", shows: [reason]) }
    }
    // And where their links lead.
    let links = Set(seen.flatMap { $0.text.matches(of: /href="(\/[^"?#]*)"/).map { String($0.1) } })
    for path in links.subtracting(seen.map(\.path)).sorted().prefix(100) { try look(path) }
    return seen
  }
}
