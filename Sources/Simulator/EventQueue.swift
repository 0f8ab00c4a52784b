import Exchange
import Terms

/// Something that will happen in the world.
enum Event {
  case tick(CountryCode, life: Int)
  /// A core is reminded of what it put off.
  case remind(CountryCode, life: Int)
  case sendMore(CountryCode, life: Int)
  case publish(CountryCode)
  /// A message reaches the other end, if its link still stands.
  case arrive(type: UInt8, payload: [UInt8], from: CountryCode, to: CountryCode, link: Int)
  /// Someone takes a bundle from one node to another.
  case makeBundle(from: CountryCode, to: CountryCode)
  case bringBundle([(type: UInt8, payload: [UInt8])], from: CountryCode, to: CountryCode)
  case connect(Pair)
  case cut(Pair)
  /// One end learns that its link is gone.
  case hangUp(CountryCode, from: CountryCode, link: Int)
  /// A commit reaches the disk.
  case flush(CountryCode, Commit, life: Int)
  case crash(CountryCode)
  case restart(CountryCode)
  case fillDisk(CountryCode)
  case freeDisk(CountryCode)
  case spoilReads(CountryCode)
  case mendReads(CountryCode)
  case stepClock(CountryCode)
  case changeAgreement(Pair)
  case adopt(CountryCode, Pair, generation: Int)
  case unpause(CountryCode, Pair)
  /// A node's disk is copied; later it dies, and the copy takes its place.
  case backUp(CountryCode)
  case loseDisk(CountryCode)
  case heal
  /// A day goes by.
  case passDay
}

/// Two countries that exchange, in alphabetical order.
struct Pair: Hashable, Comparable {
  let a: CountryCode
  let b: CountryCode

  init(_ one: CountryCode, _ other: CountryCode) { (a, b) = (min(one, other), max(one, other)) }

  func other(than country: CountryCode) -> CountryCode { country == a ? b : a }

  func has(_ country: CountryCode) -> Bool { country == a || country == b }

  static func < (x: Self, y: Self) -> Bool { (x.a, x.b) < (y.a, y.b) }
}

/// What will happen, soonest first; what is due at the same time in the order in which it was foreseen.
struct EventQueue {
  private var heap: [(time: Int64, order: Int, event: Event)] = []
  private var count = 0

  mutating func add(_ event: Event, at time: Int64) {
    count += 1
    heap.append((time, count, event))
    var child = heap.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> (time: Int64, event: Event)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return (first.time, first.event) }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) { least = child }
      guard least != parent else { break }
      heap.swapAt(parent, least)
      parent = least
    }
    return (first.time, first.event)
  }

  private func precedes(_ x: Int, _ y: Int) -> Bool { (heap[x].time, heap[x].order) < (heap[y].time, heap[y].order) }
}
