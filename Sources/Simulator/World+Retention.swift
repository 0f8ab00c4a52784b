import Exchange
import Ledger
import Terms

// What must hold at the end of a run in which days went by.
extension World {
  /// Of every stream a node holds: what can be read is what was published and is within its days; what cannot was erased when its
  /// time was over, and an entry says so.
  func checkErased(_ country: CountryCode) throws {
    let node = try node(country)
    let reader = node.reader(realm)
    // Erasing is looked for within seconds of midnight; days do not go by at the end of a run.
    let now = clock.now(at: country)
    var noted: Set<Digest> = []
    if let log = Retention.log(of: country) { try each(of: log, reader) { _, entry in noted.insert(entry.commitment) } }
    for stream in try reader.streams() where agreements.datasets.contains(stream.dataset) {
      let days = stream.isHome ? SimulatedAgreements.shortDays + 1 : SimulatedAgreements.shortDays
      var said: [UInt32: Int] = [:]
      var gone: Set<RecordID> = []
      try each(of: stream, reader) { index, entry in
        if case .erased(let number) = entry.kind { said[number, default: 0] += 1 }
        guard entry.hasBody else { return }
        let end = Retention.end(ofDay: CalendarDay(of: entry.id.time).daysSinceEpoch, keptDays: days)
        let isErased = try reader.vault.isErased(stream, at: index)
        if isErased {
          gone.insert(entry.id)
          erasedCount += 1
          guard end <= now else { throw Violation("\(stream) at \(country) lost \(entry.id) before its time") }
        } else if end.advanced(byMilliseconds: 5000) < now {
          throw Violation("\(stream) at \(country) still has the key of \(entry.id)")
        }
      }
      for epoch in try reader.vault.epochs(of: stream) where epoch.isErased {
        let inStream = stream.origin == country ? said[epoch.number] ?? 0 : 0
        said[epoch.number] = max(0, inStream - 1)
        guard inStream > 0 || noted.contains(Retention.commitment(to: epoch, of: stream, in: realm)) else {
          throw Violation("\(stream) at \(country): no entry says that \(epoch.number) was erased")
        }
      }
      guard stream.origin == country || stream.recipient == country, stream.isHome || stream.recipient == country else {
        continue
      }
      var readable: Set<RecordID> = []
      for record in try records(of: stream, at: node) {
        readable.insert(record.entry.id)
        guard !stream.isHome || checker.handings[country]?[key(of: record, stream)] != nil else {
          throw Violation("\(stream) holds \(record.entry.id), which nobody published")
        }
      }
      guard readable.isDisjoint(with: gone) else { throw Violation("\(stream): what was erased can be read") }
      guard stream.isHome else { continue }
      for (id, draft) in checker.accepted[country] ?? [:]
      where draft.dataset == stream.dataset && !readable.contains(id) && !gone.contains(id) {
        throw Violation("\(stream) lost \(id), which was accepted")
      }
    }
  }

  /// Whether a key whose time is over is on the disk of a node: what its core has begun may not be durable yet.
  func hasDueKeys(_ node: SimulatedNode) throws -> Bool {
    guard plan.dayEvery != nil else { return false }
    let reader = node.reader(realm)
    for stream in try reader.streams() where agreements.datasets.contains(stream.dataset) {
      let days = stream.isHome ? SimulatedAgreements.shortDays + 1 : SimulatedAgreements.shortDays
      for epoch in try reader.vault.epochs(of: stream) where !epoch.isErased {
        if Retention.end(ofDay: Int64(epoch.number), keptDays: days) <= clock.now(at: node.country) { return true }
      }
    }
    return false
  }

  private func each(of stream: StreamName, _ reader: LogReader, _ body: (UInt64, Entry) throws -> Void) throws {
    let size = try reader.state(of: stream).size
    var index: UInt64 = 0
    while index < size, let chunk = try reader.store.chunk(of: stream, containing: index) {
      for (position, entry) in try reader.entries(of: chunk, in: stream).entries.enumerated() {
        try body(index + UInt64(position), entry)
      }
      index = chunk.end
    }
  }
}
