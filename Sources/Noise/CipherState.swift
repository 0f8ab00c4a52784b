import Sodium

/// Noise's CipherState (revision 34, section 5.1): a key and the number of the next message. Without a key, before the
/// first MixKey, bytes pass unchanged.
public struct CipherState: ~Copyable, Sendable {
  /// The longest Noise message in bytes (section 3).
  public static let messageByteLimit = 65_535
  /// What sealing adds to the length, in bytes.
  public static let tagByteCount = CounterKey.tagByteCount

  private var key: CounterKey?
  /// The number of the next message.
  public private(set) var number: UInt64

  /// A state without a key.
  public init() {
    key = nil
    number = 0
  }

  /// A state with a key, at message `number`.
  public init(key: consuming CounterKey, number: UInt64 = 0) {
    self.key = consume key
    self.number = number
  }

  /// What `seal` adds to the length now, in bytes: nothing while there is no key.
  public var overhead: Int { key == nil ? 0 : Self.tagByteCount }

  /// Seals `plaintext` into `out`, which has exactly `overhead` bytes more (EncryptWithAd).
  /// - Throws: `NoiseError.numbersExhausted`; `.wrongLength` when `out` has another length.
  public mutating func seal(
    _ plaintext: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(NoiseError) {
    guard out.count == plaintext.count + overhead else {
      throw .wrongLength(expected: plaintext.count + overhead...plaintext.count + overhead, found: out.count)
    }
    guard key != nil else { return out.copyMemory(from: plaintext) }
    guard number < .max else { throw .numbersExhausted }
    do { try key?.seal(plaintext, number: number, associatedData: associatedData, into: out) } catch {
      throw .doesNotOpen(part: "a message")
    }
    number += 1
  }

  /// Opens `ciphertext` into `out`, which has exactly `overhead` bytes less (DecryptWithAd). The number advances only
  /// when it opens.
  /// - Throws: `NoiseError.doesNotOpen`; `.numbersExhausted`; `.wrongLength` when `out` has another length.
  public mutating func open(
    _ ciphertext: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(NoiseError) {
    guard ciphertext.count >= overhead, out.count == ciphertext.count - overhead else {
      throw .wrongLength(expected: out.count + overhead...out.count + overhead, found: ciphertext.count)
    }
    guard key != nil else { return out.copyMemory(from: ciphertext) }
    guard number < .max else { throw .numbersExhausted }
    do { try key?.open(ciphertext, number: number, associatedData: associatedData, into: out) } catch {
      throw .doesNotOpen(part: "a message")
    }
    number += 1
  }

  /// Replaces the key by its successor; the number goes on (sections 4.2 and 5.1, Rekey). The old key is wiped.
  public mutating func rekey() {
    guard let old = key.take() else { return }
    key = old.successor()
  }
}
