import Exchange
import Terms

/// Whether records are found by their keys. What many records share, as a name or a lorry does, is fetched once and not once for
/// each of them.
struct IndexCheck {
  /// Places of one key that are looked at; what is among more is not told.
  static let mostLocations = 4096
  /// Keys with fewer places are not worth keeping.
  private static let few = 16
  /// Places that are kept at most: 20 MB.
  private static let mostKept = 200_000

  private struct Line: Hashable {
    let key: BlindKey
    let partition: Int32
  }

  private let store: any Store
  private var kept: [Line: Set<Locator>] = [:]
  private var keptCount = 0
  private var common: Set<Line> = []

  /// A check of a store's index.
  init(_ store: any Store) { self.store = store }

  /// Whether a record is found by a key, or has it in common with more than are looked at.
  mutating func finds(_ record: Locator, by key: BlindKey, in partition: Int32) throws(ReadError) -> Bool {
    let line = Line(key: key, partition: partition)
    if common.contains(line) || kept[line]?.contains(record) == true { return true }
    // What is kept may be older than the record.
    let found = try store.readLocations(key, partition...partition, Self.mostLocations)
    guard found.count < Self.mostLocations else {
      if common.count >= Self.mostKept { common = [] }
      common.insert(line)
      return true
    }
    guard found.count >= Self.few else { return found.contains(record) }
    if keptCount + found.count > Self.mostKept { (kept, keptCount) = ([:], 0) }
    keptCount += found.count - (kept[line]?.count ?? 0)
    let places = Set(found)
    kept[line] = places
    return places.contains(record)
  }
}
