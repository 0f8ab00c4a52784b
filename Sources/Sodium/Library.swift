import CSodium

/// libsodium is ready to use. Every type of this module touches this first.
enum Library {
  /// Prepares libsodium once. A machine on which it cannot be prepared has no source of randomness: nothing may go on.
  static let ready: Void = {
    guard sodium_init() >= 0 else { fatalError("libsodium could not be prepared: no source of randomness") }
  }()
}

/// What a cryptographic operation refused.
public enum SodiumError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A key, nonce or ciphertext has the wrong number of bytes.
  case wrongLength(what: String, expected: Int, found: Int)
  /// The ciphertext does not open: wrong key, wrong associated data, or altered.
  case doesNotOpen(what: String)
  /// A public key is of low order or not on the curve.
  case weakPublicKey
  /// The passphrase needs more memory than the machine gives.
  case outOfMemory

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .wrongLength(let what, let expected, let found): "\(what) has \(found) bytes, \(expected) expected"
    case .doesNotOpen(let what): "\(what) does not open: the key is wrong or the bytes were altered"
    case .weakPublicKey: "the public key is of low order; ask its owner for a new one"
    case .outOfMemory: "not enough memory to derive the key from the passphrase"
    }
  }
}
