import Sodium
import Terms

/// Noise's SymmetricState (revision 34, section 5.2) with SHA-256: the chaining key, the handshake hash, the cipher.
struct SymmetricState: ~Copyable, Sendable {
  private(set) var hash: Digest
  private var chainingKey: SecretBytes
  private var cipher = CipherState()

  /// InitializeSymmetric: a name of at most 32 bytes is padded with zeros, a longer one hashed.
  init(protocolName: String) {
    var name = Array(protocolName.utf8)
    if name.count <= Digest.byteCount { name += [UInt8](repeating: 0, count: Digest.byteCount - name.count) }
    hash = Digest(name) ?? SHA256.hash(name)
    chainingKey = SecretBytes(copying: hash.bytes)
  }

  /// What sealing adds now, in bytes.
  var overhead: Int { cipher.overhead }

  mutating func mixHash(_ data: UnsafeRawBufferPointer) {
    var sum = SHA256()
    hash.withUnsafeBytes { sum.update($0) }
    sum.update(data)
    hash = sum.finish()
  }

  mutating func mixKey(_ input: borrowing SecretBytes) throws(NoiseError) {
    let derived = input.withUnsafeBytes { HKDF.pair(chainingKey: chainingKey, input: $0) }
    chainingKey = derived.first
    cipher = try Self.cipher(derived.second)
  }

  mutating func sealAndHash(_ plaintext: [UInt8]) throws(NoiseError) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: plaintext.count + overhead)
    let associated = hash
    var failure: NoiseError?
    plaintext.withUnsafeBytes { plain in
      associated.withUnsafeBytes { ad in
        out.withUnsafeMutableBytes { buffer in
          do throws(NoiseError) { try cipher.seal(plain, associatedData: ad, into: buffer) } catch { failure = error }
        }
      }
    }
    if let failure { throw failure }
    out.withUnsafeBytes { mixHash($0) }
    return out
  }

  mutating func openAndHash(_ ciphertext: ArraySlice<UInt8>, part: String) throws(NoiseError) -> [UInt8] {
    guard ciphertext.count >= overhead else {
      throw .wrongLength(expected: overhead...CipherState.messageByteLimit, found: ciphertext.count)
    }
    var out = [UInt8](repeating: 0, count: ciphertext.count - overhead)
    let associated = hash
    var opened = false
    ciphertext.withUnsafeBytes { sealed in
      associated.withUnsafeBytes { ad in
        out.withUnsafeMutableBytes { buffer in
          do {
            try cipher.open(sealed, associatedData: ad, into: buffer)
            opened = true
          } catch { opened = false }
        }
      }
    }
    guard opened else { throw .doesNotOpen(part: part) }
    ciphertext.withUnsafeBytes { mixHash($0) }
    return out
  }

  /// Split: the initiator sends with the first key, the responder with the second.
  consuming func split() throws(NoiseError) -> Transport.Keys {
    let derived = HKDF.pair(chainingKey: chainingKey, input: UnsafeRawBufferPointer(start: nil, count: 0))
    return Transport.Keys(fromInitiator: try Self.cipher(derived.first), fromResponder: try Self.cipher(derived.second))
  }

  private static func cipher(_ secret: consuming SecretBytes) throws(NoiseError) -> CipherState {
    do { return CipherState(key: try CounterKey(secret)) } catch { throw .outOfTurn }
  }
}
