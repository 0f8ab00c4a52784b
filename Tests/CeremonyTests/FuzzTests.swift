import Ceremony
import Ledger
import Sodium
import Terms
import Testing

/// Mutated files must be refused with a typed error, or be the very bytes of what they say; never trap, never hang.
@Suite struct FuzzTests {
  /// One mutation of `bytes`: flips, cuts, doubles, inserts, swaps lines.
  static func mutate(_ bytes: [UInt8], _ entropy: SeededEntropy) -> [UInt8] {
    var out = bytes
    for _ in 0...(entropy.uint64() % 3) {
      let at = Int(entropy.uint64() % UInt64(out.count + 1))
      let length = Int(entropy.uint64() % 40)
      switch entropy.uint64() % 8 {
      case 0 where at < out.count: out[at] ^= 1 << UInt8(entropy.uint64() % 8)
      case 1 where at < out.count: out[at] = UInt8(truncatingIfNeeded: entropy.uint64())
      case 2: out = Array(out.prefix(at))
      case 3: out.insert(contentsOf: out.dropFirst(at).prefix(length), at: at)
      case 4: out.removeSubrange(at..<min(out.count, at + length))
      case 5: out.insert(contentsOf: entropy.bytes(length), at: at)
      case 6: out.insert(contentsOf: [[0x0A], [0x20], [0x0D, 0x0A], [0xC2, 0xA0], [0xCC, 0x81]][length % 5], at: at)
      default:
        var lines = out.split(separator: 0x0A, omittingEmptySubsequences: false)
        lines.swapAt(Int(entropy.uint64() % UInt64(lines.count)), Int(entropy.uint64() % UInt64(lines.count)))
        out = Array(lines.joined(separator: [0x0A]))
      }
    }
    return out
  }

  private func fuzz(_ sample: [UInt8], rounds: Int = 3000, _ read: ([UInt8]) throws -> [UInt8]) {
    for seed in 0..<UInt64(rounds) {
      let mutated = Self.mutate(sample, SeededEntropy(seed: seed))
      guard let again = try? read(mutated) else { continue }
      #expect(again == mutated, "seed \(seed)")
    }
  }

  @Test func mutatedFilesAreRefusedOrAreTheirOwnBytes() throws {
    let both = try Signed()
    let result = try both.gt.complete(both.svFile)
    fuzz(result.neighbourCard.bytes) { try Card($0).bytes }
    fuzz(result.agreement.bytes) { try Agreement($0).bytes }
    fuzz(Array(result.agreement.terms.text.utf8)) { bytes in
      Array(try AgreementTerms(text: String(decoding: bytes, as: UTF8.self)).text.utf8)
    }
    fuzz(result.minutes.bytes) { try Minutes($0).bytes }
    fuzz(try both.gt.offer) { try Offer($0).bytes }
    fuzz(both.svFile) { try SignedFile($0).bytes }
  }

  @Test func aMutatedRootKeyFileIsRefusedOrIsItsOwnBytes() throws {
    let entropy = SeededEntropy(seed: 1)
    let root = RootKey(realm: try Samples.realm(), country: try Samples.sv(), entropy)
    let passphrase = SecretBytes(copying: Array("words".utf8))
    let file = try RootKeyFile(root, passphrase: passphrase, work: .least(entropy), entropy)
    fuzz(file.bytes) { try RootKeyFile($0).bytes }
  }

  @Test func aMutatedStateIsRefusedEvenWithARightChecksum() throws {
    let both = try Signed()
    _ = try both.gt.complete(both.svFile)
    let sample = both.gt.kept
    fuzz(sample, rounds: 200) { bytes in try CeremonyState(bytes).bytes }
    fuzz(Array(sample.dropLast(32)), rounds: 300) { body in
      let bytes = body + SHA256.hash(body).bytes
      return Array(try CeremonyState(bytes).bytes.dropLast(32))
    }
  }

  @Test func mutatedFilesNeverCompleteACeremony() throws {
    let both = try Signed()
    var state = try CeremonyState(both.gt.kept)
    let before = state
    for seed in 0..<UInt64(300) {
      let mutated = Self.mutate(both.svFile, SeededEntropy(seed: seed))
      guard mutated != both.svFile else { continue }
      #expect(throws: CeremonyError.self, "seed \(seed)") { try state.complete(mutated, now: Samples.now) }
      #expect(state == before)
    }
  }

  @Test func bytesWithoutEndAreRefusedAtOnce() {
    for byte in [UInt8(0x0A), 0x41, 0x00, 0xFF] {
      let long = [UInt8](repeating: byte, count: 4 << 20)
      #expect(throws: CardError.self) { try Card(long) }
      #expect(throws: AgreementError.self) { try Agreement(long) }
      #expect(throws: CeremonyError.self) { try Offer(long) }
      #expect(throws: CeremonyError.self) { try SignedFile(long) }
      #expect(throws: CeremonyError.self) { try Minutes(long) }
      #expect(throws: CeremonyError.self) { try CeremonyState(long) }
    }
  }
}
