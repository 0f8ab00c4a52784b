import Ceremony
import Exchange
import Noise
import Sodium
import Terms

/// A node's secret keys, each with one job. They cannot be copied, printed, encoded or looked into.
public final class NodeKeys: Sendable, CustomStringConvertible, CustomReflectable {
  /// The keys that replication needs: log, receipt, sealing, storage, index.
  public let ring: Keyring
  /// The link's static key.
  public let transport: StaticKey

  init(ring: Keyring, transport: consuming ExchangeKey) {
    self.ring = ring
    self.transport = StaticKey(transport)
  }

  /// Says nothing of the keys.
  public var description: String { "the node's keys" }
  /// Shows nothing of the keys.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The online keys that are kept one a file, sealed under the storage key.
enum KeyFile: String, CaseIterable {
  case log, receipt, transport, sealing, index

  /// The longest file that is read, in bytes; a real one has about 150.
  private static let longest = 1024
  private var name: String { "\(rawValue).key" }
  // Clear text before the sealed bytes, and authenticated with them: a key never opens as another, or as another country's.
  private func head(_ realm: Realm, _ country: CountryCode) -> [UInt8] {
    Array("istmo key v1\n\(realm)/\(country)/\(rawValue)\n".utf8)
  }

  func write(
    _ secret: borrowing SecretBytes, in folder: String, _ realm: Realm, _ country: CountryCode,
    storage: borrowing SymmetricKey, _ entropy: some Entropy
  ) throws(HomeError) {
    let head = head(realm, country)
    let box: [UInt8]
    do { box = try storage.sealSecret(secret, associatedData: head, entropy) } catch {
      throw .failed("\(folder)/\(name)", operation: "cannot seal", reason: error.description)
    }
    try Files.write(head + box, to: "\(folder)/\(name)")
  }

  func read(
    in folder: String, _ realm: Realm, _ country: CountryCode, storage: borrowing SymmetricKey
  ) throws(HomeError) -> SecretBytes {
    let path = "\(folder)/\(name)"
    let bytes = try Files.read(path, longest: Self.longest, what: "the \(rawValue) key")
    let head = head(realm, country)
    guard bytes.starts(with: head) else {
      throw .damaged(path, problem: "it is not the \(rawValue) key of \(realm)/\(country)")
    }
    do { return try storage.openSecret(Array(bytes.dropFirst(head.count)), associatedData: head) } catch {
      throw .damaged(path, problem: "it does not open with this home's storage key")
    }
  }

  func signingKey(
    in folder: String, _ realm: Realm, _ country: CountryCode, storage: borrowing SymmetricKey
  ) throws(HomeError) -> SigningKey {
    let secret = try read(in: folder, realm, country, storage: storage)
    do { return try SigningKey(seed: secret) } catch { throw wrong(folder, error) }
  }

  func exchangeKey(
    in folder: String, _ realm: Realm, _ country: CountryCode, storage: borrowing SymmetricKey
  ) throws(HomeError) -> ExchangeKey {
    let secret = try read(in: folder, realm, country, storage: storage)
    do { return try ExchangeKey(secret) } catch { throw wrong(folder, error) }
  }

  func indexKey(
    in folder: String, _ realm: Realm, _ country: CountryCode, storage: borrowing SymmetricKey
  ) throws(HomeError) -> IndexKey {
    let secret = try read(in: folder, realm, country, storage: storage)
    do { return try IndexKey(secret) } catch { throw wrong(folder, error) }
  }

  private func wrong(_ folder: String, _ error: SodiumError) -> HomeError {
    .damaged("\(folder)/\(name)", problem: error.description)
  }
}
