import Catalog
import Dispatch
import Sodium
import Synchronization
import Terms

/// Bearer tokens of systems that use the API. Only their hashes are kept; a token is shown once, when it is made.
public final class TokenBook: Sendable {
  /// What a token is for.
  public struct Entry: Hashable, Sendable {
    /// A name for people, such as the system's.
    public let name: String
    /// What it may do: `publish` or `publish:DATASET`, `lookup`, `observe`.
    public let scopes: [String]
    /// When it ceases to count.
    public let until: Instant
    /// SHA-256 of the token.
    public let hash: Digest

    /// What a token is for.
    public init(name: String, scopes: [String], until: Instant, hash: Digest) {
      (self.name, self.scopes, self.until, self.hash) = (name, scopes, until, hash)
    }

    /// The line that is kept.
    public var line: String { "\(hash) \(until.wholeSeconds) \(scopes.joined(separator: ",")) \(name)" }

    /// Reads a kept line.
    /// - Throws: `TermError` when it is malformed.
    public init(line: some StringProtocol) throws(TermError) {
      let parts: [Substring] = String(line).split(separator: " ", maxSplits: 3)
      guard parts.count == 4, let hash = Digest(hex: parts[0]) else {
        throw TermError(kind: "token line", found: String(line.prefix(20)), expected: "HASH UNTIL SCOPES NAME")
      }
      self.init(
        name: String(parts[3]), scopes: parts[2].split(separator: ",").map(String.init), until: try Instant(parts[1]),
        hash: hash)
    }
  }

  /// Tokens of a home.
  public static let most = 2_000
  /// Days for which a token may be made.
  public static let days = 1...3650

  /// Why a token is not made or ended.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name has another form.
    case name
    /// There is no scope, or one that is none.
    case scopes
    /// A dataset that no system publishes.
    case dataset(String)
    /// There is a token of that name.
    case exists(String)
    /// There is none.
    case unknown(String)
    /// There are `most`.
    case full

    /// One sentence for a person.
    public var description: String {
      switch self {
      case .name: "a token's name is 1 to 64 letters, digits and signs without spaces"
      case .scopes:
        "--scope takes \(TokenBook.scopes.joined(separator: ", ")) and publish:DATASET; give it once for each"
      case .dataset(let name): "\(name) is no dataset that systems publish; istmo dataset list shows those there are"
      case .exists(let name): "there is a token \(name) already"
      case .unknown(let name): "there is no token \(name)"
      case .full: "there are \(TokenBook.most) tokens already; remove those that have ended"
      }
    }
  }

  /// Checks what a token is to be for; its datasets where a topology is given.
  public static func check(name: String, scopes: [String], _ topology: Topology? = nil) throws(Fault) {
    guard !scopes.isEmpty, scopes.allSatisfy(isScope) else { throw .scopes }
    guard !name.isEmpty, name.utf8.count <= 64, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .name }
    guard let topology else { return }
    for dataset in scopes.compactMap({ $0.split(separator: ":").dropFirst().first }).map(String.init) {
      guard topology.definition(named: dataset) != nil, !Installation.ownDatasets.contains(dataset) else {
        throw .dataset(dataset)
      }
    }
  }

  /// Adds a token to those of a home.
  public static func add(_ entry: Entry, to entries: inout [Entry]) throws(Fault) {
    guard !entries.contains(where: { $0.name == entry.name }) else { throw .exists(entry.name) }
    guard entries.count < most else { throw .full }
    entries.append(entry)
  }

  /// Takes a token out of those of a home.
  public static func remove(_ name: String, from entries: inout [Entry]) throws(Fault) {
    let rest = entries.filter { $0.name != name }
    guard rest.count < entries.count else { throw .unknown(name) }
    entries = rest
  }

  /// The scopes there are.
  public static let scopes = ["publish", "lookup", "observe"]

  /// Whether a text is a scope: one of those there are, or publishing of one dataset alone.
  public static func isScope(_ text: String) -> Bool {
    if scopes.contains(text) { return true }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0] == "publish" && (try? DatasetName(parts[1])) != nil
  }

  /// How a token stands towards a scope.
  public enum Standing: Hashable, Sendable {
    /// It counts, and has the scope.
    case counts
    /// It counts, and is for something else.
    case otherScope
    /// It counts, has the scope, and is for other datasets than this.
    case otherDataset(DatasetName)
    /// It is unknown or over.
    case unknown
  }

  private let entries: Mutex<[Digest: Entry]>
  private let uses = Mutex(Uses())
  private let keeping = DispatchQueue(label: "istmo-tokens")
  private let clock: any Clock

  /// When each was used last: to the day, so that keeping it costs a write a day and no more.
  private struct Uses {
    var days: [Digest: CalendarDay] = [:]
    var keep: (@Sendable ([Digest: CalendarDay]) -> Void)?
  }

  /// A book of these tokens.
  public init(_ entries: [Entry], clock: any Clock = SystemClock()) {
    self.entries = Mutex(Dictionary(entries.map { ($0.hash, $0) }, uniquingKeysWith: { _, last in last }))
    self.clock = clock
  }

  /// How a token stands now. For publishing some have single datasets alone: they count for the scope, and for these datasets.
  /// Looking a token up by its hash leaks nothing about others.
  public func standing(of token: String, scope: String, dataset: DatasetName? = nil) -> Standing {
    let hash = SHA256.hash(Array(token.utf8))
    let now = clock.now()
    guard let entry = entries.withLock({ $0[hash] }), now < entry.until else { return .unknown }
    if !entry.scopes.contains(scope) {
      let single = entry.scopes.filter { $0.hasPrefix("\(scope):") }
      guard !single.isEmpty else { return .otherScope }
      if let dataset, !single.contains("\(scope):\(dataset)") { return .otherDataset(dataset) }
    }
    note(hash, used: CalendarDay(of: now))
    return .counts
  }

  private func note(_ hash: Digest, used day: CalendarDay) {
    // At every request: all else only once a day.
    guard uses.withLock({ $0.days[hash] != day }) else { return }
    let known = entries.withLock { Set($0.keys) }
    let kept = uses.withLock { uses -> ([Digest: CalendarDay], @Sendable ([Digest: CalendarDay]) -> Void)? in
      guard uses.days[hash] != day else { return nil }
      // Removed tokens are forgotten here too.
      uses.days = uses.days.filter { known.contains($0.key) }
      uses.days[hash] = day
      return uses.keep.map { (uses.days, $0) }
    }
    if let (days, keep) = kept { keeping.async { keep(days) } }
  }

  /// Goes on from what was kept; `keep` is called when there is more to keep.
  func takeUp(_ days: [Digest: CalendarDay], keep: @escaping @Sendable ([Digest: CalendarDay]) -> Void) {
    uses.withLock { $0 = Uses(days: days, keep: keep) }
  }

  /// On which day a token was used last; nil when it never was.
  public func lastUse(of entry: Entry) -> CalendarDay? { uses.withLock { $0.days[entry.hash] } }

  /// Waits until what is to be kept is kept.
  func settle() { keeping.sync {} }

  /// What the tokens are for, those that end first before the others; hashes say nothing to a person.
  public var all: [Entry] { entries.withLock { Array($0.values) }.sorted { ($0.until, $0.name) < ($1.until, $1.name) } }

  /// Takes other tokens.
  public func replace(_ entries: [Entry]) {
    let book = Dictionary(entries.map { ($0.hash, $0) }, uniquingKeysWith: { _, last in last })
    self.entries.withLock { $0 = book }
  }

  /// Makes a token: 32 random bytes in hexadecimal digits, shown once.
  public static func make(
    name: String, scopes: [String], until: Instant, _ entropy: some Entropy
  ) -> (token: String, entry: Entry) {
    let token = "istmo-" + entropy.bytes(32).hex
    return (token, Entry(name: name, scopes: scopes, until: until, hash: SHA256.hash(Array(token.utf8))))
  }
}
