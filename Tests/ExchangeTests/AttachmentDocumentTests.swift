import Foundation
import Sodium
import Terms
import Testing

@testable import Exchange

/// `Docs/protocol/attachments.md` says what the code does.
@Suite struct AttachmentDocumentTests {
  private func page() throws -> String {
    try String(
      contentsOf: ExchangeDocumentTests.repository.appending(path: "Docs/protocol/attachments.md"), encoding: .utf8)
  }

  @Test func everyLimitAndTimeOfThePageIsThatOfTheCode() throws {
    let limits: [String: Int] = [
      "bytes of an attachment": Int(AttachmentExchange.longestByteCount),
      "bytes of a piece": AttachmentExchange.pieceByteCount, "bytes of a sealed piece": AttachmentMessage.longestPiece,
      "bytes of a header": SecretStream.headerByteCount,
      "pieces under way that were not taken": Int(AttachmentExchange.mostUntaken),
      "requests that wait for one neighbour": AttachmentExchange.mostWaiting,
      "milliseconds of silence that end a transfer": Int(AttachmentExchange.silence),
      "milliseconds that a transfer may take": Int(AttachmentExchange.longestTime),
    ]
    let table = try page().split(separator: "\n").drop { !$0.hasPrefix("## 5.") }
    var found: [String: Int] = [:]
    for row in table.filter({ $0.hasPrefix("| ") }).dropFirst() {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      found[cells[0]] = Int(cells[1])
    }
    #expect(found == limits)
  }

  @Test func everyCodeAndMessageTypeIsOnThePage() throws {
    let page = try page()
    for code in UInt8.min...UInt8.max {
      #expect(page.contains("\n| \(code) | ") == (AttachmentRefusal.Known(rawValue: code) != nil), "\(code)")
    }
    for type in UInt8(0x10)...0x40 {
      #expect(
        page.contains("// 0x\(String(type, radix: 16)), ") == AttachmentMessage.types.contains(type), "\(type)")
    }
  }

  @Test(.enabled(if: ExchangeDocumentTests.python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"))
  func anAskerWrittenFromThePageReadsWhatANodeSends() async throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(70_000)
    try scene.ask(digest)
    try scene.settle()
    let folder = FileManager.default.temporaryDirectory.appending(path: "istmo-attachment-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let master = SymmetricKey(SeededEntropy(seed: 9)).secret.withUnsafeBytes { Array($0).hex }
    let lines = scene.carried.map { ([$0.type] + $0.payload).hex }
    let file = folder.appending(path: "messages")
    try Data("\(master)\n\(SHA256.hash([1]))\n\(lines.joined(separator: "\n"))\n".utf8).write(to: file)
    let script = ExchangeDocumentTests.repository.appending(path: "Tests/Interop/exchange-python/attachments.py")
    let run = try await ForeignProgram(
      try #require(ExchangeDocumentTests.python),
      [script.path(percentEncoded: false), file.path(percentEncoded: false)],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    #expect(run.output == "stream \(Scene.sent) index 7 pieces 3 bytes 70000 digest \(digest)\n")
    #expect(run.status == 0)
  }
}
