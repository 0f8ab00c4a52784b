import Catalog
import Sodium
import Terms

/// An officer's second factor: the secret that the officer's app shares, and codes on paper for when the app is lost. Each is taken once.
public struct SecondFactor: Hashable, Sendable {
  /// The secret of the one-time codes.
  public let secret: [UInt8]
  /// The step whose code was taken last: that code and earlier ones are not taken again.
  public private(set) var last: Int64
  /// Hashes of the recovery codes that were not used yet. A code has 80 random bits, so that a plain hash gives nothing away.
  public private(set) var recovery: Set<Digest>

  /// Recovery codes that are given.
  public static let recoveryCount = 10
  private static let recoveryByteCount = 10

  /// A factor whose first code was just shown to be right.
  public init(secret: [UInt8], last: Int64, recovery codes: [String]) {
    (self.secret, self.last) = (secret, last)
    recovery = Set(codes.map(Self.hash))
  }

  private init(secret: [UInt8], last: Int64, hashes: Set<Digest>) {
    (self.secret, self.last, recovery) = (secret, last, hashes)
  }

  /// New recovery codes, four groups of four letters and digits each.
  public static func newCodes(_ entropy: some Entropy) -> [String] {
    (0..<recoveryCount).map { _ in
      let text = Array(Base32.text(entropy.bytes(recoveryByteCount)))
      return stride(from: 0, to: text.count, by: 4).map { String(text[$0..<min($0 + 4, text.count)]) }
        .joined(separator: "-")
    }
  }

  /// Takes a code, of the app or on paper; it is used up then.
  public mutating func take(_ typed: String, at now: Instant) -> Bool {
    if let step = OneTimeCode.match(typed, secret, at: now, after: last) {
      last = step
      return true
    }
    return recovery.remove(Self.hash(typed)) != nil
  }

  /// What does not change when a code is used: a session ends when this does.
  var identity: Digest { SHA256.hash(secret) }

  private static func hash(_ code: String) -> Digest {
    SHA256.hash(Array("istmo recovery code\n".utf8) + code.uppercased().utf8.filter { $0 != 0x2D && $0 != 0x20 })
  }

  /// The form that is kept, sealed.
  var json: JSONValue {
    [
      "secret": .text(secret.hex), "last": .number(last),
      "recovery": .list(recovery.map { .text($0.description) }.sorted { ($0.string ?? "") < ($1.string ?? "") }),
    ]
  }

  /// Reads the form that is kept; nil when it is another.
  init?(json: JSONValue) {
    guard let secret = json["secret"]?.string.flatMap({ [UInt8](hex: $0) }),
      secret.count == OneTimeCode.secretByteCount, case .number(let last)? = json["last"],
      case .list(let hashes)? = json["recovery"]
    else { return nil }
    self.init(secret: secret, last: last, hashes: Set(hashes.compactMap { $0.string.flatMap { Digest(hex: $0) } }))
  }
}
