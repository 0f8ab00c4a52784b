import Catalog
import Terms

/// Coherent traffic over a topology, in the order in which national systems send it: the same truck in declaration, reads,
/// captures, certificate and its driver's controls. The same plan gives the same traffic, byte for byte.
///
/// Only what is under way is kept: memory does not grow with the days.
public struct TrafficGenerator: Sequence, IteratorProtocol, Sendable {
  private let topology: Topology
  private let plan: TrafficPlan
  private var waiting = RecordQueue()
  /// The next hour in which something begins, from 0.
  private var hour = 0
  private var journeys = 0
  private let keepsTruths: Bool
  private var truths: [TrafficTruth] = []

  /// Traffic over a topology.
  /// - Parameter keepsTruths: whether what really happened is kept for `takeTruths`, which must then be called now and then.
  public init(_ topology: Topology, _ plan: TrafficPlan, keepsTruths: Bool = false) {
    (self.topology, self.plan, self.keepsTruths) = (topology, plan, keepsTruths)
  }

  /// What really happened in the journeys that began since this was last called; each is told once.
  public mutating func takeTruths() -> [TrafficTruth] {
    defer { truths = [] }
    return truths
  }

  /// The next record; nil when all have come.
  public mutating func next() -> TrafficRecord? {
    while hour < plan.days * 24 {
      // A journey's first records come up to three hours before it begins: a tag is registered, a certificate issued.
      if let first = waiting.first, first < start(of: hour).plus(minutes: -Self.ahead) { break }
      begin()
    }
    return waiting.pop()
  }

  /// How many records wait for their time.
  var keptCount: Int { waiting.size }

  /// No record comes earlier than so many minutes before its journey begins.
  static let ahead = 3 * 60

  private func start(of hour: Int) -> Instant { plan.begins.plus(minutes: hour * 60) }

  private func localHour(_ moment: Instant) -> Int {
    let hour = (moment.seconds / 3600 - Int64(Volumes.hoursBehind)) % 24
    return Int(hour < 0 ? hour + 24 : hour)
  }

  /// All that begins in the next hour.
  private mutating func begin() {
    let now = start(of: hour)
    let weight = Double(Volumes.byHour[localHour(now)]) / Double(Volumes.byHour.reduce(0, +))
    let covers = plan.isCovering && hour == 9
    var draw = Draw(seed: plan.seed ^ 0xB0_A7, number: hour)
    hour += 1

    func count(_ perDay: Double) -> Int { draw.rounded(perDay * plan.scale * weight) }
    var starts: [(Instant, isPerfect: Bool, make: (inout Scene, Instant) -> Void)] = []
    func add(_ perDay: Double, _ make: @escaping (inout Scene, Instant) -> Void) {
      if covers { starts.append((now, true, make)) }
      for _ in 0..<count(perDay) { starts.append((now.plus(seconds: draw.below(3600)), false, make)) }
    }
    for (codes, perDay) in Volumes.trips {
      let route = codes.compactMap(member)
      guard route.count == codes.count else { continue }
      add(perDay / 2) { Trip.make(&$0, route: route, begins: $1) }
      add(perDay / 2) { Trip.make(&$0, route: route.reversed(), begins: $1) }
    }
    for (codes, perDay) in Volumes.persons {
      let pair = codes.compactMap(member)
      guard pair.count == 2 else { continue }
      let parties = perDay / 2 / Party.meanSize
      add(parties) { Party.make(&$0, from: pair[0], to: pair[1], begins: $1) }
      add(parties) { Party.make(&$0, from: pair[1], to: pair[0], begins: $1) }
    }
    for country in topology.countries.map(\.code) {
      add(Volumes.operators) { Institution.authorise(&$0, country, $1) }
      add(Volumes.alerts) { Institution.warn(&$0, country, $1) }
      add(Volumes.measures) { Institution.plan(&$0, country, $1) }
      add(Volumes.projects) { Institution.fund(&$0, country, $1) }
    }
    for crossing in topology.crossings where crossing.kind.postCount == 2 {
      for post in crossing.posts {
        add(Volumes.waitingTimes) { Institution.observe(&$0, crossing, post, $1) }
        add(Volumes.states) { Institution.tellState(&$0, crossing, post, $1) }
        add(Volumes.hours) { Institution.tellHours(&$0, crossing, post, $1) }
        add(Volumes.incidents) { Institution.report(&$0, crossing, post, $1) }
      }
    }
    for (begins, isPerfect, make) in starts {
      journeys += 1
      var scene = Scene(topology, plan, number: journeys, isPerfect: isPerfect)
      make(&scene, begins)
      for record in scene.records { waiting.push(record) }
      if keepsTruths { truths += scene.truths }
    }
  }

  private func member(_ code: String) -> CountryCode? {
    topology.countries.first { $0.code.description == code }?.code
  }
}

/// Records that wait for their time: a binary heap, the earliest first, those of one moment in the order they came.
struct RecordQueue: Sendable {
  private var heap: [(record: TrafficRecord, order: Int)] = []
  private var count = 0

  var size: Int { heap.count }

  /// When the earliest is sent.
  var first: Instant? { heap.first?.record.published }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    (heap[a].record.published, heap[a].order) < (heap[b].record.published, heap[b].order)
  }

  mutating func push(_ record: TrafficRecord) {
    heap.append((record, count))
    count += 1
    var place = heap.count - 1
    while place > 0, isBefore(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop() -> TrafficRecord? {
    guard let last = heap.indices.last else { return nil }
    heap.swapAt(0, last)
    let record = heap.removeLast().record
    var place = 0
    while true {
      let children = [2 * place + 1, 2 * place + 2].filter { $0 < heap.count }
      guard let least = children.min(by: isBefore), isBefore(least, place) else { return record }
      heap.swapAt(place, least)
      place = least
    }
  }
}
