import Terms

/// Cases that wait for what belongs to them, by a key, until their time is over. Bounded: what finds no room is counted.
struct Expiring<Key: Hashable, Case> {
  private var waiting: [Key: (time: Instant, value: Case)] = [:]
  private let most: Int
  /// Cases that found no room.
  private(set) var dropped = 0

  /// - Parameter most: the most cases that wait at once.
  init(most: Int) { self.most = most }

  /// The case under a key, and when it was.
  subscript(key: Key) -> (time: Instant, value: Case)? { waiting[key] }

  /// Puts a case in, unless one waits under the key already.
  mutating func insert(_ value: Case, for key: Key, at time: Instant) {
    guard waiting[key] == nil else { return }
    guard waiting.count < most else { return dropped += 1 }
    waiting[key] = (time, value)
  }

  /// Takes out the cases of before a moment; all when there is none.
  mutating func close(before moment: Instant?) -> [(key: Key, time: Instant, value: Case)] {
    let over = waiting.filter { entry in moment.map { entry.value.time < $0 } ?? true }
    for key in over.keys { waiting[key] = nil }
    return over.map { ($0.key, $0.value.time, $0.value.value) }
  }
}
