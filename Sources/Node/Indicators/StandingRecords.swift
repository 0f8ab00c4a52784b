import Exchange
import Ledger
import Terms

/// The records of several streams in the order of their ids, and whether they still stand. Read piece by piece: memory holds one
/// chunk of each stream, and the corrections.
struct StandingRecords {
  private struct Cursor {
    let stream: StreamName
    var index: UInt64
    let end: UInt64
    var records: ArraySlice<LogReader.Record> = []
  }

  private let reader: LogReader
  private var cursors: [Cursor] = []
  /// Records that were replaced or withdrawn.
  private var changed: Set<RecordID> = []
  /// What a replacement stands in the place of.
  private var replaced: [RecordID: RecordID] = [:]
  /// Records whose bodies were destroyed at the end of their retention.
  private(set) var erased = 0
  /// Corrections beyond the limit: what they correct is given as it was.
  private(set) var droppedCorrections = 0

  /// Corrections that are kept in mind: one in a hundred of a month's records of the largest node, several times over.
  private static let mostCorrections = 200_000
  /// Versions of one record that are followed.
  private static let mostVersions = 32

  init(_ reader: LogReader) { self.reader = reader }

  /// Adds a stream's records with ids of a span of time.
  mutating func add(_ stream: StreamName, size: UInt64, from start: Instant, until end: Instant) throws(ReadError) {
    let first = try reader.firstIndex(of: stream, notBefore: start, size: size)
    let last = try reader.firstIndex(of: stream, notBefore: end, size: size)
    if first < last { cursors.append(Cursor(stream: stream, index: first, end: last)) }
    // What came later may correct what came before: entries tell, without opening a body.
    var index = first
    while index < size, let chunk = try reader.store.readChunk(stream, index, .entries) {
      let entries = try reader.entries(of: chunk, in: stream)
      for entry in entries.entries { note(entry) }
      guard chunk.end > index else { return }
      index = chunk.end
    }
  }

  private mutating func note(_ entry: Entry) {
    let earlier: RecordID
    switch entry.kind {
    case .replaces(let id): (earlier, replaced[entry.id]) = (id, id)
    case .withdraws(let id): earlier = id
    default: return
    }
    guard changed.count < Self.mostCorrections else {
      replaced[entry.id] = nil
      return droppedCorrections += 1
    }
    changed.insert(earlier)
  }

  /// One record.
  struct Found {
    let record: LogReader.Record
    /// The ids of its earlier versions.
    let earlier: [RecordID]
    /// Whether nothing replaced or withdrew it.
    let stands: Bool
  }

  /// The next record; nil when there are no more. Withdrawals are none.
  mutating func next() throws(ReadError) -> Found? {
    while true {
      for place in cursors.indices { try fill(place) }
      let first = cursors.indices.filter { !cursors[$0].records.isEmpty }
        .min { a, b in
          guard let x = cursors[a].records.first?.entry.id, let y = cursors[b].records.first?.entry.id else {
            return false
          }
          return x < y
        }
      guard let first, let record = cursors[first].records.popFirst() else { return nil }
      if case .withdraws = record.entry.kind { continue }
      var earlier: [RecordID] = []
      while let id = replaced[earlier.last ?? record.entry.id], earlier.count < Self.mostVersions { earlier.append(id) }
      return Found(record: record, earlier: earlier, stands: !changed.contains(record.entry.id))
    }
  }

  private mutating func fill(_ place: Int) throws(ReadError) {
    while cursors[place].records.isEmpty, cursors[place].index < cursors[place].end {
      let (start, end) = (cursors[place].index, cursors[place].end)
      let piece = try reader.records(cursors[place].stream, chunkAt: start)
      erased += piece.erased
      cursors[place].records = piece.records.filter { start <= $0.locator.index && $0.locator.index < end }[...]
      cursors[place].index = max(piece.end, start + 1)
    }
  }
}
