import Sodium
import Terms

/// The cookie of a device on which an officer logged in before: a number and, under a key of this node, a hash of officer and number.
/// It gives no access; it only keeps strangers' failures from delaying the officer there. Nothing of it is kept by the node.
public struct DeviceCookie: Sendable {
  private let key: DeviceKey

  private final class DeviceKey: Sendable {
    let key: SymmetricKey
    init(_ key: consuming SymmetricKey) { self.key = key }
  }

  /// Cookies under a key that the storage key gives.
  public init(storage: borrowing SymmetricKey) throws(SodiumError) {
    key = DeviceKey(try storage.derived("istmo device cookies"))
  }

  /// A new cookie for an officer's device.
  public func make(for officer: String, _ entropy: some Entropy) -> String {
    let number = entropy.bytes(16).hex
    return "\(number).\(proof(officer, number))"
  }

  /// The device's number, when the cookie was made here for this officer.
  public func device(_ cookie: String, of officer: String) -> Digest? {
    let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 32, parts[1].utf8.count == 64 else { return nil }
    let expected = SecretBytes(copying: proof(officer, String(parts[0])).utf8)
    guard expected.isEqual(to: SecretBytes(copying: parts[1].utf8)) else { return nil }
    return SHA256.hash(Array(parts[0].utf8))
  }

  private func proof(_ officer: String, _ number: String) -> String {
    key.key.keyedHash(Array("\(officer)\n\(number)".utf8), outputBytes: 32).hex
  }
}
