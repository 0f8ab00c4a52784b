import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// Questions and answers as bytes: one form only, bounded, and an answer that is not the origin's to this question is none.
@Suite struct AnswerTests {
  /// El Salvador's keys, Guatemala's question, and the secret half of its key.
  final class Told {
    let keys: Keyring
    let neighbour: Neighbour
    let secret: ExchangeKey
    var question: Question
    let entropy = SeededEntropy(seed: 5)

    init() throws {
      let party = try Party(Scene.sv, seed: 1, now: Scene.start, rules: SimulatedRules())
      keys = party.keys
      neighbour = Neighbour(
        country: Scene.sv, logKeys: [keys.log.verifyingKey], receiptKeys: [keys.receipt.verifyingKey],
        sealingKey: keys.sealing.publicKey, streams: [])
      secret = ExchangeKey(SeededEntropy(seed: 3))
      question = Question(
        stream: Scene.sent, agreement: Scene.agreement, key: secret.publicKey.bytes, officer: "of-17",
        role: "customs-officer", purpose: "comparar con los papeles")
      question.post = "GT-SV/la-hachadura/GT"
      question.since = Scene.start.advanced(byMilliseconds: -1000)
      question.limit = 3
      question.all = [SearchKey(field: "plate", value: Array("P123456".utf8))]
      question.filters = [SearchKey(field: "direction", value: Array("out".utf8))]
    }

    func id(_ number: Int64) -> RecordID {
      RecordID(time: Scene.start.advanced(byMilliseconds: number), random: (1, UInt64(number)))
    }

    /// An answer of two records, of which one was replaced.
    var answer: Answer {
      var answer = Answer()
      answer.items = [
        Answer.Item(id: id(2), kind: .replaces(id(1)), body: Array("{\"n\":2}".utf8), entropy),
        Answer.Item(id: id(1), kind: .record, body: Array("{\"n\":\"ñ\"}".utf8), entropy),
      ]
      answer.changes = [Answer.Change(id: id(1), by: id(2))]
      answer.searchedBackTo = Scene.start
      return answer
    }

    func seal(_ answer: Answer, to question: Question? = nil, by keys: Keyring? = nil) throws -> [UInt8] {
      try answer.sealed(
        for: question ?? self.question, version: 1, in: Scene.realm, by: Scene.sv, keys ?? self.keys, at: Scene.start,
        entropy)
    }

    func open(_ sealed: [UInt8]) throws(AnswerFault) -> Answer {
      try Answer(opening: sealed, with: secret, to: question, version: 1, in: Scene.realm, of: neighbour)
    }
  }

  @Test func aQuestionComesBackAsItWasAndInNoOtherForm() throws {
    let question = try Told().question
    let bytes = question.bytes
    #expect(try Question(bytes) == question)
    for length in bytes.indices { #expect(throws: ByteError.self) { try Question(Array(bytes.prefix(length))) } }
    #expect(throws: ByteError.self) { try Question(bytes + [0]) }
    // Whatever an altered one is read as has the bytes it was read from.
    for place in bytes.indices {
      for bit in [UInt8(1), 0x80] {
        var altered = bytes
        altered[place] ^= bit
        if let read = try? Question(altered) { #expect(read.bytes == altered) }
      }
    }
  }

  @Test func aQuestionBeyondALimitIsNotRead() throws {
    func isRead(_ change: (inout Question) -> Void) throws -> Bool {
      var question = try Told().question
      change(&question)
      return (try? Question(question.bytes)) != nil
    }
    #expect(try isRead { $0.limit = 500 })
    #expect(try !isRead { $0.limit = 501 })
    #expect(try !isRead { $0.limit = 0 })
    #expect(try !isRead { $0.officer = "" })
    #expect(try !isRead { $0.officer = String(repeating: "o", count: 129) })
    #expect(try !isRead { $0.purpose = "two\nlines" })
    #expect(try isRead { $0.any = (0..<64).map { SearchKey(field: "plate", value: [UInt8($0)]) } })
    #expect(try !isRead { $0.any = (0..<65).map { SearchKey(field: "plate", value: [UInt8($0)]) } })
    #expect(try !isRead { $0.any = [SearchKey(field: "plate", value: [])] })
    #expect(try !isRead { $0.any = [SearchKey(field: "plate", value: [UInt8](repeating: 1, count: 501))] })
    let full = (0..<64).map { SearchKey(field: "f\($0)", value: [UInt8](repeating: 1, count: 500)) }
    #expect(try !isRead { $0.any = full })
  }

  @Test func onlyTheOriginOpensAQuestion() throws {
    let told = try Told()
    let sealed = try told.question.sealed(to: told.keys.sealing.publicKey, told.entropy)
    #expect(try Question(opening: sealed, with: told.keys.sealing) == told.question)
    #expect(throws: QuestionRefusal.self) { try Question(opening: sealed, with: ExchangeKey(SeededEntropy(seed: 9))) }
    let clear = Array("customs-officer".utf8)
    #expect(!sealed.indices.contains { sealed[$0...].starts(with: clear) })
  }

  @Test func anAnswerIsReadAsItWasTold() throws {
    let told = try Told()
    let answer = told.answer
    let read = try told.open(told.seal(answer))
    #expect(read.items == answer.items && read.changes == answer.changes && !read.hasMore)
    #expect(read.searchedBackTo == Scene.start && read.asOf == Scene.start)
    let none = try told.open(told.seal(Answer()))
    #expect(none.items.isEmpty && none.changes.isEmpty && none.asOf == Scene.start)
  }

  @Test func anAnswerOfAnotherOrToAnotherQuestionIsNone() throws {
    let told = try Told()
    func fault(_ sealed: [UInt8]) -> String? {
      do throws(AnswerFault) {
        _ = try told.open(sealed)
        return nil
      } catch { return error.description }
    }
    var other = told.question
    other.officer = "of-18"
    #expect(try fault(told.seal(told.answer, to: other)) == "it answers another question")
    let stranger = try Party(Scene.sv, seed: 7, now: Scene.start, rules: SimulatedRules()).keys
    #expect(try fault(told.seal(told.answer, by: stranger)) == "its log key did not sign it")
    other = told.question
    other.key = ExchangeKey(SeededEntropy(seed: 9)).publicKey.bytes
    #expect(try fault(told.seal(told.answer, to: other)) == "it does not open")
    // A key that is none is refused, not used.
    other.key = Digest()
    #expect(throws: QuestionRefusal.self) { try told.seal(told.answer, to: other) }
    // More than were asked for; in another order; the same twice; an entry that is no record.
    var answer = told.answer
    answer.items = answer.items.reversed()
    #expect(try fault(told.seal(answer)) == "its records are not in order")
    answer.items = [told.answer.items[0], told.answer.items[0]]
    #expect(try fault(told.seal(answer)) == "its records are not in order")
    answer.items = (0..<4).map { Answer.Item(id: told.id(9 - $0), kind: .record, body: [], told.entropy) }
    #expect(try fault(told.seal(answer)) == "count: 4 records, 3 were asked for")
    answer.items = [Answer.Item(id: told.id(1), kind: .epoch(3), body: [], told.entropy)]
    #expect(try fault(told.seal(answer)) == "a record is not the one its entry commits to")
    answer.items = [
      Answer.Item(entry: told.answer.items[0].entry, salt: told.answer.items[0].salt, body: Array("{}".utf8))
    ]
    #expect(try fault(told.seal(answer)) == "a record is not the one its entry commits to")
  }

  @Test func anAnswerAlteredAnywhereIsNone() throws {
    let told = try Told()
    let sealed = try told.seal(told.answer)
    let opened = try SealedBox.open(sealed, with: told.secret).withUnsafeBytes { Array($0) }
    for place in opened.indices {
      var altered = opened
      altered[place] ^= 0x04
      let again = try SealedBox.seal(SecretBytes(copying: altered), to: told.secret.publicKey, told.entropy)
      #expect(throws: AnswerFault.self, "byte \(place)") { _ = try told.open(again) }
    }
    for count in stride(from: 0, to: opened.count, by: 7) {
      let again = try SealedBox.seal(
        SecretBytes(copying: Array(opened.prefix(count))), to: told.secret.publicKey, told.entropy)
      #expect(throws: AnswerFault.self) { _ = try told.open(again) }
    }
  }

  @Test func anAnswerThatIsTooLongIsNotSent() throws {
    let told = try Told()
    var answer = Answer()
    let body = [UInt8](repeating: 0x20, count: Core.longestBody)
    answer.items = (0..<5).map { Answer.Item(id: told.id(9 - $0), kind: .record, body: body, told.entropy) }
    #expect(throws: QuestionRefusal.self) { try told.seal(answer) }
  }

  @Test func everyMessageComesBackAndNoOtherFormIsTaken() throws {
    let sealed = [UInt8](repeating: 5, count: 100)
    let messages: [QuestionMessage] = [
      .ask(request: 1, sealed: sealed), .answer(request: .max, sealed: sealed),
      .decline(request: 3, QuestionRefusal(.role, "una razón")),
    ]
    for message in messages {
      let payload = message.payload
      #expect(try QuestionMessage(type: message.type, payload: payload) == message)
      for length in payload.indices {
        #expect(throws: ByteError.self) {
          try QuestionMessage(type: message.type, payload: Array(payload.prefix(length)))
        }
      }
      #expect(throws: ByteError.self) { try QuestionMessage(type: message.type, payload: payload + [0]) }
    }
    for (type, longest) in [(UInt8(0x28), QuestionMessage.longestQuestion), (0x29, QuestionMessage.longestAnswer)] {
      for (count, isTaken) in [(47, false), (48, true), (longest, true), (longest + 1, false)] {
        var writer = ByteWriter()
        writer.uint64(1)
        writer.vector24([UInt8](repeating: 1, count: count))
        #expect(((try? QuestionMessage(type: type, payload: writer.bytes)) != nil) == isTaken, "\(type) \(count)")
      }
    }
  }
}
