import Ledger
import Sodium
import Terms
import Testing

@Suite struct TlogProofTests {
  let log = MemoryLog((0..<23).map { Array("entry \($0)\n".utf8) })

  private func proof(of index: UInt64, extra: [UInt8]? = nil) throws -> TlogProof {
    let checkpoint = Checkpoint(origin: CheckpointTests.origin, size: log.size, root: log.frontier.root)
    return TlogProof(
      extra: extra, index: index, path: Proof.inclusion(of: index, in: log.size, from: log),
      checkpoint: try SignedCheckpoint(checkpoint, logKey: signingKey(1)))
  }

  @Test func aProofIsWrittenAsTheStandardSays() throws {
    let proof = try proof(of: 22, extra: Array("salt".utf8))
    let lines = proof.description.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "c2sp.org/tlog-proof@v1")
    #expect(lines[1] == "extra c2FsdA==")
    #expect(lines[2] == "index 22")
    #expect(proof.path.count == 3)
    #expect(lines[3..<6].elementsEqual(proof.path.map { Base64.encode($0.digest.bytes)[...] }))
    #expect(lines[6] == "")
    #expect(proof.description.hasSuffix("\n\n" + proof.checkpoint.note.description))
    #expect(try TlogProof(proof.description) == proof)
  }

  @Test func everyEntryHasAProofThatIsReadAsItIsWritten() throws {
    for index in 0..<log.size {
      for extra in [nil, [], [1, 2, 3]] as [[UInt8]?] {
        let read = try TlogProof(proof(of: index, extra: extra).description)
        #expect(read.index == index)
        #expect(read.extra == extra)
        #expect(read.includes(log.entries[Int(index)]))
        #expect(!read.includes(log.entries[Int((index + 1) % log.size)]))
      }
    }
  }

  @Test func aTreeOfOneEntryHasAProofWithoutAPath() throws {
    let one = MemoryLog([[1, 2, 3]])
    let checkpoint = Checkpoint(origin: "o", size: 1, root: one.frontier.root)
    let proof = TlogProof(index: 0, path: [], checkpoint: try SignedCheckpoint(checkpoint, logKey: signingKey(1)))
    #expect(proof.description.hasPrefix("c2sp.org/tlog-proof@v1\nindex 0\n\no\n1\n"))
    #expect(try TlogProof(proof.description).includes([1, 2, 3]))
  }

  @Test func anythingElseIsNoProof() throws {
    let good = try proof(of: 9).description
    let hash = good.split(separator: "\n")[2]
    let bad: [String] = [
      "", "\n\n", String(good.dropFirst()), good.replacing("@v1", with: "@v2"),
      good.replacing("index 9", with: "index"),
      good.replacing("index 9", with: "index 09"), good.replacing("index 9", with: "index +9"),
      good.replacing("index 9", with: "index -9"), good.replacing("index 9", with: "index 9 "),
      good.replacing("index 9", with: "index 18446744073709551616"), good.replacing("index 9\n", with: ""),
      good.replacing("index 9", with: "Index 9"), good.replacing("index 9", with: "index 9\nindex 9"),
      good.replacing("index 9", with: "extra !\nindex 9"), good.replacing("index 9", with: "extra Zg\nindex 9"),
      good.replacing("index 9", with: "extra Zg==\nextra Zg==\nindex 9"),
      good.replacing("index 9", with: "index 9\nextra Zg=="), good.replacing(hash, with: "AAAA"),
      good.replacing(hash, with: "\(hash) "), good.replacing("\n", with: "\r\n"),
      good.replacing("index 9\n", with: "index 9\n\n"), String(good.dropLast()), good + "\n",
      good.replacing("index 9", with: "index 9" + String(repeating: "\n\(hash)", count: 127)),
    ]
    for text in bad { #expect(throws: NoteError.self, "\(text)") { try TlogProof(text) } }
    #expect(throws: NoteError.self) { try TlogProof(String(repeating: "\n", count: SignedNote.longest + 1)) }
  }
}
