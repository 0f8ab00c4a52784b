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

/// Lines of one request: few enough that its answer names every line.
private let linesPerRequest = 5_000

@Sendable private func publishRecords(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let dataset: DatasetName
  do { dataset = try DatasetName(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let path = arguments.positionals.count > 1 ? arguments.positionals[1] : "-"
  var lines = try LineReader(path)
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  var total = (accepted: Int64(0), duplicates: Int64(0), refused: Int64(0), failed: Int64(0))
  var base: Int64 = 0
  let progress = Progress(console, "published", of: lines.byteCount)
  while let piece = try lines.next(limit: linesPerRequest) {
    var finished = false
    try access.publish(piece.bytes, dataset) { line in
      if let summary = line["summary"] {
        total.accepted += summary.count("accepted")
        total.duplicates += summary.count("duplicates")
        total.refused += summary.count("refused")
        total.failed += summary.count("failed")
        finished = true
        return
      }
      let number = base + line.count("line")
      switch line.text("result") {
      case "accepted", "duplicate":
        if arguments.flag("--ids") { console.print("\(number) \(line.text("result")) \(line.text("id"))") }
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
  if arguments.flag("--json") {
    console.print([
      "accepted": .number(total.accepted), "duplicates": .number(total.duplicates), "refused": .number(total.refused),
      "failed": .number(total.failed),
    ])
  } else {
    console.print(
      "accepted \(total.accepted), duplicates \(total.duplicates), refused \(total.refused)"
        + (total.failed > 0 ? ", not stored \(total.failed)" : ""))
  }
  return total.refused + total.failed == 0 ? statusDone : statusFailed
}

extension JSONValue {
  /// A member that is a number; 0 when it is not.
  func count(_ name: String) -> Int64 {
    if case .number(let number) = self[name] { number } else { 0 }
  }
}

extension NodeAccess {
  /// Publishes lines and hands over what became of each; the summary comes last. A node whose disk is full still answers
  /// line by line.
  func publish(_ lines: [UInt8], _ dataset: DatasetName, each: (JSONValue) throws -> Void) throws {
    let call = Client.Call(
      .post, "/v1/records", query: [("dataset", dataset.description)], headers: ["Content-Type": "application/x-ndjson"]
    )
    var waiting: [UInt8] = []
    var isLines = false
    var status = 200
    try client.send(
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

/// Reads a file or standard input, some lines at a time, in bounded memory.
struct LineReader {
  /// Bytes after which a piece ends even when it has few lines.
  static let fullAtByteCount = 8 << 20

  private let descriptor: Int32
  private var waiting: [UInt8] = []
  private var isAtEnd = false
  /// Bytes of the file, when it is one.
  let byteCount: Int64?
  /// Bytes handed over.
  private(set) var readBytes: Int64 = 0

  init(_ path: String) throws {
    if path == "-" {
      descriptor = STDIN_FILENO
      byteCount = nil
      return
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw UsageError("\(path) cannot be read: \(String(cString: strerror(errno)))") }
    var info = stat()
    byteCount = fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG ? Int64(info.st_size) : nil
  }

  /// The next lines, whole; nil at the end. A line that alone is longer than a piece comes in parts: it is refused anyway.
  mutating func next(limit: Int) throws -> (bytes: [UInt8], count: Int)? {
    var count = 0
    var end = 0
    var searched = 0
    while true {
      while count < limit, let newline = waiting[searched...].firstIndex(of: 0x0A) {
        count += 1
        end = newline + 1
        searched = end
      }
      if count == limit || end >= Self.fullAtByteCount { break }
      if isAtEnd {
        if end < waiting.count {
          count += 1
          end = waiting.count
        }
        break
      }
      searched = waiting.count
      if waiting.count - end > Self.fullAtByteCount {
        end = waiting.count
        count += 1
        break
      }
      try fill()
    }
    guard end > 0 else { return nil }
    let piece = Array(waiting[..<end])
    waiting.removeFirst(end)
    readBytes += Int64(end)
    return (piece, count)
  }

  private mutating func fill() throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0 {
      if errno == EINTR { return }
      throw UsageError("the input cannot be read: \(String(cString: strerror(errno)))")
    }
    if count == 0 { isAtEnd = true }
    waiting += buffer[..<count]
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
