import Ledger
import Terms
import Testing

/// The examples that the standards print.
@Suite struct C2SPExampleTests {
  /// signed-note, "Example".
  @Test func theSignedNoteOfTheStandardIsSignedByItsVerifierKey() throws {
    let key = try NoteKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    let text = """
      This is an example message.

      \u{2014} example.com/foo \
      Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

      """
    let note = try SignedNote(text.utf8)
    #expect(try note.isSigned(by: key))
    #expect(note.text == "This is an example message.\n")
    #expect(Array(text.utf8) == note.bytes)
    let other = try SignedNote(text.replacing("an example", with: "no example").utf8)
    #expect((try? other.isSigned(by: key)) != true)
  }

  /// signed-note, introduction: a text with a blank line in it.
  @Test func aTextWithABlankLineEndsAtTheLastOne() throws {
    let text = """
      Ognuno sta solo sul cuor della terra
      trafitto da un raggio di sole:

      ed è subito sera.

      \u{2014} quasimodo.example/salvatore \
      NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=

      """
    let note = try SignedNote(text.utf8)
    #expect(note.text.hasSuffix("sole:\n\ned è subito sera.\n"))
    #expect(note.signatures.map(\.name) == ["quasimodo.example/salvatore"])
    #expect(note.signatures.first?.id == 0x367B_A04B)
    #expect(note.bytes == Array(text.utf8))
  }

  /// tlog-cosignature, introduction: the checkpoint of tlog-checkpoint with a witness's line.
  @Test func theCosignedCheckpointOfTheStandardIsReadAsItIsWritten() throws {
    let text = """
      example.com/behind-the-sofa
      20852163
      CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

      \u{2014} example.com/behind-the-sofa \
      Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
      \u{2014} witness.example.com/w1 \
      jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

      """
    let signed = try SignedCheckpoint(text.utf8)
    #expect(signed.checkpoint.origin == "example.com/behind-the-sofa")
    #expect(signed.checkpoint.size == 20_852_163)
    #expect(
      signed.checkpoint.root.digest.bytes == Base64.decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="))
    #expect(signed.note.signatures.map(\.name) == ["example.com/behind-the-sofa", "witness.example.com/w1"])
    // "Ed25519 signed message": the time of the example is 1679315147.
    let time = try #require(signed.note.signatures.last).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    #expect(time == 1_679_315_147)
    #expect(signed.note.signatures.last?.bytes.count == 8 + 64)
    #expect(signed.bytes == Array(text.utf8))
  }
}
