import Ledger
import Simulator
import Sodium
import Terms

@testable import Exchange

/// A node's exchange of questions by hand. What it sends is kept until a test carries it.
final class QuestionParty {
  let country: CountryCode
  let machine: QuestionExchange
  var now = Scene.start
  var outbox: [QuestionMessage] = []
  /// What came of what was asked, in order: more than one of a token would be a fault.
  var replies: [UInt64: [Result<[UInt8], QuestionFailure>]] = [:]
  var log: [String] = []
  /// Questions of the neighbour that are still to be answered.
  var toAnswer: [(serving: UInt64, sealed: [UInt8])] = []
  /// Whether questions are answered at once, by what they are.
  var answersAtOnce = true
  var refusal: QuestionRefusal?

  init(_ country: CountryCode) {
    self.country = country
    machine = QuestionExchange(now: Scene.start)
  }

  /// What an answer to a question is here: told from the question, so that a test sees that it is the right one.
  static func answer(_ question: [UInt8]) -> [UInt8] { Array("answer to ".utf8) + question }

  func give(_ input: QuestionExchange.Input) {
    for effect in machine.handle(input, at: now) {
      switch effect {
      case .send(let message, _): outbox.append(message)
      case .replied(let token, let result): replies[token, default: []].append(result)
      case .log(let event): log.append(event.text)
      case .prepare(let serving, let sealed, _): toAnswer.append((serving, sealed))
      }
    }
    if answersAtOnce { answer() }
  }

  /// Answers what waits.
  func answer() {
    while !toAnswer.isEmpty {
      let (serving, sealed) = toAnswer.removeFirst()
      if let refusal {
        give(.declined(serving: serving, refusal))
      } else {
        give(.prepared(serving: serving, sealed: Self.answer(sealed)))
      }
    }
  }
}

/// Guatemala asks, El Salvador answers.
final class QuestionLine {
  let origin = QuestionParty(Scene.sv)
  let asker = QuestionParty(Scene.gt)
  var carried: [QuestionMessage] = []
  private(set) var asked: [UInt64: [UInt8]] = [:]

  init(linked: Bool = true) { if linked { connect() } }

  func connect(isAble: Bool = true) {
    for (party, other) in [(origin, asker), (asker, origin)] {
      party.give(.linkUp(other.country))
      if isAble { party.give(.isAble(other.country)) }
    }
  }

  func disconnect() {
    (origin.outbox, asker.outbox) = ([], [])
    origin.give(.linkDown(asker.country))
    asker.give(.linkDown(origin.country))
  }

  /// Guatemala asks; gives the token. Each question is another one.
  @discardableResult
  func ask() -> UInt64 {
    let token = UInt64(asked.count) + 1
    let question = Array("a question, number \(token), sealed for its origin as it is in life".utf8)
    asked[token] = question
    asker.give(.ask(token: token, sealed: question, origin.country))
    return token
  }

  func settle() throws {
    while !(asker.outbox + origin.outbox).isEmpty {
      for (from, to) in [(asker, origin), (origin, asker)] where !from.outbox.isEmpty {
        try deliver(from.outbox.removeFirst(), from: from, to: to)
      }
    }
  }

  func deliver(_ message: QuestionMessage, from: QuestionParty, to: QuestionParty) throws {
    carried.append(message)
    to.give(.message(try QuestionMessage(type: message.type, payload: message.payload), from: from.country))
  }

  func pass(milliseconds: Int64) {
    for party in [origin, asker] {
      party.now = party.now.advanced(byMilliseconds: milliseconds)
      party.give(.tick)
    }
  }

  func failure(_ token: UInt64) -> QuestionFailure? {
    guard asker.replies[token]?.count == 1, case .failure(let failure)? = asker.replies[token]?.first else {
      return nil
    }
    return failure
  }

  func isAnswered(_ token: UInt64) -> Bool {
    asker.replies[token] == [.success(QuestionParty.answer(asked[token] ?? []))]
  }
}
