import Catalog
import HTTP
import Terms

let recordCommands: [Command] = [
  Command(
    "publish", "DATASET [FILE or -]",
    summary:
      "publishes records: a JSON object a line, a table (--csv), declarations under the DUCA's numbers (--duca), or "
      + "certificates (--xml FILE or FOLDER...)",
    options: [
      homeOption, .flag("--json"), .flag("--ids"), .flag("--csv"), .flag("--duca"), .flag("--xml"),
      .value("--separator", "CHARACTER"),
      .values("--map", "COLUMN=FIELD"), .values("--set", "FIELD=VALUE"), .value("--rejected", "FILE"),
      .value("--storage-passphrase-file", "F"),
    ],
    positionals: 1...10_000,
    run: publishRecords)
]

@Sendable private func publishRecords(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let dataset: DatasetName
  do { dataset = try DatasetName(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let source = try publishSource(dataset, arguments, console)
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let rejected = try arguments.value("--rejected").map(source.rejected(at:))
  var total = PublishTotal()
  func refuse(_ piece: PublishPiece, _ place: Int, field: String, _ problem: String, _ whatToDo: String) throws {
    let line = "\(piece.source(place)): \(source.shown(field)): \(problem); \(whatToDo)"
    guard let rejected else { return console.complain(line) }
    let kept = try rejected.add(
      piece, place, RejectedReason(field: field, problem: problem, whatToDo: whatToDo))
    console.complain("\(line) (\(kept))")
  }
  let progress = Progress(console, "published", of: source.byteCount)
  while !total.isCutShort, let piece = try source.next(for: access) {
    for fault in piece.faults {
      total.refused += 1
      try refuse(piece, fault.place, field: fault.field, fault.problem, fault.whatToDo)
    }
    var finished = piece.sent.isEmpty
    if !piece.sent.isEmpty {
      try access.client.publish(piece.bytes, dataset) { line in
        if let summary = line["summary"] {
          total.add(summary)
          finished = true
          guard total.isCutShort else { return }
          let place = piece.sent[clamping: summary.count("not_taken_from") - 1]
          return console.complain(
            "\(piece.source(place)) and all after it: \(summary.text("problem")); publish them again: what has a reference is not "
              + "stored twice")
        }
        let place = piece.sent[clamping: line.count("line") - 1]
        switch line.text("result") {
        case "accepted", "duplicate":
          guard arguments.flag("--ids") else { return }
          let (result, id) = (line.text("result"), line.text("id"))
          let label = piece.labels.isEmpty ? nil : piece.labels[place]
          if arguments.flag("--json") {
            let source = label.map { JSONValue.Member(name: "source", value: .text($0)) }
            console.print(
              .object([
                source ?? .init(name: "line", value: JSONValue(piece.number(place))),
                .init(name: "result", value: .text(result)), .init(name: "id", value: .text(id)),
              ]))
          } else {
            console.print("\(label ?? "\(piece.number(place))") \(result) \(id)")
          }
        case "refused":
          try refuse(piece, place, field: line.text("field"), line.text("problem"), line.text("remedy"))
        default: console.complain("\(piece.source(place)): \(line.text("problem"))")
        }
      }
    }
    guard finished else { throw APIError(500, []) }
    progress.update(total.accepted + total.duplicates, bytes: source.readBytes)
  }
  progress.end()
  try rejected?.finish()
  if arguments.flag("--json") { console.print(total.json) } else { console.print(total.text) }
  return total.isComplete ? statusDone : statusFailed
}

extension Array {
  /// The element at an index that came from a node: the nearest one there is.
  fileprivate subscript(clamping index: Int64) -> Element {
    self[Int(Swift.min(Swift.max(index, 0), Int64(count - 1)))]
  }
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
