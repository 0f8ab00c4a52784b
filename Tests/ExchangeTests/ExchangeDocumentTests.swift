import Foundation
import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// `Docs/protocol/exchange.md` says what the code does: a peer written from the page alone reads what a node sends.
@Suite struct ExchangeDocumentTests {
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let python = ProcessInfo.processInfo.environment["ISTMO_TEST_PYTHON"]

  private func page() throws -> String {
    try String(contentsOf: Self.repository.appending(path: "Docs/protocol/exchange.md"), encoding: .utf8)
  }

  @Test func everyLimitAndTimerOfThePageIsThatOfTheCode() throws {
    let limits: [String: Int] = [
      "entries of a batch": Message.Batch.mostEntries,
      "bytes of bodies at which a batch is closed": Message.Batch.fullAtByteCount,
      "bytes of an advance's entries and bodies that are looked at": Message.Batch.longestAdvance,
      "bytes of a batch's bodies": Message.Batch.longestBodies, "bytes of a body": Core.longestBody,
      "bytes that sealing adds to a body": EpochKey.overheadByteCount, "bytes of a signed note": Message.longestNote,
      "bytes of a fork proof": Message.longestProof, "bytes of a reason": Message.longestReason,
      "batches without a receipt": Core.mostUnreceiptedBatches, "bytes without a receipt": Core.mostUnreceiptedBytes,
      "bytes that wait for a node's disk before it takes no more": Core.mostPendingBytes,
      "milliseconds between two \"as of\" of an idle stream": Int(Core.asOfCadence),
      "milliseconds before a receipt is repeated, at first": Int(Core.upkeepCadence),
      "milliseconds before a receipt is repeated, at most": Int(Core.receiptCadence),
      "milliseconds without a valid word before a stream is asked for again": Int(Core.silence),
      "milliseconds between two requests for a gap": Int(Core.gapPatience),
      "milliseconds before a request is repeated, at first": Int(Core.patience),
      "milliseconds before a request is repeated, at most": Int(Core.longestPatience),
      "milliseconds that a clock may be off before it is reported": Int(Core.tolerableSkew),
    ]
    let table = try page().split(separator: "\n").drop { !$0.hasPrefix("## 6.") }
    let rows = table.filter { $0.hasPrefix("| ") }.dropFirst()
    var found: [String: Int] = [:]
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      found[cells[0]] = Int(cells[1])
    }
    #expect(found == limits)
  }

  @Test func everyRefusalCodeAndMessageTypeIsOnThePage() throws {
    let page = try page()
    for code in UInt8.min...UInt8.max {
      #expect(page.contains("\n| \(code) | ") == (Message.Refusal.Code(rawValue: code) != nil), "\(code)")
    }
    for type in Array(0x10...0x16) + Message.laterTypes.map(Int.init) {
      #expect(page.contains("| 0x\(String(type, radix: 16)) | "))
    }
  }

  @Test(.enabled(if: python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"))
  func aPeerWrittenFromThePageReadsWhatANodeSends() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "istmo-exchange-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let scene = try recorded()
    try writeKeys(scene, to: folder)
    for (number, message) in scene.carried.enumerated() {
      try write([message.type] + message.payload, "message-\(1000 + number)", folder)
    }
    let records = try scene.recipient.records(Scene.sent)
    try write(
      Array(records.map { Array("\($0.entry.id) ".utf8) + $0.body }.joined(separator: [0x1E])), "bodies.txt", folder)
    let batches = scene.carried.compactMap { if case .batch = $0 { $0 } else { nil } }
    let entries = try scene.recipient.reader.state(of: Scene.sent).size
    // The first batch with one byte of its payload altered, all over its length.
    let first = try #require(batches.first)
    let places = stride(from: 0, to: first.payload.count, by: 11)
    for place in places {
      var payload = first.payload
      payload[place] ^= 0x04
      try write([first.type] + payload, "bad-\(10_000 + place)", folder)
    }
    let script = Self.repository.appending(path: "Tests/Interop/exchange-python/check.py")
    let run = try await ForeignProgram(
      try #require(Self.python), [script.path(percentEncoded: false), folder.path(percentEncoded: false)],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    let verdict =
      "messages \(scene.carried.count), entries \(entries), bodies \(records.count), refused \(Array(places).count), codings 0 1\n"
    #expect(run.output == verdict)
    #expect(run.status == 0)
    #expect(records.count == 8 && batches.count > 2)
  }

  /// Records of two days with corrections, a new link, and a fork at the end: messages of every type.
  private func recorded() throws -> Scene {
    let scene = try Scene(now: Instant(milliseconds: 1_795_564_798_000))
    func isOfTheStream(_ message: Message) -> Bool {
      switch message {
      case .hello, .codings: true
      case .resume(let resume): resume.stream == Scene.sent
      case .batch(let batch), .advance(let batch): batch.stream == Scene.sent
      case .receipt(let stream, _), .asOf(let stream, _), .conflict(let stream, _): stream == Scene.sent
      case .refuse(let refusal): refusal.stream == Scene.sent
      case .recall, .returned: false
      }
    }
    scene.tamper = { isOfTheStream($0) ? $0 : nil }
    let one = try scene.origin.accept(Scene.draft("uno, ñandú"))
    _ = try scene.origin.publishDurably((0..<3).map { Scene.draft("n \($0)") })
    scene.connect()
    try scene.settle()
    _ = try scene.origin.accept(Scene.draft("dos", kind: .replaces(one)))
    try scene.run(seconds: 7)
    let next = try scene.origin.accept(Scene.draft("the next day", reference: "r-1"))
    _ = try scene.origin.accept(Scene.draft("no more", kind: .withdraws(next)))
    try scene.settle()
    scene.disconnect()
    _ = try scene.origin.accept(Scene.draft("after a while"))
    scene.connect()
    try scene.settle()
    scene.recipient.outbox.append(
      .refuse(.init(stream: Scene.sent, code: .unreadable, reason: "una razón")))
    try scene.settle()
    let size = try scene.recipient.reader.state(of: Scene.sent).size
    let other = try HandmadeOrigin(scene).checkpoint(size: size, root: .empty)
    scene.recipient.give(.message(.asOf(stream: Scene.sent, note: other.bytes), from: Scene.sv))
    try scene.settle()
    #expect(Set(scene.carried.map(\.type)) == Set(Array(0x10...0x16) + [0x32, 0x33]))
    return scene
  }

  private func writeKeys(_ scene: Scene, to folder: URL) throws {
    let (ours, theirs) = (scene.origin.keys, scene.recipient.keys)
    let secret = theirs.sealing.secret.withUnsafeBytes { Array($0) }
    let lines = [
      "origin \(Scene.sent.checkpointOrigin(in: Scene.realm))", "log \(ours.log.verifyingKey)",
      "cosigner_name \(Scene.realm)/SV", "origin_receipt \(ours.receipt.verifyingKey)",
      "recipient_name \(Scene.realm)/GT", "recipient_receipt \(theirs.receipt.verifyingKey)",
      "sealing_public \(theirs.sealing.publicKey.bytes)", "sealing_secret \(try #require(Digest(secret)))",
      "agreement \(Scene.agreement)",
    ]
    try write(Array(lines.joined(separator: "\n").utf8), "keys.txt", folder)
  }

  private func write(_ bytes: [UInt8], _ name: String, _ folder: URL) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }
}
