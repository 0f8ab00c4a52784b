import Terms

/// The links between the nodes. A link that is made again has another number, so that nothing of the old one arrives.
struct SimulatedNetwork {
  struct Link {
    var number = 0
    var isUp = false
    /// When the last message of each direction arrives; on an orderly link the next one comes later.
    var busyUntil: [CountryCode: Int64] = [:]
  }

  private(set) var links: [Pair: Link] = [:]
  private var made = 0

  init(_ pairs: [Pair]) { for pair in pairs { links[pair] = Link() } }

  var pairs: [Pair] { links.keys.sorted() }

  func isUp(_ pair: Pair) -> Bool { links[pair]?.isUp == true }

  func number(_ pair: Pair) -> Int { links[pair]?.number ?? 0 }

  mutating func connect(_ pair: Pair) {
    made += 1
    links[pair] = Link(number: made, isUp: true)
  }

  mutating func cut(_ pair: Pair) { links[pair]?.isUp = false }

  /// When copies of a message arrive: never, once or twice.
  mutating func arrivals(
    from sender: CountryCode, on pair: Pair, at time: Int64, _ faults: Faults, _ chance: Chance
  ) -> [Int64] {
    guard isUp(pair), !chance.happens(faults.dropPermille) else { return [] }
    var arrivals: [Int64] = []
    for _ in 0..<(chance.happens(faults.duplicatePermille) ? 2 : 1) {
      var arrival = time + Int64(1 + chance.below(faults.longestDelay))
      if !faults.reorders { arrival = max(arrival, links[pair]?.busyUntil[sender] ?? 0) }
      links[pair]?.busyUntil[sender] = arrival
      arrivals.append(arrival)
    }
    return arrivals
  }
}
