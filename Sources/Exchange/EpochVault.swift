import Sodium
import Synchronization
import Terms

/// The epochs of all streams, and their opened keys. Readers and the core share it.
public final class EpochVault: Sendable {
  /// Opened keys kept at once: each takes a few locked pages.
  static let mostOpened = 64

  private struct Contents {
    var epochs: [StreamName: [EpochRecord]] = [:]
    var opened: [StreamName: [UInt64: EpochKey]] = [:]
    var openedCount = 0
    /// Counts what was forgotten, so that a slow reader does not bring it back.
    var generation = 0
  }

  private let store: any Store
  private let keys: Keyring
  private let contents = Mutex(Contents())

  /// A vault over a store.
  public init(store: any Store, keys: Keyring) {
    self.store = store
    self.keys = keys
  }

  /// The epochs of a stream, in order.
  public func epochs(of stream: StreamName) throws(ReadError) -> [EpochRecord] {
    let (known, generation) = contents.withLock { ($0.epochs[stream], $0.generation) }
    if let known { return known }
    var records: [EpochRecord] = []
    for (_, value) in try store.readStates(EpochRecord.prefix(stream)) {
      do { records.append(try EpochRecord(value)) } catch { throw .damaged("an epoch of \(stream): \(error)") }
    }
    records.sort { $0.first < $1.first }
    let loaded = records
    return contents.withLock { contents in
      // What the core took in meanwhile is newer than what was read.
      if let known = contents.epochs[stream] { return known }
      if contents.generation == generation { contents.epochs[stream] = loaded }
      return loaded
    }
  }

  /// The key under which the body at `index` is sealed.
  /// - Throws: `ReadError.erased` when it was destroyed.
  public func key(of stream: StreamName, at index: UInt64) throws(ReadError) -> EpochKey {
    try reach(of: stream, at: index).key
  }

  /// The key under which the body at `index` is sealed, for who goes along a stream: `known` is the one used last and becomes
  /// this one.
  /// - Throws: `ReadError.erased` when it was destroyed.
  func key(of stream: StreamName, at index: UInt64, known: inout KeyReach?) throws(ReadError) -> EpochKey {
    if let known, known.range.contains(index) { return known.key }
    let reach = try reach(of: stream, at: index)
    known = reach
    return reach.key
  }

  private func reach(of stream: StreamName, at index: UInt64) throws(ReadError) -> KeyReach {
    var epochs = try epochs(of: stream)
    if epochs.first.map({ $0.first > index }) ?? true {
      // The stream's first entries are visible to a reader before the core has taken in their epoch.
      forget(stream)
      epochs = try self.epochs(of: stream)
    }
    guard let position = epochs.lastPosition(where: { $0.first <= index }) else {
      throw .damaged("\(stream) has no epoch before entry \(index)")
    }
    let epoch = epochs[position]
    guard !epoch.isErased else { throw .erased(stream: stream, index: index) }
    let range = Self.range(of: position, in: epochs)
    if let key = contents.withLock({ $0.opened[stream]?[epoch.first] }) { return KeyReach(range: range, key: key) }
    let key: EpochKey
    do { key = try epoch.key(stream: stream, keys: keys) } catch {
      throw .damaged("the epoch key of \(stream) from entry \(epoch.first): \(error)")
    }
    keep(key, of: stream, first: epoch.first)
    return KeyReach(range: range, key: key)
  }

  /// Whether the key of the body at `index` was destroyed.
  public func isErased(_ stream: StreamName, at index: UInt64) throws(ReadError) -> Bool {
    try erasure(of: stream, at: index).isErased
  }

  /// The same, with all indices under that key.
  func erasure(of stream: StreamName, at index: UInt64) throws(ReadError) -> (range: Range<UInt64>, isErased: Bool) {
    let epochs = try epochs(of: stream)
    guard let position = epochs.lastPosition(where: { $0.first <= index }) else { return (index..<index, false) }
    return (Self.range(of: position, in: epochs), epochs[position].isErased)
  }

  /// The indices of the entries that belong to an epoch.
  private static func range(of position: Int, in epochs: [EpochRecord]) -> Range<UInt64> {
    epochs[position].first..<(position + 1 < epochs.count ? epochs[position + 1].first : .max)
  }

  /// Forgets the key of an epoch whose erasure has become durable.
  func erase(_ epoch: EpochRecord, of stream: StreamName) throws(ReadError) {
    _ = try epochs(of: stream)
    contents.withLock { contents in
      if contents.opened[stream]?.removeValue(forKey: epoch.first) != nil { contents.openedCount -= 1 }
      if let place = contents.epochs[stream]?.firstIndex(where: { $0.first == epoch.first }) {
        contents.epochs[stream]?[place] = epoch.erased
      } else {
        contents.epochs[stream, default: []].append(epoch.erased)
        // Later ones of the same commit may be here already.
        contents.epochs[stream]?.sort { $0.first < $1.first }
      }
    }
  }

  /// Takes in an epoch that has become durable.
  func add(_ epoch: EpochRecord, key: EpochKey, to stream: StreamName) throws(ReadError) {
    _ = try epochs(of: stream)
    contents.withLock { contents in
      contents.epochs[stream, default: []].removeAll { $0.first == epoch.first }
      contents.epochs[stream, default: []].append(epoch)
    }
    keep(key, of: stream, first: epoch.first)
  }

  /// Forgets what was loaded, so that it is read again.
  func reset() {
    contents.withLock { contents in
      let generation = contents.generation + 1
      contents = Contents()
      contents.generation = generation
    }
  }

  /// Forgets the epochs of one stream: a reader saw an entry whose epoch became durable just before.
  func forget(_ stream: StreamName) {
    contents.withLock { contents in
      contents.epochs[stream] = nil
      contents.generation += 1
    }
  }

  private func keep(_ key: EpochKey, of stream: StreamName, first: UInt64) {
    contents.withLock { contents in
      // Destroyed while it was being opened.
      if contents.epochs[stream]?.first(where: { $0.first == first })?.isErased == true { return }
      if contents.openedCount >= Self.mostOpened {
        contents.opened = [:]
        contents.openedCount = 0
      }
      contents.opened[stream, default: [:]][first] = key
      contents.openedCount += 1
    }
  }
}

/// A key with the indices of its stream's bodies that are sealed under it.
struct KeyReach {
  let range: Range<UInt64>
  let key: EpochKey
}

/// Why something could not be read.
public enum ReadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The store failed.
  case store(StoreError)
  /// What was read is not what was written.
  case damaged(String)
  /// The key of that day was destroyed, as the agreement's retention asks.
  case erased(stream: StreamName, index: UInt64)
  /// There is no such entry.
  case absent(stream: StreamName, index: UInt64)

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .store(let error): error.description
    case .damaged(let what): "damaged: \(what); run verify"
    case .erased(let stream, let index): "entry \(index) of \(stream) was erased at the end of its retention"
    case .absent(let stream, let index): "\(stream) has no entry \(index)"
    }
  }
}

extension RandomAccessCollection where Index == Int {
  /// The last position whose element meets a condition that holds for a beginning of the collection and not after it.
  func lastPosition(where condition: (Element) -> Bool) -> Int? {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if condition(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low > startIndex ? low - 1 : nil
  }
}
