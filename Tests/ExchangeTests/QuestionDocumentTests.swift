import Foundation
import Sodium
import Terms
import Testing

@testable import Exchange

/// `Docs/protocol/questions.md` says what the code does.
@Suite struct QuestionDocumentTests {
  private func page() throws -> String {
    try String(
      contentsOf: ExchangeDocumentTests.repository.appending(path: "Docs/protocol/questions.md"), encoding: .utf8)
  }

  @Test func everyLimitAndTimeOfThePageIsThatOfTheCode() throws {
    let limits: [String: Int] = [
      "bytes of a question": Question.longest, "terms of each kind in a question": Question.mostTerms,
      "bytes of a term's value": Question.longestValue, "records of an answer": Question.mostRecords,
      "bytes of an answer": Answer.longest, "bytes of bodies at which an answer is full": Answer.fullAtByteCount,
      "changes told of records": Answer.mostChanges,
      "questions under way to one neighbour": QuestionExchange.mostUnderWay,
      "questions that wait for one neighbour": QuestionExchange.mostWaiting,
      "questions of one neighbour that are answered at once": QuestionExchange.mostServed,
      "questions at once after a quiet time": Int(QuestionExchange.burst),
      "questions in a second": Int(QuestionExchange.perSecond),
      "milliseconds that an answer may take": Int(QuestionExchange.patience),
      "milliseconds that a silent neighbour is not asked again": Int(QuestionExchange.quiet),
    ]
    let table = try page().split(separator: "\n").drop { !$0.hasPrefix("## 7.") }
    var found: [String: Int] = [:]
    for row in table.filter({ $0.hasPrefix("| ") }).dropFirst() {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      found[cells[0]] = Int(cells[1])
    }
    #expect(found == limits)
    for longest in [QuestionMessage.longestQuestion, QuestionMessage.longestAnswer] {
      #expect(try page().contains("opaque sealed<48..\(longest)>"))
    }
  }

  @Test func everyCodeAndMessageTypeIsOnThePage() throws {
    let page = try page()
    for code in UInt8.min...UInt8.max {
      #expect(page.contains("\n| \(code) | ") == (QuestionRefusal.Known(rawValue: code) != nil), "\(code)")
    }
    for type in UInt8(0x10)...0x40 {
      #expect(page.contains("// 0x\(String(type, radix: 16)), ") == QuestionMessage.types.contains(type), "\(type)")
    }
  }

  /// A peer written from the page reads a node's question and answer, and asks one of its own that a node reads.
  @Test(.enabled(if: ExchangeDocumentTests.python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"))
  func aPeerWrittenFromThePageReadsAndAsks() async throws {
    let told = try AnswerTests.Told()
    let ask = QuestionMessage.ask(
      request: 7, sealed: try told.question.sealed(to: told.keys.sealing.publicKey, told.entropy))
    let reply = QuestionMessage.answer(request: 7, sealed: try told.seal(told.answer))
    func secret(_ key: borrowing ExchangeKey) -> String { key.secret.withUnsafeBytes { Array($0).hex } }
    let lines = [
      "\(Scene.realm)", secret(told.keys.sealing), secret(told.secret), "\(told.keys.log.verifyingKey)",
      "\(told.keys.receipt.verifyingKey)", "1", ([ask.type] + ask.payload).hex, ([reply.type] + reply.payload).hex,
    ]
    let folder = FileManager.default.temporaryDirectory.appending(path: "istmo-question-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "messages")
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    let script = ExchangeDocumentTests.repository.appending(path: "Tests/Interop/exchange-python/questions.py")
    let run = try await ForeignProgram(
      try #require(ExchangeDocumentTests.python),
      [script.path(percentEncoded: false), file.path(percentEncoded: false)],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    let words = run.output.split(separator: "\n").map(String.init)
    try #require(words.count == 2 && run.status == 0, "\(run.output)")
    let seconds = Scene.start.seconds
    #expect(
      words[0] == "request 7 of-17 customs-officer plate=P123456 records 2 changed 1 as of \(seconds) refused 40")
    let bytes = try #require([UInt8](hex: words[1]))
    guard case .ask(9, let sealed) = try QuestionMessage(type: bytes[0], payload: Array(bytes.dropFirst())) else {
      Issue.record("not a question")
      return
    }
    var expected = told.question
    (expected.officer, expected.limit, expected.since) = ("of-18", 2, nil)
    #expect(try Question(opening: sealed, with: told.keys.sealing) == expected)
  }
}
