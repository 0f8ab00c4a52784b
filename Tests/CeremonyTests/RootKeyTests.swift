import Ceremony
import Ledger
import Sodium
import Terms
import Testing

@Suite struct RootKeyTests {
  private let entropy = SeededEntropy(seed: 1)
  private func phrase(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

  private func file(_ passphrase: String = "six quiet words for a root key") throws -> RootKeyFile {
    let root = RootKey(realm: try Samples.realm(), country: try Samples.sv(), entropy)
    return try RootKeyFile(root, passphrase: phrase(passphrase), work: .least(entropy), entropy)
  }

  @Test func theRightPassphraseGivesTheSameKey() throws {
    let file = try file("right")
    let again = try RootKeyFile(file.bytes)
    #expect(again == file)
    let root = try again.open(passphrase: phrase("right"))
    #expect(root.noteKey == file.noteKey)
    #expect(root.country == (try Samples.sv()))
  }

  @Test func aWrongOrEmptyPassphraseIsATypedError() throws {
    let file = try file("right")
    #expect(throws: PassphraseError.doesNotOpen(subject: file.noteKey.description)) {
      _ = try file.open(passphrase: phrase("wrong"))
    }
    #expect(throws: PassphraseError.emptyPassphrase) { _ = try file.open(passphrase: phrase("")) }
    #expect(throws: PassphraseError.emptyPassphrase) { _ = try self.file("") }
  }

  @Test func thePassphraseCanBeChanged() throws {
    let file = try file("old")
    let changed = try file.changingPassphrase(
      from: phrase("old"), to: phrase("new"), work: .least(entropy), entropy)
    #expect(changed.noteKey == file.noteKey && changed != file)
    #expect(try changed.open(passphrase: phrase("new")).noteKey == file.noteKey)
    #expect(throws: PassphraseError.self) { _ = try changed.open(passphrase: phrase("old")) }
    #expect(throws: PassphraseError.self) {
      _ = try file.changingPassphrase(from: phrase("no"), to: phrase("new"), work: .least(entropy), entropy)
    }
  }

  @Test func hostileWorkIsRefusedBeforeAnyWorkIsDone() throws {
    let text = try file().text
    for (old, new) in [
      ("passes: 1\n", "passes: 0\n"), ("passes: 1\n", "passes: 17\n"),
      ("passes: 1\n", "passes: 18446744073709551615\n"),
      ("bytes: 8192", "bytes: 8191"), ("bytes: 8192", "bytes: 1099511627776"),
      ("bytes: 8192", "bytes: 18446744073709551615"), ("bytes: 8192", "bytes: 0"),
    ] {
      let hostile = text.replacing(old, with: new)
      #expect(hostile != text)
      do {
        _ = try RootKeyFile(Array(hostile.utf8))
        Issue.record("\(new) was taken")
      } catch PassphraseError.workOutOfBounds { continue }
    }
  }

  @Test func workAndNameAreBoundToTheSealedKey() throws {
    let file = try file("right")
    let more = try RootKeyFile(Array(file.text.replacing("passes: 1\n", with: "passes: 2\n").utf8))
    #expect(throws: PassphraseError.self) { _ = try more.open(passphrase: phrase("right")) }
    let other = try self.file("right")
    let swapped = file.text.replacing(file.noteKey.description, with: other.noteKey.description)
    #expect(throws: PassphraseError.self) {
      _ = try RootKeyFile(Array(swapped.utf8)).open(passphrase: phrase("right"))
    }
  }

  @Test func aFileThatIsNotCanonicalIsRefused() throws {
    let text = try file().text
    for bad in ["", "x", text + "\n", text + "More: 1\n", String(text.dropLast()), text.replacing("\n", with: "\r\n")] {
      #expect(throws: PassphraseError.self) { _ = try RootKeyFile(Array(bad.utf8)) }
    }
    #expect(throws: PassphraseError.self) { _ = try RootKeyFile([UInt8](repeating: 0x41, count: 1 << 20)) }
  }
}
