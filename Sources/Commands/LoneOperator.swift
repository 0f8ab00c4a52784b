import Exchange
import Glibc
import Node
import Officers
import Sodium
import Terms

/// The option of commands that open what is sealed under the storage key.
let storagePassphraseOption = OptionSpec.value("--storage-passphrase-file", "F")

/// Whoever acts alone on the node's own machine: file permissions decide, and the operators' log tells.
struct LoneOperator {
  let home: Home
  private let source: StorageKeySource

  init(_ arguments: Arguments) throws {
    _ = hardenProcess()
    home = try Home.open(arguments.home)
    source = try StorageKeySource(
      home.config.storageKey, environment: Environment.all,
      passphraseFile: arguments.value(storagePassphraseOption.name))
  }

  func storageKey() throws -> SymmetricKey { try home.storageKey(source) }

  func keys() throws -> Keyring { try home.keys(source).ring }

  /// Notes an act durably. The caller then does it.
  /// - Throws: `CommandFailure` where the home asks for two operators here too.
  func note(_ act: OperatorAct, reason: String) throws {
    guard home.config.mayActAlone else {
      throw CommandFailure(
        "two operators must decide this, as acts-alone = refused in \(home.path)/config says: istmo operators propose")
    }
    try append(.alone(act, reason: reason.isEmpty ? "" : try OperatorLog.checked(reason)))
  }

  /// Notes that an officer's account was changed.
  func note(account officer: String, _ change: OperatorEvent.AccountChange) throws {
    try append(.account(officer, change))
  }

  private func append(_ kind: OperatorEvent.Kind) throws {
    try home.appendToOperatorLog(try keys(), SystemEntropy(), mayUseReserve: true) { log in
      log.line(kind, by: OperatorEvent.commandLine(user: getuid()), at: SystemClock().now())
    }
  }
}
