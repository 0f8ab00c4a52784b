import Sodium
import Synchronization
import Terms

/// Bearer tokens of systems that use the API. Only their hashes are kept; a token is shown once, when it is made.
public final class TokenBook: Sendable {
  /// What a token is for.
  public struct Entry: Hashable, Sendable {
    /// A name for people, such as the system's.
    public let name: String
    /// What it may do: `publish`, `lookup`, `observe`.
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

  /// The scopes there are.
  public static let scopes = ["publish", "lookup", "observe"]

  private let entries: Mutex<[Digest: Entry]>
  private let clock: any Clock

  /// A book of these tokens.
  public init(_ entries: [Entry], clock: any Clock = SystemClock()) {
    self.entries = Mutex(Dictionary(entries.map { ($0.hash, $0) }, uniquingKeysWith: { _, last in last }))
    self.clock = clock
  }

  /// Whether a token counts now and has a scope. Looking it up by its hash leaks nothing about other tokens.
  public func allows(_ token: String, scope: String) -> Bool {
    let hash = SHA256.hash(Array(token.utf8))
    guard let entry = entries.withLock({ $0[hash] }) else { return false }
    return entry.scopes.contains(scope) && clock.now() < entry.until
  }

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
