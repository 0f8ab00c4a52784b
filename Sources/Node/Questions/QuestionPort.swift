import Dispatch
import Exchange
import Synchronization
import Terms

/// Where messages about questions go: the link, or nothing while there is none.
protocol QuestionLink: AnyObject, Sendable {
  /// Hands a message to the neighbour's link.
  func send(_ message: QuestionMessage, to country: CountryCode)
}

/// Runs the exchange of questions on a thread of its own, and answers those of neighbours on others: neither waits for the
/// replication of records, nor holds it up but on the line.
final class QuestionPort: Sendable {
  /// Messages of one neighbour that may wait here. An honest one has no more under way than the exchange's own limits allow;
  /// what goes beyond is dropped.
  static let mostWaiting = 32

  typealias Reply = @Sendable (Result<[UInt8], QuestionFailure>) -> Void
  /// Answers a neighbour's question: logs it durably, gives the sealed answer.
  typealias Origin = @Sendable ([UInt8], CountryCode) throws(QuestionRefusal) -> [UInt8]

  private struct State {
    let machine: QuestionExchange
    var replies: [UInt64: Reply] = [:]
    var lastToken: UInt64 = 0
    var gate = NeighbourGate(mostWaiting: QuestionPort.mostWaiting)
    var isStopped = false
    var origin: Origin?
    weak var link: (any QuestionLink)?
  }

  private let clock: any Clock
  private let log: Installation.Log
  private let queue = DispatchQueue(label: "istmo-questions")
  /// A few at a time for each neighbour, as the exchange bounds them.
  private let originQueue = DispatchQueue(label: "istmo-questions-origin", attributes: .concurrent)
  private let state: Mutex<State>

  init(clock: any Clock, log: @escaping Installation.Log) {
    (self.clock, self.log) = (clock, log)
    state = Mutex(State(machine: QuestionExchange(now: clock.now())))
  }

  /// Sets who answers neighbours.
  func serve(_ origin: @escaping Origin) { state.withLock { $0.origin = origin } }

  /// Sets where messages go.
  func attach(_ link: any QuestionLink) { state.withLock { $0.link = link } }

  /// Puts a sealed question to a neighbour. The reply comes within the exchange's patience, on a thread of this.
  func ask(_ sealed: [UInt8], of country: CountryCode, reply: @escaping Reply) {
    let token: UInt64? = state.withLock { state in
      guard !state.isStopped else { return nil }
      state.lastToken += 1
      state.replies[state.lastToken] = reply
      return state.lastToken
    }
    guard let token else { return reply(.failure(.notAsked(country, "the node is stopping"))) }
    give(.ask(token: token, sealed: sealed, country))
  }

  /// Hands over what the link tells.
  func give(_ input: QuestionExchange.Input) { queue.async { [self] in handle(input) } }

  /// Takes a message of a neighbour.
  func receive(_ message: QuestionMessage, from country: CountryCode) {
    guard state.withLock({ $0.gate.enter(country) }) else { return }
    queue.async { [self] in
      state.withLock { $0.gate.leave(country) }
      handle(.message(message, from: country))
    }
  }

  /// Called often; tells the exchange about once a second.
  func timePassed(_ now: Instant) {
    if state.withLock({ $0.gate.isDue(now) }) { give(.tick) }
  }

  /// Replies to what waits; nothing more is asked or answered.
  func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {
      for country in state.withLock({ Array($0.machine.linkedCountries) }) { handle(.linkDown(country)) }
    }
    // What is being answered ends before the store is closed.
    originQueue.sync(flags: .barrier) {}
    state.withLock { $0.origin = nil }
  }

  private func handle(_ input: QuestionExchange.Input) {
    let (effects, link) = state.withLock { state in (state.machine.handle(input, at: clock.now()), state.link) }
    for effect in effects {
      switch effect {
      case .send(let message, let country): link?.send(message, to: country)
      case .replied(let token, let result): state.withLock { $0.replies.removeValue(forKey: token) }?(result)
      case .log(let event): log(event.level, "questions", event.text)
      case .prepare(let serving, let sealed, let country):
        let origin = state.withLock { $0.isStopped ? nil : $0.origin }
        originQueue.async { [self] in
          do throws(QuestionRefusal) {
            guard let origin else { throw QuestionRefusal(.unreadable, "the node is stopping") }
            give(.prepared(serving: serving, sealed: try origin(sealed, country)))
          } catch { give(.declined(serving: serving, error)) }
        }
      }
    }
  }
}
