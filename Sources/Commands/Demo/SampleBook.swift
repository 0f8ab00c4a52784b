import Terms

/// What was published, so that what neighbours answer can be compared with it.
struct SampleBook {
  /// A departure with the id that publishing it gave.
  struct Entry {
    let id: RecordID
    let departure: Departure
    var isConfirmed = false
  }

  /// Departures that count, in the order of publishing.
  private(set) var departures: [Entry] = []
  /// All ids of a stream's records, replaced ones and confirmations too.
  private(set) var ids: [StreamName: [RecordID]] = [:]
  private var replaced: [StreamName: Int] = [:]

  /// Records of a stream that a lookup shows: all but the replaced ones.
  func shown(_ stream: StreamName) -> Int { (ids[stream]?.count ?? 0) - (replaced[stream] ?? 0) }

  mutating func add(_ departure: Departure, _ id: RecordID) {
    departures.append(Entry(id: id, departure: departure))
    ids[departure.passage.stream, default: []].append(id)
  }

  mutating func correct(_ index: Int, _ id: RecordID, _ departure: Departure) {
    let stream = departure.passage.stream
    departures[index] = Entry(id: id, departure: departure)
    ids[stream, default: []].append(id)
    replaced[stream, default: 0] += 1
  }

  mutating func confirm(_ index: Int, by id: RecordID) {
    departures[index].isConfirmed = true
    let stream = departures[index].departure.passage.stream
    let back = StreamName(origin: stream.recipient, recipient: stream.origin, dataset: stream.dataset)
    ids[back, default: []].append(id)
  }
}
