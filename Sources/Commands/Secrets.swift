import Ceremony
import Node
import Sodium

/// Passphrases: from a file, or asked on the terminal without echo.
enum Passphrase {
  static let shortest = 12

  /// The passphrase of an existing key.
  static func existing(
    _ arguments: Arguments, _ console: Console, of what: String = "the root key"
  ) throws -> SecretBytes {
    if let file = arguments.value("--passphrase-file") { return try readPassphrase(file: file) }
    return SecretPrompt.ask("Passphrase of \(what): ", console)
  }

  /// A new passphrase: typed twice, or from a file; at least twelve bytes.
  static func new(
    _ arguments: Arguments, _ option: String, _ console: Console, of what: String = "the root key"
  ) throws -> SecretBytes {
    if let file = arguments.value(option) { return try checked(try readPassphrase(file: file)) }
    let first = SecretPrompt.ask("New passphrase of \(what) (at least \(shortest) characters): ", console)
    let second = SecretPrompt.ask("Once more: ", console)
    guard first.isEqual(to: second) else { throw UsageError("the two passphrases differ") }
    return try checked(first)
  }

  private static func checked(_ passphrase: consuming SecretBytes) throws -> SecretBytes {
    guard passphrase.count >= shortest else {
      throw UsageError("the passphrase has fewer than \(shortest) characters; six random words are good")
    }
    return passphrase
  }

  /// The work of new root keys: moderate, or the least when a test or a rehearsal says so, loudly.
  static func work(_ console: Console) -> PassphraseWork {
    guard Environment["ISTMO_TEST_WEAK_PASSPHRASE_WORK"] == "1" else { return .moderate(SystemEntropy()) }
    console.complain("ISTMO_TEST_WEAK_PASSPHRASE_WORK is set: this key is for tests only")
    return .least(SystemEntropy())
  }
}
