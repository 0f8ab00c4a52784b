import Ceremony
import Glibc
import Sodium
import Terms

extension Home {
  /// Makes a home: root key under a passphrase, online keys under the storage key, the first card, the copied topology.
  /// It is made beside its place and put there whole, so that there is never half a home.
  /// - Parameters:
  ///   - topology: the topology file and the dataset definitions, by path relative to the topology's folder.
  ///   - work: the passphrase's work; libsodium's moderate work unless given.
  /// - Throws: `HomeError` when there is something at `path` already, or the system refuses.
  public static func create(
    _ path: String, config: HomeConfig, topology: [String: [UInt8]], passphrase: borrowing SecretBytes,
    storage source: StorageKeySource, work: PassphraseWork? = nil, _ entropy: some Entropy, now: Instant
  ) throws(HomeError) -> Home {
    let path = Files.withoutLastSlash(path)
    var config = config
    config.storageKey = source.kind
    guard try Files.names(in: path).isEmpty, (try? Files.read(path, longest: 0, what: "")) == nil else {
      throw .exists(path)
    }
    let building = "\(path).init-\(entropy.bytes(8).hex)"
    do {
      try build(
        building, config: config, topology: topology, passphrase: passphrase, storage: source, work: work, entropy,
        now: now)
      // A folder takes the place of an empty folder, of nothing else.
      try Files.move(building, to: path)
    } catch {
      Files.removeTree(building)
      throw error
    }
    return try open(path)
  }

  private static func build(
    _ path: String, config: HomeConfig, topology: [String: [UInt8]], passphrase: borrowing SecretBytes,
    storage source: StorageKeySource, work: PassphraseWork?, _ entropy: some Entropy, now: Instant
  ) throws(HomeError) {
    let (realm, country) = (config.realm, config.country)
    for folder in ["", "/keys", "/roots", "/cards", "/agreements", "/ceremonies", "/topology", "/store"] {
      try Files.makeFolder(path + folder)
    }
    let folder = "\(path)/keys"
    let root = RootKey(realm: realm, country: country, entropy)
    let rootFile: RootKeyFile
    do {
      rootFile = try RootKeyFile(root, passphrase: passphrase, work: work ?? .moderate(entropy), entropy)
    } catch { throw .passphrase(error) }
    try Files.write(rootFile.bytes, to: "\(folder)/root.key")

    let storage = try StorageKey.make(
      source, in: folder, subject: "\(realm)/\(country)", work: work ?? .moderate(entropy), entropy)
    let logSeed = SecretBytes(random: SigningKey.seedByteCount, entropy)
    let receiptSeed = SecretBytes(random: SigningKey.seedByteCount, entropy)
    let transport = ExchangeKey(entropy)
    let sealing = ExchangeKey(entropy)
    let index = IndexKey(entropy)
    try KeyFile.log.write(logSeed, in: folder, realm, country, storage: storage, entropy)
    try KeyFile.receipt.write(receiptSeed, in: folder, realm, country, storage: storage, entropy)
    try KeyFile.transport.write(transport.secret, in: folder, realm, country, storage: storage, entropy)
    try KeyFile.sealing.write(sealing.secret, in: folder, realm, country, storage: storage, entropy)
    try KeyFile.index.write(index.secret, in: folder, realm, country, storage: storage, entropy)

    let home = Home(path: path, config: config, root: root.noteKey)
    try home.pin(root.noteKey, of: country)
    // From the start of the day, so that a neighbour whose clock is a little slow takes the card.
    let today = CalendarDay(of: now)
    let card: Card
    do {
      card = try Card(
        Card.Content(
          realm: realm, country: country, serial: 1, validFrom: today.start,
          validUntil: CalendarDay(daysSinceEpoch: today.daysSinceEpoch + cardDays).start,
          log: try SigningKey(seed: logSeed).verifyingKey, receipt: try SigningKey(seed: receiptSeed).verifyingKey,
          transport: transport.publicKey, sealing: sealing.publicKey),
        root: root)
    } catch let error as CardError { throw .card(error) } catch { throw .damaged(folder, problem: "\(error)") }
    try home.write(card)
    try home.replaceTopology(topology)
    try Files.write(Array(config.text.utf8), to: "\(path)/config")
  }
}
