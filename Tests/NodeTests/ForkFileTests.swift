import Ceremony
import Exchange
import Ledger
import Node
import Sodium
import Terms
import Testing

/// The portable proof that a country's log signed two histories.
@Suite struct ForkFileTests {
  private static let origin = "istmo.sieca.int/SV/GT/migration"

  private func checkpoint(_ leaves: [UInt8], _ key: borrowing SigningKey) throws -> SignedCheckpoint {
    var frontier = Frontier()
    for leaf in leaves { _ = frontier.append(NodeHash.leaf([leaf])) }
    return try SignedCheckpoint(
      Checkpoint(origin: Self.origin, size: frontier.size, root: frontier.root), logKey: key)
  }

  private func card(_ home: Home) throws -> Card { try home.card() }

  @Test func twoCheckpointsOfOneSizeAreProofWhenTheCardsLogKeySignedBoth() throws {
    let scratch = try Scratch()
    let home = try scratch.home("SV")
    let keys = try home.keys(.file)
    let one = try checkpoint([1, 2, 3], keys.ring.log)
    let other = try checkpoint([1, 2, 4], keys.ring.log)
    let file = ForkFile(card: try card(home).bytes, proof: ForkProof(first: one, second: other))
    let read = try ForkFile(file.bytes)
    #expect(read == file && ForkFile.isOne(file.bytes))
    #expect(read.check(trusted: [home.root]).holds, "\(read.check(trusted: [home.root]).findings)")
    #expect(read.check(trusted: [home.root]).origin == Self.origin)

    // Nobody's root, another's root, another's card, the same checkpoint twice: no proof.
    #expect(!read.check(trusted: []).holds)
    let stranger = try scratch.home("GT")
    #expect(!read.check(trusted: [stranger.root]).holds)
    #expect(!ForkFile(card: try card(stranger).bytes, proof: file.proof).check(trusted: [stranger.root]).holds)
    let same = ForkFile(card: file.card, proof: ForkProof(first: one, second: one))
    #expect(!same.check(trusted: [home.root]).holds)
    let forged = try checkpoint([9], try stranger.keys(.file).ring.log)
    #expect(
      !ForkFile(card: file.card, proof: ForkProof(first: one, second: forged)).check(trusted: [home.root]).holds)
  }

  @Test func checkpointsOfTwoSizesNeedTheBeginningOfTheLargerOne() throws {
    let scratch = try Scratch()
    let home = try scratch.home("SV")
    let keys = try home.keys(.file)
    let small = try checkpoint([9], keys.ring.log)
    let large = try checkpoint([1, 2], keys.ring.log)
    let prefix = RootHash(NodeHash.leaf([1]).digest)
    // RFC 9162 section 2.1.4.2: from one leaf to two the path is the second leaf.
    let proof = ForkProof(first: small, second: large, prefixRoot: prefix, path: [NodeHash.leaf([2])])
    let file = ForkFile(card: try card(home).bytes, proof: proof)
    #expect(try ForkFile(file.bytes) == file)
    #expect(file.check(trusted: [home.root]).holds, "\(file.check(trusted: [home.root]).findings)")
    let unproven = ForkFile(card: file.card, proof: ForkProof(first: small, second: large))
    #expect(!unproven.check(trusted: [home.root]).holds)
    let wrong = ForkProof(first: small, second: large, prefixRoot: prefix, path: [NodeHash.leaf([3])])
    #expect(!ForkFile(card: file.card, proof: wrong).check(trusted: [home.root]).holds)
  }

  @Test func whatIsNoSuchFileIsRefused() throws {
    let scratch = try Scratch()
    let home = try scratch.home("SV")
    let one = try checkpoint([1], try home.keys(.file).ring.log)
    let good = ForkFile(card: try card(home).bytes, proof: ForkProof(first: one, second: one)).bytes
    for length in stride(from: 0, to: good.count, by: 7) {
      #expect(throws: NoteError.self, "\(length)") { try ForkFile(Array(good.prefix(length))) }
    }
    #expect(throws: NoteError.self) { try ForkFile(good + good) }
    #expect(throws: NoteError.self) { try ForkFile([UInt8](repeating: 0x41, count: 2 << 20)) }
  }
}
