import Terms

/// What was declared and is on its way, by crossing: what a post expects is told by looking at the consignments of its crossing alone,
/// in memory, however many declarations there are. Records come in any order; corrections and withdrawals count as they come.
public struct ExpectedBook: Sendable {
  /// The most declarations that are kept: of one country's node some forty days. Beyond them the oldest go.
  public static let most = 100_000

  /// A declaration that a post expects.
  public struct Coming: Hashable, Sendable {
    /// The record that stands: the latest version.
    public let id: RecordID
    /// Its stream.
    public let stream: StreamName
    /// When it is due: as it says, else when it was declared.
    public let due: Instant
  }

  /// A step and the stream that told it: whoever may not see the stream does not see what it ends.
  private struct Told {
    let step: Way.Step
    let stream: StreamName
  }

  private struct Entry {
    var coming: Coming
    var way: Way
    var steps: [RecordID: Told] = [:]
  }

  /// By the id of the first version.
  private var entries: [RecordID: Entry] = [:]
  /// The first version of every later one.
  private var firsts: [RecordID: RecordID] = [:]
  /// First versions, by the crossings that they name; under "" those that name none.
  private var byCrossing: [String: Set<RecordID>] = [:]
  /// Which declaration a step is of, by the id that it names.
  private var stepped: [RecordID: RecordID] = [:]
  /// Steps whose declaration has not come yet, by the id that they name.
  private var early: [RecordID: [RecordID: Told]] = [:]

  /// A book in which nothing is expected.
  public init() {}

  /// How many declarations are kept.
  public var count: Int { entries.count }

  /// Takes a record of `manifests` in. `statement` is nil where it has no body that could be read, as a withdrawal.
  public mutating func take(_ statement: Statement?, id: RecordID, _ change: RecordChange, in stream: StreamName) {
    switch change {
    case .record: break
    case .withdraws(let target): return remove(target)
    case .replaces(let target):
      guard let statement, let way = Way(statement) else {
        remove(target)
        break
      }
      let first = first(of: target)
      firsts[id] = first
      guard let old = entries[first] else { return insert(way, statement, stream, first: first) }
      unlist(first, old.way)
      insert(way, statement, stream, first: first, steps: old.steps)
      return
    }
    guard let statement else { return }
    if let way = Way(statement) {
      insert(way, statement, stream, first: id)
    } else if let step = Way.Step(statement), let named = statement.record("refers") {
      stepped[id] = named
      let first = first(of: named)
      let told = Told(step: step, stream: stream)
      if entries[first] == nil { early[named, default: [:]][id] = told } else { entries[first]?.steps[id] = told }
    }
  }

  /// What a post expects of these streams and of what was declared since, in the order in which it is due.
  public func expected(
    at post: Post, of crossing: Crossing, since: Instant, from streams: Set<StreamName>
  ) -> [Coming] {
    candidates(crossing).compactMap { first in
      guard let entry = entries[first], entry.coming.id.time >= since, streams.contains(entry.coming.stream),
        entry.way.leads(over: crossing),
        entry.way.isAhead(
          of: post, after: entry.steps.values.lazy.filter { streams.contains($0.stream) }.map(\.step))
      else { return nil }
      return entry.coming
    }.sorted { ($0.due, $0.id) < ($1.due, $1.id) }
  }

  /// The declarations that are looked at for a crossing: those that name it or none.
  func candidates(_ crossing: Crossing) -> Set<RecordID> {
    (byCrossing[crossing.id] ?? []).union(byCrossing[""] ?? [])
  }

  /// Forgets what was declared before a moment, and the oldest beyond the most that are kept.
  /// - Returns: the moment since which nothing was forgotten.
  public mutating func forget(before moment: Instant) -> Instant {
    var bound = moment
    if entries.count > Self.most {
      bound = max(bound, entries.keys.map(\.time).sorted()[entries.count - Self.most])
    }
    for (first, entry) in entries where first.time < bound {
      unlist(first, entry.way)
      entries[first] = nil
    }
    firsts = firsts.filter { $0.value.time >= bound }
    stepped = stepped.filter { $0.key.time >= bound }
    early = early.filter { $0.key.time >= bound }
    return bound
  }

  private func first(of id: RecordID) -> RecordID { firsts[id] ?? id }

  private mutating func insert(
    _ way: Way, _ statement: Statement, _ stream: StreamName, first: RecordID, steps: [RecordID: Told] = [:]
  ) {
    let due = statement.text("expected").flatMap { try? Instant($0) } ?? statement.time
    var entry = Entry(coming: Coming(id: statement.id, stream: stream, due: due), way: way, steps: steps)
    for id in [first, statement.id] {
      if let waited = early.removeValue(forKey: id) { entry.steps.merge(waited) { _, new in new } }
    }
    entries[first] = entry
    for crossing in way.crossings.isEmpty ? [""] : way.crossings { byCrossing[crossing, default: []].insert(first) }
  }

  private mutating func unlist(_ first: RecordID, _ way: Way) {
    for crossing in way.crossings.isEmpty ? [""] : way.crossings { byCrossing[crossing]?.remove(first) }
  }

  /// Takes out a declaration, whichever version is named, or a step.
  private mutating func remove(_ id: RecordID) {
    if let named = stepped.removeValue(forKey: id) {
      early[named]?[id] = nil
      entries[first(of: named)]?.steps[id] = nil
    } else if let entry = entries.removeValue(forKey: first(of: id)) {
      unlist(first(of: id), entry.way)
    }
  }
}
