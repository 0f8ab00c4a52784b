import Exchange
import Sodium
import Store
import Terms

/// One country's node: its keys and disk outlive a crash, its core does not.
final class SimulatedNode {
  let country: CountryCode
  let disk = SimulatedDisk()
  let keys: Keyring
  let entropy: SeededEntropy
  /// The running core; nil while the node is down.
  var core: Core?
  /// How often it was started; what an earlier life foresaw does not happen.
  var life = 0
  var nextToken: UInt64 = 0
  /// Drafts handed over in this life and not answered yet.
  var waiting: [UInt64: [Handing]] = [:]
  /// The generation of each agreement that it knows, and whether its operator paused it.
  var adopted: [Pair: Int] = [:]
  var paused: Set<Pair> = []
  /// Countries to which its core was told that a link is up.
  var linked: Set<CountryCode> = []
  /// What a planted bug brings back.
  var backup: MemoryStore.Snapshot?
  /// The backup that takes the place of its disk when that dies.
  var saved: MemoryStore.Snapshot?
  /// Commits of all lives.
  var commitCount = 0
  /// What is told, and what is sent, when the commit under way is durable.
  var telling: [Core.Published] = []
  var leaving: [(message: Message, to: CountryCode)] = []

  init(_ country: CountryCode, seed: UInt64) {
    self.country = country
    entropy = SeededEntropy(seed: seed)
    keys = Keyring(
      log: SigningKey(entropy), receipt: SigningKey(entropy), sealing: ExchangeKey(entropy),
      storage: SymmetricKey(entropy), index: IndexKey(entropy))
  }

  /// A reader of what is on the disk that shares nothing with the core.
  func reader(_ realm: Realm) -> LogReader {
    LogReader(store: disk, vault: EpochVault(store: disk, keys: keys), realm: realm)
  }
}

/// A draft as it was handed to a node, with what it was entitled to at that moment.
final class Handing {
  /// What became of it as far as its publisher was told.
  enum Fate { case unknown, accepted, duplicate, refused, failed }

  let draft: Draft
  let entitled: [StreamName: AgreedStream]
  var fate = Fate.unknown

  init(_ draft: Draft, _ entitled: [StreamName: AgreedStream]) { (self.draft, self.entitled) = (draft, entitled) }
}
