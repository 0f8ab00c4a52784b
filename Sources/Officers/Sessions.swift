import Sodium
import Terms

/// One officer's time at the desk, from login to its end.
public struct Session: Hashable, Sendable {
  /// The officer as at login. When the book says anything else of the officer, the session is over.
  public internal(set) var officer: Officer
  /// The role in which the officer acts now: one of the officer's.
  public internal(set) var role: String
  /// What lookups are for, as the officer said last; empty before.
  public internal(set) var purpose = ""
  /// What every form of this session must bring along, so that no other site can send one.
  public let formToken: String
  /// Keys that were searched for, by the number that stands in the address: a person's data never does.
  private(set) var keys: [(number: Int, key: String)] = []
  /// Records that were made in this session, by the number that stands in the address.
  public private(set) var made: [Made] = []
  /// The secret of a second factor that the officer is setting up.
  public internal(set) var newSecret: [UInt8]?
  /// What is told on the next page.
  public internal(set) var notice: Notice?
  let begun: Instant
  var used: Instant
  private var nextNumber = 1

  /// What became of something the officer did.
  public enum Notice: Hashable, Sendable {
    /// An entry was confirmed.
    case confirmed
    /// An entry was refused.
    case refused
    /// Something else was done: what, in the reader's words.
    case done(String)
    /// It was not done: why, in the node's words.
    case failed(String)
  }

  /// A record that was made.
  public struct Made: Hashable, Sendable {
    /// Its number in this session.
    public let number: Int
    /// Its dataset.
    public let dataset: String
    /// Its id.
    public let id: RecordID
    /// Whether it was stored now; false when it was stored before, as by the first of two clicks.
    public let isNew: Bool
  }

  /// Keys, and records made, that a session remembers.
  static let mostKeys = 32

  init(_ officer: Officer, formToken: String, at now: Instant) {
    (self.officer, self.formToken, begun, used) = (officer, formToken, now, now)
    role = officer.roles.first ?? ""
  }

  /// What the officer may do in this role.
  public var rights: Set<Right> { Right.of(role) }

  /// The key of this number.
  public func key(_ number: Int) -> String? { keys.last { $0.number == number }?.key }

  /// Remembers a key; the oldest is forgotten when there are too many.
  mutating func remember(_ key: String) -> Int {
    if let known = keys.last(where: { $0.key == key }) { return known.number }
    keys.append((nextNumber, key))
    if keys.count > Self.mostKeys { keys.removeFirst() }
    nextNumber += 1
    return nextNumber - 1
  }

  /// Remembers a record that was made.
  mutating func remember(made id: RecordID, of dataset: String, isNew: Bool) -> Int {
    made.append(Made(number: nextNumber, dataset: dataset, id: id, isNew: isNew))
    if made.count > Self.mostKeys { made.removeFirst() }
    nextNumber += 1
    return nextNumber - 1
  }

  /// The same session at the same moment.
  public static func == (a: Session, b: Session) -> Bool {
    a.formToken == b.formToken && a.officer == b.officer && a.role == b.role && a.purpose == b.purpose
  }

  /// Feeds what tells sessions apart.
  public func hash(into hasher: inout Hasher) { hasher.combine(formToken) }
}

/// The sessions of a node, in memory: they end with it. A session is known by the hash of its token; the token is in the browser
/// alone.
public struct SessionTable: Sendable {
  /// Milliseconds without a request after which a session ends.
  public static let idle: Int64 = 20 * 60_000
  /// Milliseconds after which it ends in any case: a shift.
  public static let longest: Int64 = 10 * 3_600_000
  /// Sessions of one officer; a further login ends the one unused for longest.
  public static let mostOfOfficer = 4
  /// Sessions in all.
  public static let most = 5_000

  private var sessions: [Digest: Session] = [:]

  /// No session.
  public init() {}

  /// Begins a session.
  /// - Returns: the token for the browser, 32 random bytes in hexadecimal digits.
  public mutating func begin(_ officer: Officer, at now: Instant, _ entropy: some Entropy) -> String {
    sessions = sessions.filter { !Self.isOver($0.value, at: now) }
    let own = sessions.filter { $0.value.officer.id == officer.id }.sorted { $0.value.used < $1.value.used }
    for (hash, _) in own.prefix(max(0, own.count - Self.mostOfOfficer + 1)) { sessions[hash] = nil }
    if sessions.count >= Self.most, let oldest = sessions.min(by: { $0.value.used < $1.value.used }) {
      sessions[oldest.key] = nil
    }
    let token = entropy.bytes(32).hex
    sessions[Self.hash(token)] = Session(officer, formToken: entropy.bytes(16).hex, at: now)
    return token
  }

  /// The session of a token, which is thereby in use; nil when there is none, when it is over, or when the officer was disabled or
  /// changed.
  public mutating func find(_ token: String, in book: OfficerBook, at now: Instant) -> Session? {
    let hash = Self.hash(token)
    guard let session = sessions[hash] else { return nil }
    guard !Self.isOver(session, at: now), !session.officer.isDisabled,
      book.officer(session.officer.id)?.isSame(as: session.officer) == true
    else {
      sessions[hash] = nil
      return nil
    }
    sessions[hash]?.used = now
    return sessions[hash]
  }

  /// The session of a token without using it: a page that asks by itself does not keep its session.
  public mutating func look(_ token: String, in book: OfficerBook, at now: Instant) -> Session? {
    let used = sessions[Self.hash(token)]?.used
    let session = find(token, in: book, at: now)
    if let used, session != nil { sessions[Self.hash(token)]?.used = used }
    return session
  }

  /// Ends a session.
  public mutating func end(_ token: String) { sessions[Self.hash(token)] = nil }

  /// Notes what lookups are for.
  public mutating func note(purpose: String, of token: String) { sessions[Self.hash(token)]?.purpose = purpose }

  /// Takes another of the officer's roles; nothing happens when it is none of them.
  public mutating func take(role: String, of token: String) {
    let hash = Self.hash(token)
    if sessions[hash]?.officer.roles.contains(role) == true { sessions[hash]?.role = role }
  }

  /// Remembers a key that was typed.
  /// - Returns: its number in this session.
  public mutating func remember(key: String, of token: String) -> Int? { sessions[Self.hash(token)]?.remember(key) }

  /// Remembers a record that was made.
  /// - Returns: its number in this session.
  public mutating func remember(made id: RecordID, of dataset: String, isNew: Bool, by token: String) -> Int? {
    sessions[Self.hash(token)]?.remember(made: id, of: dataset, isNew: isNew)
  }

  /// The officer changed something of its own in this very session, which goes on; all others of the officer are over.
  public mutating func renew(_ officer: Officer, by token: String) {
    let hash = Self.hash(token)
    guard sessions[hash]?.officer.id == officer.id else { return }
    sessions[hash]?.officer = officer
    sessions[hash]?.newSecret = nil
  }

  /// Keeps the secret of a second factor that is being set up.
  public mutating func prepare(secret: [UInt8], of token: String) { sessions[Self.hash(token)]?.newSecret = secret }

  /// Sets what is told on the next page, or takes it away.
  public mutating func tell(_ notice: Session.Notice?, of token: String) { sessions[Self.hash(token)]?.notice = notice }

  /// How many there are.
  public var count: Int { sessions.count }

  private static func hash(_ token: String) -> Digest { SHA256.hash(Array(token.utf8)) }

  private static func isOver(_ session: Session, at now: Instant) -> Bool {
    let (idle, age) = (now.milliseconds(since: session.used), now.milliseconds(since: session.begun))
    // Before its beginning: the clock was set back, and its end could not be told.
    return idle >= Self.idle || age >= Self.longest || age < 0
  }
}
