import Dispatch
import Foundation
import Programs
import Synchronization

// What officers and systems wait for: the weight of pages, their first byte, lookups beside the command line's, and lookups while a
// system uploads in bulk. Printed as Markdown.
extension Bench {
  /// The roles that see all pages between them.
  private static let roles = ["migration-supervisor", "customs-supervisor", "node-operator"]

  static func pages(_ pair: Pair, _ records: Int) throws {
    let first = 5_000_000
    try pair.publish(try pair.written(first..<first + records))
    try pair.settle()
    try weigh(pair, document: "A0\(first)")
    try compare(pair, first, records)
    try lookUpDuringUpload(pair, first, records)
  }

  private static func row(_ cells: String...) { print("| \(cells.joined(separator: " | ")) |") }

  private static func milliseconds(_ times: Times, _ share: Double) -> String {
    let tenths = Int((times.milliseconds(share) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Every page that an officer comes to by links, and the files that they share.
  private static func weigh(_ pair: Pair, document: String) throws {
    let password = "correcta caballo pila grapa"
    try TextFile.write(Array(password.utf8), to: "\(pair.folder)/password")
    chmod("\(pair.folder)/password", 0o600)
    try pair.command(
      "GT",
      ["officer", "add", "bench", "--name", "Bench", "--post", "GT-SV/la-hachadura/GT"]
        + roles.flatMap { ["--role", $0] } + ["--password-file", "\(pair.folder)/password"])
    let browser = Browser(port: pair.access("GT").port)
    guard try browser.post("/login", [("officer", "bench"), ("password", password)]).status == 303 else {
      throw ChildError("the officer cannot log in")
    }
    print("\n### Pages: weight and first byte on loopback\n")
    row("page", "bytes", "first byte p50, ms", "p99, ms")
    row("---", "---:", "---:", "---:")
    var known: Set<String> = []
    var heaviest = 0
    for role in roles {
      _ = try browser.submit("/role", [("role", role)])
      _ = try browser.submit("/purpose", [("purpose", "medida"), ("next", "/arrivals")])
      var waiting = ["/search", "/arrivals", "/expected", "/board", "/login"]
      let found = try browser.submit("/search", [("key", document), ("purpose", "medida")])
      if let file = found.location { waiting.append(file) }
      while let path = waiting.popLast(), known.count < 100 {
        // Another language is another cookie, not another page.
        guard !path.contains("lang="), !known.contains(path) else { continue }
        var times = Times()
        let page = try browser.get(path)
        guard page.status == 200 else { continue }
        known.insert(path)
        for _ in 0..<20 { times.add(try browser.get(path).firstByte) }
        heaviest = max(heaviest, page.byteCount)
        row("`\(path)`", "\(page.byteCount)", milliseconds(times, 0.5), milliseconds(times, 0.99))
        let links = page.text.matches(of: /(?:href|src)="(\/[^"#]*)"/).map { String($0.1) }
        waiting += links.filter { !known.contains($0) }
      }
    }
    print("\nHeaviest: \(heaviest) bytes of \(known.count) pages and files.")
  }

  /// Lookups over HTTP from many clients, and by the command line one after the other.
  private static func compare(_ pair: Pair, _ first: Int, _ records: Int) throws {
    print("\n### Lookups of single documents among \(records) records, each logged before it is answered\n")
    row("who asks", "p50, ms", "p99, ms")
    row("---", "---:", "---:")
    for clients in [1, 8, 64] {
      let times = try Clients.times(clients: clients, seconds: 5, pair.access("GT")) { system, client, round in
        try system.lookUp(Departures.document(first, among: records, client: client, round: round))
      }
      row("\(clients) HTTP clients", milliseconds(times, 0.5), milliseconds(times, 0.99))
    }
    var times = Times()
    for round in 0..<100 {
      let start = ContinuousClock.now
      try pair.command(
        "GT",
        [
          "query", "migration", "--from", "SV", "--where",
          "document=\(Departures.document(first, among: records, client: 0, round: round))",
          "--officer",
          "of-17", "--role", "migration-officer", "--purpose", "control",
        ])
      times.add(.now - start)
    }
    row("the command line, a process each", milliseconds(times, 0.5), milliseconds(times, 0.99))
  }

  /// Eight clients look up at the node that takes a bulk upload meanwhile.
  private static func lookUpDuringUpload(_ pair: Pair, _ first: Int, _ records: Int) throws {
    print("\n### Lookups by eight clients at a node that takes an upload of \(records) records meanwhile\n")
    row("the node", "lookups", "p50, ms", "p99, ms")
    row("---", "---:", "---:", "---:")
    let access = pair.access("SV")
    let lookUp = { @Sendable (system: System, client: Int, round: Int) throws in
      _ = try system.lookUp(Departures.document(first, among: records, client: client, round: round))
    }
    let idle = try Clients.times(clients: 8, seconds: 5, access, lookUp)
    row("idle", "\(idle.all.count)", milliseconds(idle, 0.5), milliseconds(idle, 0.99))
    let failure = Mutex<(any Error)?>(nil)
    let isOver = Mutex(false)
    let upload = DispatchGroup()
    upload.enter()
    let lines = Departures.lines(20_000_000..<20_000_000 + records)
    Thread {
      do { try System(access).publish(lines) } catch { failure.withLock { $0 = error } }
      isOver.withLock { $0 = true }
      upload.leave()
    }.start()
    var busy = Times()
    // As long as it takes, a second at a time; what the last second measured after the end counts too.
    while !isOver.withLock({ $0 }) { busy.add(try Clients.times(clients: 8, seconds: 1, access, lookUp)) }
    upload.wait()
    if let error = failure.withLock({ $0 }) { throw error }
    row("taking the upload", "\(busy.all.count)", milliseconds(busy, 0.5), milliseconds(busy, 0.99))
  }
}
