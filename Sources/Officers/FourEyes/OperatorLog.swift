import Catalog
import Terms

/// The operators' log, and the rule of four eyes over it: what one operator proposes, another one confirms or rejects within a day;
/// until then nothing happens. A pure state machine: what it decides is a line to append, which counts once it is durable.
public struct OperatorLog: Sendable {
  /// How long a proposal stands, in milliseconds: a day, so that the next shift can confirm it, and nobody confirms what no longer fits.
  public static let standingMilliseconds: Int64 = 86_400_000
  /// How long an account is not taken for another person's than whoever gave it its password at the desk, in milliseconds: three days, in
  /// which the password is changed by its owner and others see the new account.
  public static let tieMilliseconds: Int64 = 3 * 86_400_000
  /// The most proposals that stand at a time: more than a page shows at a glance help nobody.
  public static let mostOpen = 16
  /// The most proposals of one operator in a day, so that a broken script does not fill the log.
  public static let mostADay = 50

  /// A proposal and what became of it.
  public struct Proposal: Hashable, Sendable {
    /// The number of its line.
    public let number: UInt64
    /// The act.
    public let act: OperatorAct
    /// What for.
    public let reason: String
    /// Who proposed it.
    public let by: String
    /// When.
    public let time: Instant
    /// What became of it, by whom and when; nil while it stands, and after it lapsed.
    public internal(set) var decision: Decision?
    /// Whether the node did it.
    public internal(set) var isDone = false
    /// When it lapses.
    public var lapses: Instant { time.advanced(byMilliseconds: standingMilliseconds) }
    /// Whether it can be confirmed at a moment.
    public func isOpen(at now: Instant) -> Bool { decision == nil && now < lapses }
  }

  /// What became of a proposal.
  public struct Decision: Hashable, Sendable {
    /// Which way.
    public enum Way: String, Hashable, Sendable {
      /// Another operator confirmed it.
      case confirmed
      /// Another operator rejected it.
      case rejected
      /// Its proposer took it back.
      case withdrawn
    }
    /// Which way.
    public let way: Way
    /// By whom.
    public let by: String
    /// When.
    public let time: Instant
  }

  /// Why something may not be.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// No reason was given, or one that is too long or hides something.
    case reason
    /// A proposal about the same thing stands.
    case stands(UInt64)
    /// So many stand, or so many came from this operator today.
    case tooMany
    /// There is no such proposal.
    case unknown(UInt64)
    /// It was decided, or it lapsed.
    case over(UInt64)
    /// Who proposed it cannot confirm or reject it.
    case samePerson
    /// The two accounts may be one person's: within three days one got its password from the other, or both from a third.
    case tied(String)
    /// Only the proposer takes a proposal back.
    case othersProposal
    /// The act would change nothing now: what it was proposed for is no longer so.
    case noEffect
    /// Whoever proposed it may not any more.
    case proposerGone(String)
    /// Who proposes or decides may not.
    case notOperator(String)

    /// One sentence for a person.
    public var description: String {
      switch self {
      case .reason: "give a reason of one line and at most \(OperatorEvent.longestReason) bytes"
      case .stands(let number): "proposal \(number) about the same thing stands; confirm, reject or withdraw it first"
      case .tooMany: "too many proposals stand, or were made by you today; decide those first"
      case .unknown(let number): "there is no proposal \(number)"
      case .over(let number): "proposal \(number) was decided already, or lapsed; propose it again"
      case .samePerson: "who proposed it cannot decide it; another operator must"
      case .tied(let officer):
        "\(officer) gave one of the two accounts its password within the last three days; a third operator must decide"
      case .othersProposal: "only who proposed it takes it back; you can reject it"
      case .noEffect: "it would change nothing, or not what it was proposed for; reject it and propose anew"
      case .notOperator(let officer): "\(officer.prefix(40)) is no officer who may operate the node, or is disabled"
      case .proposerGone(let officer): "\(officer), who proposed it, may not any more; propose it anew"
      }
    }
  }

  /// All lines, in order.
  public private(set) var events: [OperatorEvent] = []
  private var byNumber: [UInt64: Proposal] = [:]

  /// An empty log.
  public init() {}

  /// The proposals, the newest first.
  public var proposals: [Proposal] { byNumber.values.sorted { $0.number > $1.number } }

  /// One proposal.
  public func proposal(_ number: UInt64) -> Proposal? { byNumber[number] }

  /// What was confirmed and is not done, in order: a node that died in between does it at its start.
  public var owed: [Proposal] {
    byNumber.values.filter { $0.decision?.way == .confirmed && !$0.isDone }.sorted { $0.number < $1.number }
  }

  /// Takes in a line that is durable.
  public mutating func take(_ event: OperatorEvent) {
    events.append(event)
    switch event.kind {
    case .proposed(let act, let reason):
      byNumber[event.number] = Proposal(number: event.number, act: act, reason: reason, by: event.by, time: event.time)
    case .confirmed(let number): decide(number, .confirmed, event)
    case .rejected(let number): decide(number, .rejected, event)
    case .withdrawn(let number): decide(number, .withdrawn, event)
    case .done(let number): byNumber[number]?.isDone = true
    case .alone, .account: break
    }
  }

  private mutating func decide(_ number: UInt64, _ way: Decision.Way, _ event: OperatorEvent) {
    guard byNumber[number]?.decision == nil else { return }
    byNumber[number]?.decision = Decision(way: way, by: event.by, time: event.time)
  }

  /// The next line. Its time is never before the last one's: a clock that is set back keeps no proposal alive.
  public func line(_ kind: OperatorEvent.Kind, by officer: String, at now: Instant) -> OperatorEvent {
    OperatorEvent(number: (events.last?.number ?? 0) &+ 1, time: moment(now), by: officer, kind: kind)
  }

  /// The time of day for this log.
  public func moment(_ now: Instant) -> Instant { max(now, events.last?.time ?? now) }

  // MARK: What may be

  /// A proposal of an operator.
  public func propose(
    _ act: OperatorAct, reason: String, by officer: String, at now: Instant
  ) throws(Fault) -> OperatorEvent {
    let reason = try Self.checked(reason)
    let now = moment(now)
    let open = byNumber.values.filter { $0.isOpen(at: now) }
    if let standing = open.first(where: { $0.act.subject == act.subject }) { throw .stands(standing.number) }
    let today = byNumber.values.filter { $0.by == officer && $0.lapses > now }.count
    guard open.count < Self.mostOpen, today < Self.mostADay else { throw .tooMany }
    return line(.proposed(act, reason: reason), by: officer, at: now)
  }

  /// Another operator's word on a proposal. `confirms` says which.
  public func decide(
    _ number: UInt64, confirms: Bool, by officer: String, at now: Instant
  ) throws(Fault) -> OperatorEvent {
    let proposal = try open(number, at: now)
    guard proposal.by != officer else { throw .samePerson }
    if confirms, let tie = tie(proposal.by, officer, at: now) { throw .tied(tie) }
    return line(confirms ? .confirmed(number) : .rejected(number), by: officer, at: now)
  }

  /// The proposer takes it back.
  public func withdraw(_ number: UInt64, by officer: String, at now: Instant) throws(Fault) -> OperatorEvent {
    guard try open(number, at: now).by == officer else { throw .othersProposal }
    return line(.withdrawn(number), by: officer, at: now)
  }

  private func open(_ number: UInt64, at now: Instant) throws(Fault) -> Proposal {
    guard let proposal = byNumber[number] else { throw .unknown(number) }
    guard proposal.isOpen(at: moment(now)) else { throw .over(number) }
    return proposal
  }

  /// A reason as it is kept.
  public static func checked(_ reason: String) throws(Fault) -> String {
    let text = reason.split(separator: " ").joined(separator: " ")
    guard !text.isEmpty, text.utf8.count <= OperatorEvent.longestReason,
      ShownText.line(text, longest: OperatorEvent.longestReason) == text
    else { throw .reason }
    return text
  }

  /// Somebody who may have the passwords of both accounts: who gave them at the desk, directly or through accounts between, a short time ago.
  func tie(_ a: String, _ b: String, at now: Instant) -> String? {
    let since = moment(now).advanced(byMilliseconds: -Self.tieMilliseconds)
    var givers: [String: Set<String>] = [:]
    for event in events where event.time >= since {
      // Whoever acts on the node's machine can do all of this alone; that line is for an auditor, not for this rule.
      guard case .account(let officer, let change) = event.kind, change == .added || change == .password,
        officer != event.by, OperatorEvent.user(event.by) == nil
      else { continue }
      givers[officer, default: []].insert(event.by)
    }
    func masters(_ officer: String) -> Set<String> {
      var (found, waiting): (Set<String>, [String]) = ([officer], [officer])
      while let next = waiting.popLast() {
        for giver in givers[next] ?? [] where found.insert(giver).inserted { waiting.append(giver) }
      }
      return found
    }
    return masters(a).intersection(masters(b)).min()
  }
}
