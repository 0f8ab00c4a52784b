import Ceremony
import Exchange
import Glibc
import Ledger
import Sodium
import Terms

/// One country's folder: settings, keys, cards, agreements, ceremonies, the copied topology; the store has its own folder
/// in it. Only its owner may read or write it, and every file is written whole and durably.
///
/// ```
/// config               settings
/// lock                 held by the process that has the home
/// keys/                root.key (offline where possible), storage.key, log.key, receipt.key, ...
/// roots/CC.root        each country's pinned root key, this one's included
/// cards/CC/SERIAL.card every card held, this country's included
/// agreements/CC/       DIGEST.agreement, DIGEST.CC.minutes, order (of signing), suspended
/// ceremonies/CC.state  the ceremony between two of its steps
/// topology/DIGEST/     the copied topology and dataset definitions; current
/// selectivity.toml     the country's rules for lanes, once some were installed
/// officers             who may use the desk, sealed under the storage key
/// store/               records
/// ```
public struct Home: Hashable, Sendable {
  /// How long the first card counts: its renewal is a signature of the root, a root ceremony a year is bearable.
  public static let cardDays: Int64 = 400

  /// The folder.
  public let path: String
  /// The settings.
  public let config: HomeConfig
  /// This country's root key, its public half.
  public let root: NoteKey

  init(path: String, config: HomeConfig, root: NoteKey) { (self.path, self.config, self.root) = (path, config, root) }

  /// Opens a home: checks owner and permissions of everything in it, then reads settings and root.
  /// - Throws: `HomeError` with the command that mends what is wrong.
  public static func open(_ path: String) throws(HomeError) -> Home {
    let path = Files.withoutLastSlash(path)
    guard Files.exists(path) else { throw .missing(path) }
    try HomeCheck.check(path)
    let file = "\(path)/config"
    guard Files.exists(file) else { throw .missing(path) }
    let bytes = try Files.read(file, longest: HomeConfig.longest, what: "the settings")
    let config: HomeConfig
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .damaged(file, problem: "not UTF-8") }
    do { config = try HomeConfig(text: text) } catch { throw .damaged(file, problem: error.description) }
    guard let root = try pinnedRoot(config.country, path, config.realm) else {
      throw .noFile(rootPath(config.country, path), what: "this country's root key")
    }
    return Home(path: path, config: config, root: root)
  }

  /// Takes the home for this process, and clears away what an earlier one was writing when it died.
  /// - Throws: `HomeError.inUse` with the other process's number.
  public func lock() throws(HomeError) -> HomeLock {
    let lock = try HomeLock(path)
    try HomeCheck.removeLeftovers(path)
    return lock
  }

  /// The secret keys. Their public halves must be those of this country's newest card.
  /// - Throws: `HomeError` when the storage key is not to be had or a key file is damaged.
  public func keys(_ source: StorageKeySource) throws(HomeError) -> NodeKeys {
    let (realm, country, folder) = (config.realm, config.country, "\(path)/keys")
    let storage = try storageKey(source)
    let log = try KeyFile.log.signingKey(in: folder, realm, country, storage: storage)
    let receipt = try KeyFile.receipt.signingKey(in: folder, realm, country, storage: storage)
    let transport = try KeyFile.transport.exchangeKey(in: folder, realm, country, storage: storage)
    let sealing = try KeyFile.sealing.exchangeKey(in: folder, realm, country, storage: storage)
    let index = try KeyFile.index.indexKey(in: folder, realm, country, storage: storage)
    let card = try card().content
    guard card.log == log.verifyingKey, card.receipt == receipt.verifyingKey, card.transport == transport.publicKey,
      card.sealing == sealing.publicKey
    else { throw .damaged(folder, problem: "the keys are not those of the card with serial \(card.serial)") }
    return NodeKeys(
      ring: Keyring(log: log, receipt: receipt, sealing: sealing, storage: storage, index: index), transport: transport)
  }

  /// The file of the root key, from this home or from where it is kept offline.
  /// - Throws: `HomeError` when there is none, or it is another country's.
  public func rootKeyFile(at elsewhere: String? = nil) throws(HomeError) -> RootKeyFile {
    let file = elsewhere ?? "\(path)/keys/root.key"
    let bytes = try Files.read(file, longest: PassphraseFile.longest, what: "the root key")
    let root: RootKeyFile
    do { root = try RootKeyFile(bytes) } catch { throw .passphrase(error) }
    guard root.noteKey == self.root else {
      throw .damaged(file, problem: "it is \(root.noteKey), this home's root key is \(self.root)")
    }
    return root
  }

  /// Puts the root key's file back, as after a change of passphrase.
  public func replaceRootKeyFile(_ file: RootKeyFile) throws(HomeError) {
    guard file.noteKey == root else {
      throw .damaged("\(path)/keys/root.key", problem: "it would become another root key")
    }
    try Files.write(file.bytes, to: "\(path)/keys/root.key")
  }

  /// The folder that the store has to itself.
  public var storeFolder: String { "\(path)/store" }
}

/// Prepares the process before it reads a key: no core dumps, and every file it makes is the owner's alone.
/// - Returns: whether the system agreed to forbid dumps.
public func hardenProcess() -> Bool {
  umask(0o077)
  return forbidDumps()
}
