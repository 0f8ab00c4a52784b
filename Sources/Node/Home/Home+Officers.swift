import Officers
import Sodium
import Terms

// Who may use the desk. Names are personal: the file is sealed under the storage key.
extension Home {
  private var officersPath: String { "\(path)/officers" }
  private var subject: String { "\(config.realm)/\(config.country)" }

  /// The storage key alone, for what an operator keeps sealed in the home.
  /// - Throws: `HomeError` when it is not to be had.
  public func storageKey(_ source: StorageKeySource) throws(HomeError) -> SymmetricKey {
    guard source.kind == config.storageKey else {
      throw .storageKey("config says it is kept as \(config.storageKey.rawValue), not as \(source.kind.rawValue)")
    }
    return try StorageKey.load(source, in: "\(path)/keys", subject: subject)
  }

  /// The officers; none before the first was added.
  /// - Throws: `HomeError.damaged` when the file is not what was kept.
  public func officers(_ storage: borrowing SymmetricKey) throws(HomeError) -> [Officer] {
    guard Files.exists(officersPath) else { return [] }
    let bytes = try Files.read(officersPath, longest: OfficerFile.longest, what: "the officers")
    do { return try OfficerFile.open(bytes, subject: subject, storage: storage) } catch {
      throw .damaged(officersPath, problem: error.description)
    }
  }

  /// Keeps the officers.
  public func keep(officers: [Officer], _ storage: borrowing SymmetricKey, _ entropy: some Entropy) throws(HomeError) {
    let bytes: [UInt8]
    do { bytes = try OfficerFile.seal(officers, subject: subject, storage: storage, entropy) } catch {
      throw .failed(officersPath, operation: "cannot seal", reason: error.description)
    }
    try Files.write(bytes, to: officersPath)
  }

  /// Reads the officers, changes them and keeps them, while no other process does: a running node changes them too, when an officer
  /// takes another password.
  /// - Throws: `HomeError`, or what `body` throws; nothing is kept then.
  public func changeOfficers(
    _ storage: borrowing SymmetricKey, _ entropy: some Entropy, _ body: (inout [Officer]) throws -> Void
  ) throws {
    try Files.locked("\(officersPath).lock") {
      var officers = try officers(storage)
      try body(&officers)
      try keep(officers: officers, storage, entropy)
    }
  }
}
