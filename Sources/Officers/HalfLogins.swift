import Sodium
import Terms

/// Logins whose password was right and whose second factor is still asked: in memory, few, for minutes. Known by the hash of a token that
/// stands in the page.
public struct HalfLogins: Sendable {
  /// A login that is half done.
  public struct Half: Sendable {
    /// The officer's id.
    public let officer: String
    /// The password's hash as it was compared: another password ends it.
    public let password: PasswordHash
    let begun: Instant
    var tries = 0
  }

  /// Milliseconds for typing the code.
  static let age: Int64 = 5 * 60_000
  /// Codes that are tried before the password is asked again.
  static let mostTries = 5
  /// Half logins at once: a flood of right passwords is no flood.
  static let most = 1_000

  private var halves: [Digest: Half] = [:]

  /// None.
  public init() {}

  /// Notes that a password was right.
  /// - Returns: the token for the page.
  public mutating func begin(_ officer: Officer, at now: Instant, _ entropy: some Entropy) -> String {
    halves = halves.filter { Self.isYoung($0.value, now) }
    if halves.count >= Self.most, let oldest = halves.min(by: { $0.value.begun < $1.value.begun }) {
      halves[oldest.key] = nil
    }
    let token = entropy.bytes(32).hex
    halves[Self.hash(token)] = Half(officer: officer.id, password: officer.password, begun: now)
    return token
  }

  /// The half login of a token, for one more try; nil when there is none or it had its tries.
  public mutating func find(_ token: String, at now: Instant) -> Half? {
    let hash = Self.hash(token)
    guard var half = halves[hash], Self.isYoung(half, now), half.tries < Self.mostTries else {
      halves[hash] = nil
      return nil
    }
    half.tries += 1
    halves[hash] = half
    return half
  }

  /// It is whole, or over.
  public mutating func end(_ token: String) { halves[Self.hash(token)] = nil }

  private static func hash(_ token: String) -> Digest { SHA256.hash(Array(token.utf8)) }

  private static func isYoung(_ half: Half, _ now: Instant) -> Bool {
    (0..<age).contains(now.milliseconds(since: half.begun))
  }
}
