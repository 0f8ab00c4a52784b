import Terms

/// Carries questions to neighbours and their answers back, as a pure state machine: what was asked, messages, answers that
/// were prepared and the time go in; messages, questions to answer and replies come out. It stands beside the replication of
/// records and knows nothing of what is asked: questions and answers are sealed.
///
/// Every question is replied to once, within its time. A neighbour that fell silent is not waited for again for a moment.
public final class QuestionExchange {
  /// Questions to one neighbour that may be under way at once, and those that may wait behind them.
  public static let (mostUnderWay, mostWaiting) = (4, 16)
  /// Questions of one neighbour that are answered at once: one more is declined.
  public static let mostServed = 4
  /// How long an answer may take from the moment it was asked for. In milliseconds.
  public static let patience: Int64 = 5000
  /// How long a neighbour that did not answer in time is not asked again. In milliseconds.
  public static let quiet: Int64 = 5000
  /// Questions of one neighbour that are answered at once after a quiet time, and in a second from then on.
  public static let (burst, perSecond): (Int64, Int64) = (60, 10)
  /// How long a new link has to show that the neighbour knows questions. In milliseconds.
  static let helloPatience: Int64 = 2000
  /// The most refusals that are logged on one link, so that a broken peer does not fill the disk.
  static let mostLoggedRefusals = 100

  /// What goes in.
  public enum Input: Sendable {
    /// A question, sealed for the neighbour; the reply comes under the token.
    case ask(token: UInt64, sealed: [UInt8], CountryCode)
    /// A link to a neighbour is up.
    case linkUp(CountryCode)
    /// The neighbour said hello twice: it passes over what it does not know.
    case isAble(CountryCode)
    /// A link is gone.
    case linkDown(CountryCode)
    /// A message from a neighbour.
    case message(QuestionMessage, from: CountryCode)
    /// Time went by; about once a second.
    case tick
    /// The answer to a neighbour's question, sealed for it, its lookup durably logged.
    case prepared(serving: UInt64, sealed: [UInt8])
    /// There is none.
    case declined(serving: UInt64, QuestionRefusal)
  }

  /// What comes out, in order.
  public enum Effect: Sendable {
    /// Send a message.
    case send(QuestionMessage, to: CountryCode)
    /// Answer a neighbour's question; then say `prepared` or `declined`.
    case prepare(serving: UInt64, sealed: [UInt8], for: CountryCode)
    /// What came of what was asked: a sealed answer, still to be opened.
    case replied(token: UInt64, Result<[UInt8], QuestionFailure>)
    /// Something an operator should see. No personal data.
    case log(Core.LogEvent)
  }

  /// A question on its way to a neighbour or waiting to be.
  private struct Asked {
    let token: UInt64
    let sealed: [UInt8]
    let since: Instant
  }

  /// The link with one neighbour.
  private struct Link {
    let upSince: Instant
    var isAble = false
    var waiting: [Asked] = []
    var underWay: [UInt64: Asked] = [:]
    /// Questions of the neighbour, by their numbers here: its own numbers.
    var serving: [UInt64: UInt64] = [:]
    /// What may still be asked, in thousandths of a question, and when that was counted.
    var allowance = QuestionExchange.burst * 1000
    var allowedAt: Instant
    /// Until when it is not asked, because it did not answer.
    var quietUntil: Instant?
    var loggedRefusals = 0
  }

  private var now: Instant
  private var links: [CountryCode: Link] = [:]
  private var downSince: [CountryCode: Instant] = [:]
  private let started: Instant
  private var effects: [Effect] = []
  private var lastNumber: UInt64 = 0

  /// The neighbours with which there is a link.
  public var linkedCountries: [CountryCode] { links.keys.sorted() }

  /// Nothing is under way.
  public init(now: Instant) { (self.now, started) = (now, now) }

  /// Takes one input; gives what is to be done, in order.
  public func handle(_ input: Input, at time: Instant) -> [Effect] {
    now = time
    effects = []
    defer { effects = [] }
    switch input {
    case .ask(let token, let sealed, let country): ask(Asked(token: token, sealed: sealed, since: now), country)
    case .linkUp(let country):
      if links[country] != nil { linkDown(country) }
      links[country] = Link(upSince: now, allowedAt: now)
    case .isAble(let country):
      links[country]?.isAble = true
      askNext(country)
    case .linkDown(let country): linkDown(country)
    case .message(let message, let country): receive(message, from: country)
    case .tick: for country in links.keys.sorted() { tick(country) }
    case .prepared(let serving, let sealed):
      guard let (country, request) = take(serving) else { break }
      effects.append(.send(.answer(request: request, sealed: sealed), to: country))
    case .declined(let serving, let refusal):
      guard let (country, request) = take(serving) else { break }
      decline(request, refusal, country)
    }
    return effects
  }

  // MARK: The asker's side

  private func ask(_ asked: Asked, _ country: CountryCode) {
    func fail(_ failure: QuestionFailure) { effects.append(.replied(token: asked.token, .failure(failure))) }
    guard let link = links[country] else {
      return fail(.linkDown(country, since: downSince[country] ?? started))
    }
    if let until = link.quietUntil, now < until, until.milliseconds(since: now) <= Self.quiet {
      return fail(.tooSlow(country))
    }
    guard link.waiting.count < Self.mostWaiting else { return fail(.busy(country)) }
    links[country]?.waiting.append(asked)
    askNext(country)
  }

  private func askNext(_ country: CountryCode) {
    while let link = links[country], link.isAble, link.underWay.count < Self.mostUnderWay,
      let asked = link.waiting.first
    {
      let number = nextNumber()
      links[country]?.waiting.removeFirst()
      links[country]?.underWay[number] = asked
      effects.append(.send(.ask(request: number, sealed: asked.sealed), to: country))
    }
  }

  /// A message about a question that is not under way is passed over: it came too late, or was never asked.
  private func reply(_ request: UInt64, _ result: Result<[UInt8], QuestionFailure>, _ country: CountryCode) {
    guard let asked = links[country]?.underWay.removeValue(forKey: request) else { return }
    effects.append(.replied(token: asked.token, result))
    askNext(country)
  }

  private func linkDown(_ country: CountryCode) {
    guard let link = links.removeValue(forKey: country) else { return }
    downSince[country] = now
    let asked = link.underWay.sorted { $0.key < $1.key }.map(\.value) + link.waiting
    for asked in asked { effects.append(.replied(token: asked.token, .failure(.gone(country)))) }
  }

  private func tick(_ country: CountryCode) {
    guard let link = links[country] else { return }
    if !link.isAble, now.milliseconds(since: link.upSince) >= Self.helloPatience {
      for asked in link.waiting { effects.append(.replied(token: asked.token, .failure(.notUnderstood(country)))) }
      links[country]?.waiting = []
    }
    let late = link.underWay.filter { isOverdue($0.value) }
    guard !late.isEmpty else { return }
    // Who did not answer one does not get the next: otherwise each would wait its whole time in turn.
    links[country]?.quietUntil = now.advanced(byMilliseconds: Self.quiet)
    for (number, asked) in late.sorted(by: { $0.key < $1.key }) {
      links[country]?.underWay[number] = nil
      effects.append(.replied(token: asked.token, .failure(.tooSlow(country))))
    }
    for asked in links[country]?.waiting ?? [] {
      effects.append(.replied(token: asked.token, .failure(.tooSlow(country))))
    }
    links[country]?.waiting = []
    log(.warning, "\(country) did not answer \(late.count) questions in time")
  }

  /// A clock that was set back ends what is under way: waiting for the old time to come again could take years.
  private func isOverdue(_ asked: Asked) -> Bool {
    let age = now.milliseconds(since: asked.since)
    return age < 0 || age >= Self.patience
  }

  // MARK: The origin's side

  private func receive(_ message: QuestionMessage, from country: CountryCode) {
    guard let link = links[country] else { return }
    switch message {
    case .answer(let request, let sealed): reply(request, .success(sealed), country)
    case .decline(let request, let refusal): reply(request, .failure(.refused(country, refusal)), country)
    case .ask(let request, let sealed):
      // A number under which something is being answered already says nothing new.
      guard !link.serving.values.contains(request) else { return }
      guard link.serving.count < Self.mostServed, isWithinRate(country) else {
        return decline(request, QuestionRefusal(.busy, "too many questions at once; ask again in a moment"), country)
      }
      let number = nextNumber()
      links[country]?.serving[number] = request
      effects.append(.prepare(serving: number, sealed: sealed, for: country))
    }
  }

  /// Takes one question from what the neighbour may ask now.
  private func isWithinRate(_ country: CountryCode) -> Bool {
    guard var link = links[country] else { return false }
    let full = Self.burst * 1000
    let elapsed = min(max(now.milliseconds(since: link.allowedAt), 0), full)
    link.allowance = min(full, link.allowance + elapsed * Self.perSecond)
    link.allowedAt = now
    let isAllowed = link.allowance >= 1000
    if isAllowed { link.allowance -= 1000 }
    links[country] = link
    return isAllowed
  }

  private func take(_ serving: UInt64) -> (CountryCode, request: UInt64)? {
    guard let country = links.first(where: { $0.value.serving[serving] != nil })?.key,
      let request = links[country]?.serving.removeValue(forKey: serving)
    else { return nil }
    return (country, request)
  }

  private func decline(_ request: UInt64, _ refusal: QuestionRefusal, _ country: CountryCode) {
    effects.append(.send(.decline(request: request, refusal), to: country))
    guard let link = links[country], link.loggedRefusals < Self.mostLoggedRefusals else { return }
    links[country]?.loggedRefusals += 1
    log(.warning, "a question of \(country) was not answered: \(refusal.reason)")
  }

  private func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  private func log(_ level: LogLevel, _ text: String) {
    effects.append(.log(Core.LogEvent(level: level, text: text)))
  }
}
