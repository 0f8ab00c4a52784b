import Catalog
import Exchange
import Ledger
import Terms

// What the watch does of tags: each read is compared with the registry and with the latest reads of the same tag, by the index.
extension AlertWatch {
  /// Datasets whose records may raise an alarm of a tag.
  static let tagDatasets: Set<String> = [TagAlarm.reads, TagAlarm.units]
  /// Reads, and records of the registry, of one tag that are looked at for one alarm, the newest.
  static let mostOfOneTag = 32
  /// How long before a start reads are looked at again, in hours, and how many of one stream: what a crash kept from being raised.
  static let hoursBack: Int64 = 24
  static let mostReadAgain: UInt64 = 50_000

  /// Raises what new reads and new records of the registry show.
  func raiseTagAlarms(_ work: Work) throws {
    guard let tagAlarmDefinition else { return }
    var places = work.tagged
    if work.mustLookAnew {
      let since = clock.now().advanced(byMilliseconds: -Self.hoursBack * 3_600_000)
      let reads = registry.topology.definition(named: TagAlarm.reads)?.dataset
      for stream in reads.map({ reader.streams(of: $0, to: country) }) ?? [] {
        let size = try reader.state(of: stream).size
        let first = max(
          try reader.firstIndex(of: stream, notBefore: since, size: size), size - min(size, Self.mostReadAgain))
        places[stream] = min(places[stream] ?? first, first)
      }
    }
    var raised: [JSONValue] = []
    for (stream, first) in places.sorted(by: { $0.key < $1.key }) {
      let size = try reader.state(of: stream).size
      var index = first
      while index < size, !isStopping {
        let piece = try reader.records(stream, chunkAt: index)
        for record in piece.records where record.locator.index >= index {
          guard let statement = registry.statement(of: record), let epc = statement.text("epc") else { continue }
          raised += try alarms(of: epc, by: statement, in: stream)
          if raised.count >= PublishSession.batchLines { try note(&raised, tagAlarmDefinition) }
        }
        index = piece.end
      }
    }
    try note(&raised, tagAlarmDefinition)
  }

  /// What a read shows; or what a record of the registry shows of the tag's last read, when that was not long ago.
  private func alarms(
    of epc: String, by statement: Statement, in stream: StreamName
  ) throws(ReadError) -> [JSONValue] {
    var reads = try tagged(TagAlarm.reads, epc)
    let units = try tagged(TagAlarm.units, epc).map(\.statement)
    let read: Statement
    var place = stream
    if statement.dataset == TagAlarm.reads {
      // More reads may have come since than are looked at: this one is always among them.
      if !reads.contains(where: { $0.statement.id == statement.id }) { reads.append((statement, stream)) }
      read = statement
    } else {
      let since = clock.now().advanced(byMilliseconds: -Self.hoursBack * 3_600_000)
      guard let last = Self.latest(of: reads), last.statement.time >= since else { return [] }
      (read, place) = last
    }
    return TagAlarm.raised(by: read, units: units, reads: reads.map(\.statement), ways: ways).map { alarm in
      var (read, place) = (read, place)
      if alarm.kind == .clone || alarm.kind == .impossible,
        let last = Self.latest(of: reads.filter({ alarm.records.contains($0.statement.id) }))
      {
        // Of two reads the later one raises it: which of them came first is chance.
        (read, place) = last
      }
      var members: [JSONValue.Member] = [
        .init(name: "alarm", value: .text(alarm.kind.rawValue)), .init(name: "epc", value: .text(epc)),
        .init(name: "read", value: .text(read.id.description)), .init(name: "stream", value: .text(place.description)),
        .init(name: "time", value: .text(read.time.description)),
        .init(name: "words", value: .text(ShownText.line(alarm.words, longest: 300))),
      ]
      for name in ["crossing", "post"] {
        if let value = read.text(name) { members.append(.init(name: name, value: .text(value))) }
      }
      // One for each kind, tag, crossing and day: antennas read a tag many times while it passes.
      let day = CalendarDay(of: read.time)
      let reference = "\(alarm.kind.rawValue)/\(epc)/\(read.text("crossing") ?? "-")/\(day)"
      members.append(.init(name: "reference", value: .text(ShownText.line(reference, longest: 128))))
      return .object(members)
    }
  }

  private static func latest(
    of reads: [(statement: Statement, stream: StreamName)]
  ) -> (statement: Statement, stream: StreamName)? {
    reads.max { ($0.statement.time, $0.statement.id) < ($1.statement.time, $1.statement.id) }
  }

  /// The newest records of a dataset that are of a tag, with their streams.
  private func tagged(
    _ name: String, _ epc: String
  ) throws(ReadError) -> [(statement: Statement, stream: StreamName)] {
    guard let definition = registry.topology.definition(named: name), definition.searchNames.contains("epc") else {
      return []
    }
    let key = keys.blindKey(dataset: definition.dataset, field: "epc", value: Array(epc.utf8))
    var found: [(Statement, StreamName)] = []
    for locator in try reader.store.readLocations(key, 1...Int32.max, Self.mostOfOneTag)
    where locator.stream.recipient == country && locator.stream.dataset == definition.dataset {
      guard let record = try opened(locator), let statement = registry.statement(of: record),
        statement.text("epc") == epc
      else { continue }
      found.append((statement, locator.stream))
    }
    return found
  }

  /// Makes alarms durable, in batches. One that was raised before is refused or a duplicate, by its reference.
  private func note(_ raised: inout [JSONValue], _ definition: Definition) throws {
    defer { raised = [] }
    var count = 0
    for first in stride(from: 0, to: raised.count, by: PublishSession.batchLines) {
      let batch = raised[first..<min(first + PublishSession.batchLines, raised.count)]
      count += try keep(batch, of: definition, called: "an alarm")
    }
    if count > 0 { log(.info, "alerts", "\(count) new alarm\(count == 1 ? "" : "s") of tags") }
  }
}
