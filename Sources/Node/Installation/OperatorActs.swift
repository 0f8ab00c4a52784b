import Ceremony
import Exchange
import Officers
import Sodium
import Terms

/// What two operators decide, at the desk or by the command line: every step is durable in the operators' log before anything follows from it.
public struct OperatorActs: Sendable {
  private let documents: any SignedDocuments
  private let keys: Keyring
  private let clock: any Clock
  private let log: Installation.Log
  /// Lets what was decided count.
  private let reload: @Sendable () throws -> Void

  /// The acts of a home. `reload` is called when something was done.
  public init(
    documents: any SignedDocuments, keys: Keyring, clock: any Clock, log: @escaping Installation.Log,
    reload: @escaping @Sendable () throws -> Void
  ) {
    (self.documents, self.keys, self.clock, self.log, self.reload) = (documents, keys, clock, log, reload)
  }

  /// The operators' log as it lies on the disk, whoever wrote it.
  /// - Throws: which line was altered.
  public func file() throws -> OperatorLogFile { try documents.operatorLog(keys.storage, everySignature: false) }

  /// Notes that an officer's account was changed at the desk, before it is changed.
  public func note(account officer: String, _ change: OperatorEvent.AccountChange, by operatorID: String) throws {
    _ = try append { log, now in log.line(.account(officer, change), by: operatorID, at: now) }
  }

  /// An operator proposes an act; nothing else happens.
  /// - Throws: `OperatorLog.Fault`, or why it could not be kept.
  /// - Returns: the proposal's number.
  @discardableResult public func propose(_ act: OperatorAct, reason: String, by operatorID: String) throws -> UInt64 {
    guard try mayOperate(operatorID) else { throw OperatorLog.Fault.notOperator(operatorID) }
    guard try hasEffect(act) else { throw OperatorLog.Fault.noEffect }
    let file = try append { log, now in try log.propose(act, reason: reason, by: operatorID, at: now) }
    log(.warning, "operators", "\(operatorID) proposes to \(act.sentence)")
    return file.log.events.last?.number ?? 0
  }

  /// Another operator confirms or rejects a proposal. What is confirmed is done at once.
  /// - Throws: `OperatorLog.Fault`, or why it could not be kept or done; what is kept as confirmed and not done is done later.
  public func decide(_ number: UInt64, confirms: Bool, by operatorID: String) throws {
    guard try mayOperate(operatorID) else { throw OperatorLog.Fault.notOperator(operatorID) }
    _ = try append { log, now in
      let event = try log.decide(number, confirms: confirms, by: operatorID, at: now)
      if confirms, let proposal = log.proposal(number) {
        guard try mayOperate(proposal.by) else { throw OperatorLog.Fault.proposerGone(proposal.by) }
        guard try hasEffect(proposal.act) else { throw OperatorLog.Fault.noEffect }
      }
      return event
    }
    log(.warning, "operators", "\(operatorID) \(confirms ? "confirms" : "rejects") proposal \(number)")
    if confirms { try doWhatIsOwed() }
  }

  /// The proposer takes a proposal back.
  public func withdraw(_ number: UInt64, by operatorID: String) throws {
    _ = try append { log, now in try log.withdraw(number, by: operatorID, at: now) }
    log(.warning, "operators", "\(operatorID) takes back proposal \(number)")
  }

  /// Does what was confirmed and not done yet: right after it was confirmed, and at the start of a node that died in between.
  public func doWhatIsOwed() throws {
    for number in try file().log.owed.map(\.number) {
      // Read again each time: another thread, or another process of this home, may have been quicker.
      guard let proposal = try file().log.owed.first(where: { $0.number == number }) else { continue }
      // Done before it is noted: doing it twice changes nothing, noting what was not done would be a lie.
      try carryOut(proposal.act, reason: proposal.reason)
      do {
        _ = try append { log, now in
          guard log.proposal(number)?.isDone == false else { throw AlreadyNoted() }
          return log.line(.done(number), by: "", at: now)
        }
      } catch is AlreadyNoted { continue }
      log(.warning, "operators", "done: \(proposal.act.sentence) (proposal \(number))")
    }
  }

  /// Whether an officer may propose and decide, as the home's file says now.
  private func mayOperate(_ id: String) throws -> Bool {
    try documents.officers(keys.storage).contains { $0.id == id && $0.mayOperate }
  }

  private struct AlreadyNoted: Error {}

  private func append(_ body: (OperatorLog, Instant) throws -> OperatorEvent) throws -> OperatorLogFile {
    try documents.appendToOperatorLog(keys) { [clock] log in try body(log, clock.now()) }
  }

  /// Whether an act would change what it was proposed for.
  private func hasEffect(_ act: OperatorAct) throws -> Bool {
    switch act {
    case .suspend(let country):
      return try documents.partners().contains(country) && documents.suspension(of: country) == nil
    case .resume(let country, let suspension): return try documents.suspension(of: country) == suspension
    case .disableKey(let kind, let key): return try isOwn(kind, key) && !isDisabled(kind, key)
    case .enableKey(let kind, let key): return try isOwn(kind, key) && isDisabled(kind, key)
    }
  }

  private func carryOut(_ act: OperatorAct, reason: String) throws {
    switch act {
    case .suspend(let country): try documents.suspend(country, reason: reason)
    case .resume(let country, let suspension):
      if try documents.suspension(of: country) == suspension { try documents.resume(country) }
    case .disableKey(let kind, let key):
      if let kind = CardKey(rawValue: kind), let key = Digest(hex: key) {
        try documents.disable(kind, key: key, reason: reason)
      }
    case .enableKey(let kind, let key):
      if let kind = CardKey(rawValue: kind), let key = Digest(hex: key) { try documents.enable(kind, key: key) }
    }
    try reload()
  }

  private func isOwn(_ kind: String, _ key: String) -> Bool {
    CardKey(rawValue: kind).map { documents.card.content[$0].description == key } == true
  }

  private func isDisabled(_ kind: String, _ key: String) throws -> Bool {
    try documents.disabledKeys().contains { $0.kind.rawValue == kind && $0.key.description == key }
  }
}

extension Installation {
  /// What two operators decide, at this node's desk.
  public var operators: OperatorActs {
    OperatorActs(documents: documents, keys: keys, clock: clock, log: log, reload: { [self] in try reload() })
  }

  /// Why this node does not use one of its keys; nil while it does.
  public func stop(of kind: CardKey) -> DisabledKey? { standing.now.disabledKeys.first { $0.kind == kind } }
}
