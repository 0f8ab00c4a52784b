import Exchange
import Glibc
import Ledger
import Officers
import Sodium
import Terms

// The operators' log: appended, never written anew. Officers' names at the desk and reasons may tell of persons, so it is sealed.
extension Home {
  private var operatorLogPath: String { "\(path)/operators" }

  /// Whose log it is: lines are signed by the log key of whichever card of this country counted then.
  private func operatorLogOwner() throws(HomeError) -> OperatorLogFile.Owner {
    OperatorLogFile.Owner(
      config.realm, config.country, signers: try cards(of: config.country).reversed().map(\.logVerifyingKey))
  }

  /// The operators' log; empty before its first line.
  /// - Throws: `HomeError.damaged` naming the line that was altered.
  public func operatorLog(
    _ storage: borrowing SymmetricKey, everySignature: Bool = false
  ) throws(HomeError) -> OperatorLogFile {
    try readOperatorLog(storage, everySignature: everySignature).file
  }

  private func readOperatorLog(
    _ storage: borrowing SymmetricKey, everySignature: Bool = false
  ) throws(HomeError) -> (file: OperatorLogFile, wholeBytes: Int) {
    let owner = try operatorLogOwner()
    guard Files.exists(operatorLogPath) else { return (OperatorLogFile(owner), 0) }
    let bytes = try Files.read(operatorLogPath, longest: OperatorLogFile.longest, what: "the operators' log")
    do {
      return try OperatorLogFile.open(bytes, of: owner, storage: storage, everySignature: everySignature)
    } catch {
      throw .damaged(operatorLogPath, problem: error.description)
    }
  }

  /// Whether a checkpoint of the operators' log that was kept elsewhere is of the log as it is now: signed by this country, and the log begins with
  /// what it signs.
  /// - Throws: `HomeError.damaged` for a damaged log, `NoteError` saying what does not fit.
  public func compareOperatorLog(
    _ storage: borrowing SymmetricKey, with kept: SignedCheckpoint
  ) throws -> OperatorLogFile {
    let (owner, file) = (try operatorLogOwner(), try operatorLog(storage, everySignature: true))
    guard kept.checkpoint.origin == owner.origin, try kept.isSigned(byLog: owner.signers) else {
      throw NoteError("the checkpoint is not one of this country's operators' log")
    }
    guard let root = file.root(ofFirst: kept.checkpoint.size) else {
      throw NoteError(
        "lines are missing: the checkpoint was signed over \(kept.checkpoint.size) lines, the log has \(file.log.events.count)"
      )
    }
    guard root == kept.checkpoint.root else {
      throw NoteError("the first \(kept.checkpoint.size) lines are not those over which the checkpoint was signed")
    }
    return file
  }

  /// Reads the log, lets `body` say which line comes next, and appends it durably, while no other process does.
  /// - Parameter mayUseReserve: whether the last part of the file is for this line too.
  /// - Throws: `HomeError`, or what `body` throws; nothing is appended then.
  /// - Returns: the log with the line.
  @discardableResult public func appendToOperatorLog(
    _ keys: Keyring, _ entropy: some Entropy, mayUseReserve: Bool = false,
    _ body: (OperatorLog) throws -> OperatorEvent
  ) throws -> OperatorLogFile {
    try Files.locked("\(operatorLogPath).lock") {
      var (file, wholeBytes) = try readOperatorLog(keys.storage)
      let line = try file.append(try body(file.log), storage: keys.storage, logKey: keys.log, entropy)
      let limit = mayUseReserve ? OperatorLogFile.longest : OperatorLogFile.longestForDesk
      guard wholeBytes + line.count <= limit else {
        throw HomeError.tooLong(operatorLogPath, limit: limit)
      }
      let isNew = wholeBytes == 0
      let descriptor = Glibc.open(operatorLogPath, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw Files.failure(operatorLogPath, "cannot open") }
      defer { close(descriptor) }
      // Half a line that a power cut left behind was never acknowledged.
      guard ftruncate(descriptor, off_t(wholeBytes)) == 0, lseek(descriptor, off_t(wholeBytes), SEEK_SET) >= 0,
        WholeWrite.write(line, to: descriptor), fsync(descriptor) == 0
      else {
        let failure = Files.failure(operatorLogPath, "cannot write")
        _ = ftruncate(descriptor, off_t(wholeBytes))
        throw failure
      }
      if isNew { try Files.sync(folder: path) }
      return file
    }
  }
}
