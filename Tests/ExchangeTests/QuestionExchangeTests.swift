import Sodium
import Terms
import Testing

@testable import Exchange

extension Dice {
  fileprivate mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}

/// Questions between two nodes: each is replied to once and in time, little is under way, and nobody is flooded.
@Suite struct QuestionExchangeTests {
  @Test func everyQuestionGetsItsOwnAnswerAndFewAreUnderWay() throws {
    let line = QuestionLine()
    line.origin.answersAtOnce = false
    let tokens = (0..<QuestionExchange.mostUnderWay + QuestionExchange.mostWaiting).map { _ in line.ask() }
    #expect(line.asker.outbox.count == QuestionExchange.mostUnderWay)
    // One more is not taken: what waits is bounded.
    let beyond = line.ask()
    #expect(line.failure(beyond) == .busy(Scene.sv))
    for _ in tokens {
      try line.settle()
      line.origin.answer()
    }
    try line.settle()
    for token in tokens { #expect(line.isAnswered(token), "\(token)") }
    #expect(line.carried.count == 2 * tokens.count)
  }

  @Test func withoutALinkItIsSaidAtOnceAndSinceWhen() throws {
    let line = QuestionLine(linked: false)
    #expect(line.failure(line.ask()) == .linkDown(Scene.sv, since: Scene.start))
    line.connect()
    let token = line.ask()
    line.pass(milliseconds: 1500)
    line.disconnect()
    #expect(line.failure(token) == .gone(Scene.sv))
    let down = line.asker.now
    line.pass(milliseconds: 60_000)
    #expect(line.failure(line.ask()) == .linkDown(Scene.sv, since: down))
  }

  @Test func aNeighbourThatDoesNotKnowQuestionsIsNotSentAny() throws {
    let line = QuestionLine(linked: false)
    line.connect(isAble: false)
    let token = line.ask()
    #expect(line.asker.outbox.isEmpty)
    line.pass(milliseconds: 2000)
    #expect(line.failure(token) == .notUnderstood(Scene.sv))
    #expect(line.asker.outbox.isEmpty)
  }

  @Test func aNeighbourThatFallsSilentIsNotWaitedForAgainAtOnce() throws {
    let line = QuestionLine()
    line.origin.answersAtOnce = false
    let tokens = (0..<6).map { _ in line.ask() }
    try line.settle()
    line.pass(milliseconds: QuestionExchange.patience - 1)
    #expect(line.asker.replies.isEmpty)
    line.pass(milliseconds: 1)
    for token in tokens { #expect(line.failure(token) == .tooSlow(Scene.sv)) }
    #expect(line.failure(line.ask()) == .tooSlow(Scene.sv))
    // Answers that come too late are passed over.
    line.origin.answer()
    try line.settle()
    for token in tokens { #expect(line.failure(token) == .tooSlow(Scene.sv)) }
    line.origin.answersAtOnce = true
    line.pass(milliseconds: QuestionExchange.quiet)
    let token = line.ask()
    try line.settle()
    #expect(line.isAnswered(token))
  }

  @Test func aClockThatIsSetBackHangsNothing() throws {
    let line = QuestionLine()
    line.origin.answersAtOnce = false
    let token = line.ask()
    line.pass(milliseconds: -86_400_000)
    #expect(line.failure(token) == .tooSlow(Scene.sv))
    // Nor does the quiet time last until the old time comes again.
    line.pass(milliseconds: -86_400_000)
    line.origin.answersAtOnce = true
    let next = line.ask()
    try line.settle()
    #expect(line.isAnswered(next))
  }

  @Test func aRefusalIsToldInItsWordsAndLoggedWithoutEnd() throws {
    let line = QuestionLine()
    line.origin.refusal = QuestionRefusal(.notShared, "there is no agreement")
    for number in 0..<300 {
      let token = line.ask()
      try line.settle()
      let isFirst = number < Int(QuestionExchange.burst)
      let expected = isFirst ? QuestionRefusal.Known.notShared : .busy
      guard case .refused(Scene.sv, let refusal)? = line.failure(token), refusal.known == expected else {
        Issue.record("\(number): \(line.asker.replies[token] ?? [])")
        return
      }
    }
    #expect(line.origin.log.count == QuestionExchange.mostLoggedRefusals)
  }

  @Test func aFloodIsAnsweredAtItsRateAndNoFaster() throws {
    let line = QuestionLine()
    // A changed program puts as many as it likes.
    func flood(_ numbers: Range<UInt64>) -> Int {
      for number in numbers {
        line.origin.give(.message(.ask(request: number, sealed: [1]), from: Scene.gt))
      }
      defer { line.origin.outbox = [] }
      return line.origin.outbox.count { if case .answer = $0 { true } else { false } }
    }
    #expect(flood(0..<200) == Int(QuestionExchange.burst))
    line.pass(milliseconds: 1000)
    #expect(flood(200..<400) == Int(QuestionExchange.perSecond))
    // And no more than a few at a time, the same number not twice.
    line.pass(milliseconds: 100_000)
    line.origin.answersAtOnce = false
    _ = flood(500..<520)
    #expect(line.origin.toAnswer.count == QuestionExchange.mostServed)
    _ = flood(500..<501)
    #expect(line.origin.toAnswer.count == QuestionExchange.mostServed)
    // A link that comes again finds nothing of it.
    line.disconnect()
    line.connect()
    line.origin.answer()
    #expect(line.origin.outbox.isEmpty)
  }

  @Test func answersThatNobodyAskedForAreNothing() throws {
    let line = QuestionLine()
    let token = line.ask()
    for request in [UInt64(0), 2, 3, .max] {
      try line.deliver(
        .answer(request: request, sealed: [UInt8](repeating: 7, count: 60)), from: line.origin, to: line.asker)
      try line.deliver(
        .decline(request: request, QuestionRefusal(.busy, "no")), from: line.origin, to: line.asker)
    }
    #expect(line.asker.replies.isEmpty)
    try line.settle()
    #expect(line.isAnswered(token))
    // Nor a second answer to the same.
    let last = try #require(line.carried.last)
    try line.deliver(last, from: line.origin, to: line.asker)
    #expect(line.isAnswered(token))
  }

  /// Messages lost, doubled, late and out of order, links that end in the middle, slow origins, forged messages: every question
  /// is replied to exactly once, never with the answer to another, and within its time while there is a clock.
  @Test(arguments: 0..<40)
  func underFaultsEveryQuestionIsRepliedToOnceAndInTime(seed: UInt64) throws {
    var dice = Dice(seed)
    let line = QuestionLine()
    line.origin.answersAtOnce = false
    var onTheWay: [(message: QuestionMessage, from: QuestionParty, to: QuestionParty)] = []
    var askedAt: [UInt64: Instant] = [:]
    var isUp = true
    for _ in 0..<600 {
      switch dice.below(12) {
      case 0, 1, 2:
        let now = line.asker.now
        askedAt[line.ask()] = now
      case 3, 4: line.origin.answer()
      case 5: line.pass(milliseconds: Int64(dice.below(900)))
      case 6 where dice.below(6) == 0:
        if isUp { line.disconnect() } else { line.connect() }
        (isUp, onTheWay) = (!isUp, [])
      case 7 where !onTheWay.isEmpty: onTheWay.remove(at: dice.below(onTheWay.count))
      case 8 where !onTheWay.isEmpty: onTheWay.append(onTheWay[dice.below(onTheWay.count)])
      case 9 where isUp:
        // Out of the air: another number, or words that are no answer.
        let request = UInt64(dice.below(400))
        try line.deliver(
          dice.below(2) == 0
            ? .answer(request: request + 1_000_000, sealed: [UInt8](repeating: 3, count: 64))
            : .ask(request: request, sealed: [UInt8](repeating: 3, count: 64)), from: line.origin, to: line.asker)
        line.asker.toAnswer = []
      default: break
      }
      for (from, to) in [(line.asker, line.origin), (line.origin, line.asker)] {
        onTheWay += from.outbox.map { ($0, from, to) }
        from.outbox = []
      }
      if isUp, !onTheWay.isEmpty, dice.below(2) == 0 {
        let next = onTheWay.remove(at: dice.below(onTheWay.count))
        try line.deliver(next.message, from: next.from, to: next.to)
      }
      for (token, since) in askedAt where line.asker.replies[token] == nil {
        // A tick may be 900 ms late.
        #expect(line.asker.now.milliseconds(since: since) < QuestionExchange.patience + 900)
      }
    }
    line.pass(milliseconds: QuestionExchange.patience)
    var answered = 0
    for token in askedAt.keys {
      let replies = try #require(line.asker.replies[token], "\(token) was never replied to")
      #expect(replies.count == 1)
      if case .success = replies[0] {
        #expect(line.isAnswered(token))
        answered += 1
      }
    }
    #expect(answered > 0)
  }
}
