import Sodium
import Terms
import Testing

/// Keys that are wrapped, opened and derived without leaving guarded memory.
struct KeptSecrets {
  private func bytes(_ secret: borrowing SecretBytes) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }

  @Test func aWrappedSecretOpensUnderItsKeyAndContextOnly() throws {
    let key = SymmetricKey(SystemEntropy())
    let other = SymmetricKey(SystemEntropy())
    let secret = SecretBytes(random: SymmetricKey.byteCount, SystemEntropy())
    let context = Array("a day of a stream".utf8)
    let box = try key.sealSecret(secret, associatedData: context, SystemEntropy())
    #expect(box.count == SymmetricKey.byteCount + SymmetricKey.nonceByteCount + SymmetricKey.tagByteCount)
    #expect(try key.openSecret(box, associatedData: context).isEqual(to: secret))
    #expect(throws: SodiumError.self) { _ = try other.openSecret(box, associatedData: context).count }
    #expect(throws: SodiumError.self) { _ = try key.openSecret(box, associatedData: []).count }
    for position in box.indices {
      var altered = box
      altered[position] ^= 1
      #expect(throws: SodiumError.self) { _ = try key.openSecret(altered, associatedData: context).count }
    }
  }

  @Test func aDerivedKeyIsTheKeyedHashOfItsLabel() throws {
    let key = SymmetricKey(SystemEntropy())
    for label in ["", "istmo/epoch/seal/v1"] {
      let derived = bytes(try key.derived(label).secret)
      #expect(derived == key.keyedHash(Array(label.utf8), outputBytes: SymmetricKey.byteCount))
    }
  }
}
