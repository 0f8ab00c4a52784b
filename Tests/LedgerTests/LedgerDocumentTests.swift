import Foundation
import Ledger
import Sodium
import Terms
import Testing

/// Every value of `Docs/protocol/ledger.md` follows from the text of that page.
@Suite struct LedgerDocumentTests {
  /// The blocks of the page by name, each with its final newline.
  let blocks: [String: String]

  init() throws {
    let page = ForeignToolsTests.repository.appending(path: "Docs/protocol/ledger.md")
    var blocks: [String: String] = [:]
    var open: String?
    for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
      if let name = open {
        if line == "```" { open = nil } else { blocks[name, default: ""] += line + "\n" }
      } else if line.hasPrefix("```text ") {
        open = String(line.dropFirst(8))
        try #require(blocks.updateValue("", forKey: open ?? "") == nil, "\(line) stands twice")
      }
    }
    self.blocks = blocks
  }

  private func block(_ name: String) throws -> String { try #require(blocks[name], "no block \(name)") }
  private func lines(_ name: String) throws -> [Substring] { try block(name).split(separator: "\n") }
  private func hex(_ name: String) throws -> [UInt8] { try #require([UInt8](hex: lines(name).joined())) }

  private func entries() throws -> [(EntryContext, Entry)] {
    try (0..<3).map { try EntryContext.read(Array(block("entry-\($0)").utf8)) }
  }

  private func log() throws -> MemoryLog { MemoryLog(try (0..<3).map { Array(try block("entry-\($0)").utf8) }) }

  @Test func nothingOnThePageIsUnchecked() {
    let known: Set<String> = [
      "salt", "body", "commitment", "entry-0", "entry-1", "entry-2", "packed-0", "packed-1", "packed-2", "leaves",
      "root",
      "frontier", "consistency-2-3", "vkeys", "checkpoint", "receipt-message", "receipt", "as-of", "proof",
    ]
    #expect(Set(blocks.keys) == known)
  }

  @Test func commitmentsAndEntries() throws {
    let body = Array(try block("body").utf8.dropLast())
    let commitment = Entry.commit(to: body, salt: try hex("salt"))
    #expect(try Base64.encode(commitment.bytes) + "\n" == block("commitment"))
    let entries = try entries()
    #expect(entries[1].1.commitment == commitment)
    #expect(entries[0].1.commitment == SHA256.hash(Array(0...0x4F)))
    #expect(entries[0].1.kind == .epoch(20_781))
    #expect(entries[1].1.kind == .record)
    #expect(entries[2].1.kind == .replaces(entries[1].1.id))
    for (context, _) in entries {
      #expect(context.origin == "istmo.sieca.int/SV/GT/migration")
      #expect(context.agreement == SHA256.hash(Array("an agreement".utf8)))
      #expect(context.version == 1)
    }
    #expect(entries[0].1.id < entries[1].1.id && entries[1].1.id < entries[2].1.id)
    #expect(CalendarDay(of: entries[0].1.id.time).daysSinceEpoch == 20_781)
  }

  @Test func packedForms() throws {
    for (number, (_, entry)) in try entries().enumerated() {
      var writer = ByteWriter()
      PackedEntries.append(entry, to: &writer)
      #expect(try writer.bytes == hex("packed-\(number)"))
      #expect(try PackedEntries.read(hex("packed-\(number)")[...], count: 1) == [entry])
    }
  }

  @Test func treeFrontierAndConsistency() throws {
    let log = try log()
    #expect(log.leaves.map(\.description) == (try lines("leaves").map(String.init)))
    let root = log.frontier.root
    #expect([log.node(level: 1, index: 0).description, root.description] == (try lines("root").map(String.init)))
    #expect(try log.frontier.bytes == hex("frontier"))
    let path = Proof.consistency(from: 2, to: 3, from: log)
    #expect(path.map { Base64.encode($0.digest.bytes) } == (try lines("consistency-2-3").map(String.init)))
    let two = Proof.root(of: 2, from: log)
    #expect(Proof.verifyConsistency(from: 2, oldRoot: two, to: 3, newRoot: root, path: path))
  }

  @Test func keysCheckpointReceiptAndAsOf() throws {
    let keys = try lines("vkeys").map { try NoteKey($0) }
    let logKey = try signingKey(1)
    let originKey = try signingKey(2)
    let recipientKey = try signingKey(3)
    #expect(keys.map(\.key) == [logKey.verifyingKey, originKey.verifyingKey, recipientKey.verifyingKey])
    #expect(keys.map(\.kind) == [.ed25519, .cosignature, .cosignature])
    let log = try log()
    var signed = try SignedCheckpoint(
      Checkpoint(origin: try entries()[0].0.origin, size: 3, root: log.frontier.root), logKey: logKey)
    #expect(try signed.note.description == block("checkpoint"))
    let received = Instant(milliseconds: 1_795_529_002_000)
    let message = try block("receipt-message")
    #expect(message == "cosignature/v1\ntime \(received.seconds)\n\(signed.checkpoint.text)")
    signed.add(Cosignature.sign(signed.checkpoint.text, at: received, with: recipientKey, as: keys[2]))
    #expect(try signed.note.description == block("receipt"))
    let asOf = received.advanced(byMilliseconds: 10_000)
    signed.add(Cosignature.sign(signed.checkpoint.text, at: asOf, with: originKey, as: keys[1]))
    #expect(try signed.note.description == block("as-of"))
    let read = try SignedCheckpoint(Array(block("as-of").utf8))
    #expect(try read.isSigned(byLog: [keys[0].key]))
    #expect(try read.note.time(of: keys[1]) == 1_795_529_012)
    #expect(try read.note.time(of: keys[2]) == 1_795_529_002)
  }

  @Test func proof() throws {
    let log = try log()
    let proof = try TlogProof(block("proof"))
    #expect(proof.index == 1)
    #expect(proof.path == Proof.inclusion(of: 1, in: 3, from: log))
    #expect(proof.includes(log.entries[1]))
    #expect(try proof.checkpoint.note.description == block("receipt"))
    #expect(try proof.description == block("proof"))
  }
}
