import Catalog
import Exchange
import HTTP
import Node
import Sodium
import Terms

let attachmentCommands: [Command] = [
  Command(
    "attach", "FILE...", summary: "gives the node attachments of this country's records, and prints their digests",
    options: [homeOption, .flag("--json"), .value("--storage-passphrase-file", "F")], positionals: 1...10_000,
    run: attach),
  Command(
    "attachment", "DIGEST",
    summary: "an attachment that a record bears, from here or from the neighbour; a lookup, logged before it is given",
    options: [
      homeOption, .flag("--json"), .needed("--out", "F"), .value("--from", "CC"), .flag("--history"),
      .needed("--officer", "ID"), .needed("--purpose", "TEXT"), .value("--role", "ROLE"), .value("--post", "POST"),
      .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: attachment),
]

/// Seconds until an attachment begins to come: a neighbour may take as long as the exchange allows before the first byte is given.
let attachmentPatience = Int(AttachmentExchange.longestTime / 1000) + 60

/// Each file apart: what is wrong with one does not hold up the others.
@Sendable private func attach(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  var status = statusDone
  for path in arguments.positionals {
    do {
      let file = try InputPieces(path, longest: AttachmentExchange.longestByteCount)
      guard file.byteCount > 0 else { throw FileError(description: "\(path) has no bytes") }
      // Told beforehand, so that what is altered on the way is not taken.
      let digest = try InputPieces.digest(of: path)
      let answer = try access.json(
        .init(.post, "/v1/attachments", query: [("digest", digest.description)]),
        upload: .pulled(length: file.byteCount, next: { try file.next($0) }))
      if arguments.flag("--json") {
        guard case .object(let members) = answer else { throw APIError(500, []) }
        console.print(.object([.init(name: "file", value: .text(path))] + members))
      } else {
        console.print("\(answer.text("digest"))  \(answer.text("bytes")) bytes  \(path)")
      }
    } catch let error as FileError {
      console.complain(error.description)
      status = statusFailed
    } catch let error as APIError {
      console.complain("\(path): \(error)")
      status = statusFailed
    }
  }
  return status
}

extension InputPieces {
  /// The digest of a file that is or may become an attachment.
  static func digest(of path: String) throws(FileError) -> Digest {
    let file = try InputPieces(path, longest: AttachmentExchange.longestByteCount)
    var hash = SHA256()
    while let piece = try file.next(1 << 16) { hash.update(piece) }
    return hash.finish()
  }
}

@Sendable private func attachment(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard let digest = Digest(hex: arguments.positionals[0]) else {
    throw UsageError("the digest is a SHA-256, 64 hexadecimal digits, as query shows it")
  }
  let out = try arguments.needed("--out")
  var fields = [
    (name: "officer", value: try arguments.needed("--officer")), ("purpose", try arguments.needed("--purpose")),
    ("role", arguments.value("--role") ?? usualRole), ("history", arguments.flag("--history") ? "true" : "false"),
  ]
  if let from = arguments.value("--from") {
    do { _ = try CountryCode(from) } catch { throw UsageError("--from: \(error)") }
    fields.append(("from", from))
  }
  if let post = arguments.value("--post") { fields.append(("post", post)) }
  let access = try NodeAccess(arguments, console, silentSeconds: attachmentPatience)
  defer { access.close() }
  var hash = SHA256()
  var file: OutputFile?
  var refusal: [UInt8] = []
  var head: Client.Head?
  try access.client.send(
    .init(.get, "/v1/attachments/\(digest)", query: fields),
    head: {
      head = $0
      if $0.status == 200 { file = try OutputFile(out) }
    },
    receive: { piece in
      guard let file else {
        if refusal.count + piece.count <= 1 << 16 { refusal += piece }
        return
      }
      hash.update(piece)
      try file.append(Array(piece))
    })
  guard let head, let file else { throw APIError(head?.status ?? 500, refusal) }
  guard hash.finish() == digest else { throw CommandFailure("what the node gave is not \(digest); run istmo verify") }
  try file.finish()
  let (stream, record) = (head.headers["Istmo-Stream"] ?? "", head.headers["Istmo-Record"] ?? "")
  let isFetched = head.headers["Istmo-Fetched"] == "true"
  if arguments.flag("--json") {
    console.print([
      "file": .text(out), "digest": .text(digest.description), "stream": .text(stream), "record": .text(record),
      "media_type": .text(head.headers["Content-Type"] ?? ""), "fetched": .boolean(isFetched),
    ])
  } else {
    let source = isFetched ? "fetched from the neighbour just now" : "held here"
    console.print("\(out): the attachment of record \(record) of \(stream), \(source)")
  }
  return statusDone
}
