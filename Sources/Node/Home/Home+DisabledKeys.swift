import Ceremony
import Sodium
import Terms

/// A key of the card that this node does not use until operators decide to use it again, or a newer card names another.
public struct DisabledKey: Hashable, Sendable {
  /// Which of the card's keys.
  public let kind: CardKey
  /// Its public half: a newer card's key of the same kind is another one.
  public let key: Digest
  /// Why, as the operators said.
  public let reason: String

  /// A stop of a key.
  public init(kind: CardKey, key: Digest, reason: String) { (self.kind, self.key, self.reason) = (kind, key, reason) }

  /// Why nothing is exchanged, for people on both sides.
  public var sentence: String {
    "this country's operators stopped using its \(kind.rawValue) key: \(reason)"
  }
}

// Keys that operators stopped using. A stop needs no root, so it can be made at once. It stops this node; whoever stole the key is stopped by the
// neighbours, who suspend the exchange with this country.
extension Home {
  private var disabledPath: String { "\(path)/keys/disabled" }
  private static let longestDisabled = 1 << 16

  /// The keys that this node does not use, of earlier cards too.
  /// - Throws: `HomeError.damaged` when the file is not what was kept.
  public func disabledKeys() throws(HomeError) -> [DisabledKey] {
    guard Files.exists(disabledPath) else { return [] }
    let bytes = try Files.read(disabledPath, longest: Self.longestDisabled, what: "the disabled keys")
    var keys: [DisabledKey] = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, let kind = CardKey(rawValue: String(words[0])), let key = Digest(hex: words[1]) else {
        throw .damaged(disabledPath, problem: "a kind, a key and a reason on each line expected")
      }
      keys.append(DisabledKey(kind: kind, key: key, reason: String(words[2])))
    }
    return keys
  }

  /// Stops using a key.
  public func disable(_ kind: CardKey, key: Digest, reason: String) throws(HomeError) {
    let line = reason.unicodeScalars.map { $0.value < 0x20 ? " " : String($0) }.joined()
      .split(separator: " ").joined(separator: " ")
    let text = String(decoding: line.utf8.prefix(Self.longestReason), as: UTF8.self)
    let rest = try disabledKeys().filter { ($0.kind, $0.key) != (kind, key) }
    try keep(rest + [DisabledKey(kind: kind, key: key, reason: text.isEmpty ? "-" : text)])
  }

  /// Uses it again.
  public func enable(_ kind: CardKey, key: Digest) throws(HomeError) {
    try keep(disabledKeys().filter { ($0.kind, $0.key) != (kind, key) })
  }

  private func keep(_ keys: [DisabledKey]) throws(HomeError) {
    let text = keys.suffix(64).map { "\($0.kind.rawValue) \($0.key) \($0.reason)\n" }.joined()
    try Files.write(Array(text.utf8), to: disabledPath)
  }
}
