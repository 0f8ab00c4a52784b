import Catalog
import Terms
import Traffic

/// What was published, so that what neighbours answer can be compared with it.
struct DemoBook {
  /// Every record that was accepted, in the order of publishing.
  private(set) var published: [TrafficPublisher.Published] = []
  /// Records of a stream that were published beside the traffic, as a correction is.
  private(set) var others: [StreamName: [RecordID]] = [:]
  private let terms: [StreamName: StreamTerms]

  init(_ topology: Topology) {
    terms = Dictionary(
      topology.pairs.flatMap(\.streams).map { ($0.stream, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func add(_ records: [TrafficPublisher.Published]) { published += records }
  mutating func add(_ id: RecordID, to streams: [StreamName]) {
    for stream in streams { others[stream, default: []].append(id) }
  }

  /// The records that an agreed stream carries.
  func records(of stream: StreamName) -> [TrafficPublisher.Published] {
    guard let terms = terms[stream] else { return [] }
    return published.filter { $0.record.isAdmitted(by: terms) }
  }

  /// The ids that an agreed stream carries.
  func ids(of stream: StreamName) -> Set<RecordID> {
    Set(records(of: stream).map(\.id) + (others[stream] ?? []))
  }

  /// The streams by which a record leaves its country.
  func streams(of record: TrafficRecord) -> [StreamName] {
    terms.values.filter { $0.mode == .replicate && record.isAdmitted(by: $0) }.map(\.stream)
  }
}
