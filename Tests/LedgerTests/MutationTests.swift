import Ledger
import Sodium
import Terms
import Testing

/// Altered bytes are refused or read as something else; never a trap, and never an altered text under a good signature.
@Suite struct MutationTests {
  static let seeds = UInt64(0)..<40
  static let rounds = 250

  let key: VerifyingKey
  let receipt: NoteKey
  let signed: SignedCheckpoint
  let log: MemoryLog
  let context = EntryContext(origin: CheckpointTests.origin, agreement: SHA256.hash([1]), version: 3)
  let entries: [Entry]

  init() throws {
    let (context, entries) = (
      context,
      {
        var random = Seeded(77)
        return (0..<37).map { _ in random.entry() }
      }()
    )
    self.entries = entries
    log = MemoryLog(entries.map { context.canonicalBytes(of: $0) })
    let logKey = try signingKey(1)
    let receiptKey = try signingKey(2)
    key = logKey.verifyingKey
    receipt = try NoteKey(name: "istmo.sieca.int/GT", kind: .cosignature, key: receiptKey.verifyingKey)
    var signed = try SignedCheckpoint(
      Checkpoint(origin: CheckpointTests.origin, size: log.size, root: log.frontier.root), logKey: logKey)
    let time = Instant(milliseconds: 1_795_529_002_000)
    signed.add(Cosignature.sign(signed.checkpoint.text, at: time, with: receiptKey, as: receipt))
    self.signed = signed
  }

  @Test(arguments: seeds) func notesAndCheckpoints(seed: UInt64) throws {
    var random = Seeded(seed)
    for _ in 0..<Self.rounds {
      let bytes = random.altered(signed.bytes)
      guard let note = try? SignedNote(bytes) else { continue }
      #expect(note.bytes == bytes || note.signatures.count < 2, "seed \(seed): not written as it was read")
      if (try? note.time(of: receipt)) != nil { #expect(note.text == signed.note.text, "seed \(seed)") }
      guard let read = try? SignedCheckpoint(bytes) else { continue }
      if (try? read.isSigned(byLog: [key])) == true { #expect(read.checkpoint == signed.checkpoint, "seed \(seed)") }
    }
  }

  @Test(arguments: seeds) func proofs(seed: UInt64) throws {
    var random = Seeded(seed)
    let index = random.next() % log.size
    let proof = TlogProof(
      extra: [1, 2, 3], index: index, path: Proof.inclusion(of: index, in: log.size, from: log), checkpoint: signed)
    for _ in 0..<Self.rounds {
      let bytes = random.altered(Array(proof.description.utf8))
      guard let read = try? TlogProof(String(decoding: bytes, as: UTF8.self)) else { continue }
      for entry in log.entries where read.includes(entry) {
        guard (try? read.checkpoint.isSigned(byLog: [key])) == true else { continue }
        // Only what is not authenticated may differ: the extra line and lines of other keys.
        #expect(read.index == index && read.path == proof.path, "seed \(seed)")
        #expect(entry == log.entries[Int(index)], "seed \(seed)")
      }
    }
  }

  @Test(arguments: seeds) func entriesInTheirCanonicalBytes(seed: UInt64) throws {
    var random = Seeded(seed)
    for _ in 0..<Self.rounds {
      let place = Int.random(in: 0..<entries.count, using: &random)
      let bytes = random.altered(log.entries[place])
      guard let (readContext, entry) = try? EntryContext.read(bytes) else { continue }
      #expect(readContext.canonicalBytes(of: entry) == bytes, "seed \(seed): two forms of one entry")
      #expect(readContext.leaf(entry) != log.leaves[place], "seed \(seed)")
    }
  }

  @Test(arguments: seeds) func packedEntries(seed: UInt64) throws {
    var random = Seeded(seed)
    var writer = ByteWriter()
    for entry in entries { PackedEntries.append(entry, to: &writer) }
    for _ in 0..<Self.rounds {
      let bytes = random.altered(writer.bytes)
      let count = Int.random(in: 0...60, using: &random)
      for claimed in [entries.count, count] {
        guard let read = try? PackedEntries.read(bytes[...], count: claimed) else { continue }
        var again = ByteWriter()
        for entry in read { PackedEntries.append(entry, to: &again) }
        #expect(again.bytes == bytes, "seed \(seed): two forms of the same entries")
      }
    }
  }

  @Test(arguments: seeds) func frontiers(seed: UInt64) throws {
    var random = Seeded(seed)
    for _ in 0..<Self.rounds {
      var bytes = random.altered(log.frontier.bytes)
      // Large sizes, with as many hashes as they could ask for.
      if Bool.random(using: &random), !bytes.isEmpty {
        bytes[0] = UInt8.random(in: 0...255, using: &random)
        bytes += [UInt8](repeating: 7, count: 64 * 32)
      }
      var reader = ByteReader(bytes)
      guard var frontier = try? Frontier(reading: &reader) else { continue }
      #expect(frontier.bytes.elementsEqual(bytes.prefix(reader.offset)), "seed \(seed)")
      _ = frontier.root
      for count in 0..<5 { frontier.append(.leaf([UInt8(count)])) }
      _ = frontier.root
    }
  }

  @Test(arguments: seeds) func verifierKeys(seed: UInt64) throws {
    var random = Seeded(seed)
    for _ in 0..<Self.rounds {
      let text = String(decoding: random.altered(Array(receipt.description.utf8)), as: UTF8.self)
      guard let read = try? NoteKey(text) else { continue }
      #expect(read.description == text && read != receipt, "seed \(seed)")
    }
  }
}
