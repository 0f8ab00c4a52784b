import Ledger
import Sodium
import Terms
import Testing

@Suite struct CheckpointTests {
  static let origin = "istmo.sieca.int/SV/GT/migration"
  let checkpoint = Checkpoint(origin: Self.origin, size: 20_852_163, root: RootHash(SHA256.hash([7])))

  @Test func aCheckpointIsThreeLines() throws {
    #expect(
      checkpoint.text == "istmo.sieca.int/SV/GT/migration\n20852163\n\(Base64.encode(SHA256.hash([7]).bytes))\n")
    #expect(try Checkpoint(text: checkpoint.text) == checkpoint)
    let empty = Checkpoint(origin: Self.origin, size: 0, root: .empty)
    #expect(empty.text == Self.origin + "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    #expect(try Checkpoint(text: empty.text) == empty)
  }

  @Test func anythingElseIsNoCheckpoint() throws {
    let (origin, root) = (Self.origin, Base64.encode(SHA256.hash([7]).bytes))
    for bad in [
      "", "\n\n\n", "\(origin)\n5\n\(root)", "\(origin)\n5\n", "\n5\n\(root)\n", "\(origin)\n05\n\(root)\n",
      "\(origin)\n+5\n\(root)\n", "\(origin)\n-5\n\(root)\n", "\(origin)\n5 \n\(root)\n", "\(origin)\n\n\(root)\n",
      "\(origin)\n0x5\n\(root)\n", "\(origin)\n9223372036854775808\n\(root)\n",
      "\(origin)\n18446744073709551616\n\(root)\n", "\(origin)\n٥\n\(root)\n", "\(origin)\n5\n\(root)=\n",
      "\(origin)\n5\n\(root.dropLast())\n", "\(origin)\n5\nAAAA\n", "\(origin)\n5\n\(root)\n\n",
      "\(origin)\r\n5\n\(root)\n", "x\r\n\(origin)\n5\n\(root)\n", "\(origin)\n5\n\(root)\r\n",
      // Extension lines are allowed by tlog-checkpoint; no log of this network has one.
      "\(origin)\n5\n\(root)\nextension\n",
    ] {
      #expect(throws: NoteError.self, "\(bad)") { try Checkpoint(text: bad) }
    }
    #expect(try Checkpoint(text: "\(origin)\n9223372036854775807\n\(root)\n").size == Checkpoint.largestSize)
  }

  @Test func theLogsSignatureIsUnderTheOriginsName() throws {
    let log = try signingKey(1)
    let other = try signingKey(2)
    let signed = try SignedCheckpoint(checkpoint, logKey: log)
    let read = try SignedCheckpoint(signed.bytes)
    #expect(read == signed)
    #expect(read.note.signatures.map(\.name) == [Self.origin])
    #expect(try read.isSigned(byLog: [log.verifyingKey]))
    #expect(try read.isSigned(byLog: [other.verifyingKey, log.verifyingKey]))
    #expect(try !read.isSigned(byLog: [other.verifyingKey]))
    #expect(try !read.isSigned(byLog: []))
    #expect(throws: NoteError.self) {
      try SignedCheckpoint(Checkpoint(origin: "a b", size: 0, root: .empty), logKey: log)
    }
    #expect(throws: NoteError.self) {
      try SignedCheckpoint(Checkpoint(origin: "", size: 0, root: .empty), logKey: log)
    }
  }

  @Test func aCosignatureSaysItsTimeAndSignsTheWholeText() throws {
    let log = try signingKey(1)
    let receipt = try signingKey(2)
    let name = try NoteKey(name: "istmo.sieca.int/GT", kind: .cosignature, key: receipt.verifyingKey)
    var signed = try SignedCheckpoint(checkpoint, logKey: log)
    let time = try Instant("2026-11-24T14:03:22.999Z")
    let cosignature = Cosignature.sign(checkpoint.text, at: time, with: receipt, as: name)
    signed.add(cosignature)
    let read = try SignedCheckpoint(signed.bytes)
    #expect(try read.note.time(of: name) == 1_795_529_002)
    // tlog-cosignature: u64 time, then Ed25519 on the header, the time and the text.
    #expect(cosignature.bytes.count == 72)
    #expect(cosignature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } == 1_795_529_002)
    #expect(
      receipt.verifyingKey.isValid(
        Array(cosignature.bytes.dropFirst(8)),
        on: Array("cosignature/v1\ntime 1795529002\n\(checkpoint.text)".utf8)))
  }

  @Test func aCosignatureWithAnotherTimeTextKeyOrKindIsRefused() throws {
    let receipt = try signingKey(2)
    let name = try NoteKey(name: "gt/receipt", kind: .cosignature, key: receipt.verifyingKey)
    let good = Cosignature.sign(checkpoint.text, at: Instant(milliseconds: 5_000), with: receipt, as: name)
    func note(_ bytes: [UInt8], _ text: String) throws -> SignedNote {
      var note = try SignedNote(text: text)
      note.add(SignedNote.Signature(name: name.name, id: name.id, bytes: bytes))
      return note
    }
    #expect(try note(good.bytes, checkpoint.text).time(of: name) == 5)
    for place in good.bytes.indices {
      var bytes = good.bytes
      bytes[place] ^= 1
      #expect(throws: NoteError.self) { try note(bytes, checkpoint.text).time(of: name) }
    }
    for bytes in [[], Array(good.bytes.dropLast()), good.bytes + [0], Array(good.bytes.dropFirst(8))] {
      #expect(throws: NoteError.self) { try note(bytes, checkpoint.text).time(of: name) }
    }
    let larger = Checkpoint(origin: checkpoint.origin, size: checkpoint.size + 1, root: checkpoint.root)
    #expect(throws: NoteError.self) { try note(good.bytes, larger.text).time(of: name) }
    // A plain signature by the same key is not a cosignature, nor the other way round.
    let plain = try NoteKey(name: "gt/receipt", kind: .ed25519, key: receipt.verifyingKey)
    var signed = try SignedNote(text: checkpoint.text)
    signed.sign(with: receipt, as: plain)
    #expect(try signed.time(of: name) == nil)
    #expect(try signed.time(of: plain) == 0)
    #expect(try note(good.bytes, checkpoint.text).time(of: plain) == nil)
  }

  @Test func aTimeBeyondTheStandardIsRefusedAndOneBefore1970IsZero() throws {
    let receipt = try signingKey(2)
    let name = try NoteKey(name: "gt/receipt", kind: .cosignature, key: receipt.verifyingKey)
    // tlog-cosignature: the time MUST NOT exceed 2^63 - 1.
    let beyond = UInt64(1) << 63
    var writer = ByteWriter()
    writer.uint64(beyond)
    writer.raw(receipt.sign(Array("cosignature/v1\ntime \(beyond)\n\(checkpoint.text)".utf8)))
    var signed = try SignedNote(text: checkpoint.text)
    signed.add(SignedNote.Signature(name: name.name, id: name.id, bytes: writer.bytes))
    #expect(throws: NoteError.self) { try signed.time(of: name) }
    var early = try SignedNote(text: checkpoint.text)
    early.add(Cosignature.sign(checkpoint.text, at: .earliest, with: receipt, as: name))
    #expect(try early.time(of: name) == 0)
  }
}
