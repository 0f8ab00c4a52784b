import Catalog
import Glibc
import HTTP
import Node
import Terms

let recordCommands: [Command] = [
  Command(
    "publish", "DATASET [FILE or -]", summary: "publishes records, one JSON object a line",
    options: [homeOption, .flag("--json"), .flag("--ids"), .value("--storage-passphrase-file", "F")],
    positionals: 1...2,
    run: publishRecords)
]

/// Lines of one request: results come after each, so a long upload tells early what is wrong, and one that breaks off has
/// told most.
private let linesPerRequest = 5_000

@Sendable private func publishRecords(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let dataset: DatasetName
  do { dataset = try DatasetName(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let path = arguments.positionals.count > 1 ? arguments.positionals[1] : "-"
  var lines = try LineReader(path, longestLine: PublishSession.longestLine)
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  var total = PublishTotal()
  var base: Int64 = 0
  let progress = Progress(console, "published", of: lines.byteCount)
  while !total.isCutShort, let piece = try lines.next(limit: linesPerRequest) {
    var finished = false
    try access.client.publish(piece.bytes, dataset) { line in
      if let summary = line["summary"] {
        total.add(summary)
        finished = true
        if total.isCutShort {
          let number = base + summary.count("not_taken_from")
          console.complain(
            "line \(number) and all after it: \(summary.text("problem")); publish them again: what has a reference is not "
              + "stored twice")
        }
        return
      }
      let number = base + line.count("line")
      switch line.text("result") {
      case "accepted", "duplicate":
        guard arguments.flag("--ids") else { return }
        let (result, id) = (line.text("result"), line.text("id"))
        if arguments.flag("--json") {
          console.print(["line": .number(number), "result": .text(result), "id": .text(id)])
        } else {
          console.print("\(number) \(result) \(id)")
        }
      case "refused":
        console.complain("line \(number): \(line.text("field")): \(line.text("problem")); \(line.text("remedy"))")
      default: console.complain("line \(number): \(line.text("problem"))")
      }
    }
    guard finished else { throw APIError(500, []) }
    base += Int64(piece.count)
    progress.update(total.accepted + total.duplicates, bytes: lines.readBytes)
  }
  progress.end()
  if arguments.flag("--json") { console.print(total.json) } else { console.print(total.text) }
  return total.isComplete ? statusDone : statusFailed
}

/// What became of all lines of all requests.
private struct PublishTotal {
  var accepted: Int64 = 0
  var duplicates: Int64 = 0
  var refused: Int64 = 0
  var failed: Int64 = 0
  /// Whether the node took no more lines.
  var isCutShort = false

  var isComplete: Bool { refused + failed == 0 && !isCutShort }

  mutating func add(_ summary: JSONValue) {
    accepted += summary.count("accepted")
    duplicates += summary.count("duplicates")
    refused += summary.count("refused")
    failed += summary.count("failed")
    isCutShort = isCutShort || summary["not_taken_from"] != nil
  }

  var json: JSONValue {
    [
      "accepted": .number(accepted), "duplicates": .number(duplicates), "refused": .number(refused),
      "failed": .number(failed),
    ]
  }

  var text: String {
    "accepted \(accepted), duplicates \(duplicates), refused \(refused)" + (failed > 0 ? ", not stored \(failed)" : "")
  }
}

extension JSONValue {
  /// A member that is a number; 0 when it is not.
  func count(_ name: String) -> Int64 {
    if case .number(let number) = self[name] { number } else { 0 }
  }
}

extension Client {
  /// Publishes lines and hands over what became of each; the summary comes last. A node whose disk is full still answers
  /// line by line.
  func publish(_ lines: [UInt8], _ dataset: DatasetName, each: (JSONValue) throws -> Void) throws {
    let call = Client.Call(
      .post, "/v1/records", query: [("dataset", dataset.description)], headers: ["Content-Type": "application/x-ndjson"]
    )
    var waiting: [UInt8] = []
    var isLines = false
    var status = 200
    try send(
      call, upload: .bytes(lines),
      head: {
        status = $0.status
        isLines = $0.headers["Content-Type"] == "application/x-ndjson"
      },
      receive: { piece in
        waiting += piece
        var start = 0
        while isLines, let end = waiting[start...].firstIndex(of: 0x0A) {
          try each(try JSONValue(parsing: Array(waiting[start..<end]), longest: 1 << 20))
          start = end + 1
        }
        waiting.removeFirst(start)
      })
    guard isLines else { throw APIError(status, waiting) }
  }
}

/// Progress on a terminal, at most five times a second, from the first second on.
final class Progress {
  private let console: Console
  private let verb: String
  private let total: Int64?
  private let started = time(nil)
  private var last = ContinuousClock.now

  init(_ console: Console, _ verb: String, of total: Int64?) {
    (self.console, self.verb, self.total) = (console, verb, total)
  }

  func update(_ count: Int64, bytes: Int64) {
    guard console.isTerminal, ContinuousClock.now - last > .milliseconds(200) else { return }
    last = ContinuousClock.now
    let share = total.map { $0 > 0 ? " (\(bytes * 100 / $0) %)" : "" } ?? ""
    console.progress("\(verb) \(count)\(share)")
  }

  func end() { console.endProgress() }
}
