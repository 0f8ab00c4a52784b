import Exchange
import Ledger
import Terms

// What is not there must have been erased, when its time was over, and an entry must say so.
extension StoreVerifier {
  /// A record without its body under a key that is here: it came so, when its time was over, or somebody took it.
  func checkMissing(
    _ name: StreamName, at index: UInt64, _ context: EntryContext, _ report: inout Report
  ) throws(ReadError) {
    for entry in try reader.unexplained(name, chunkAt: index) {
      let days = name.isHome ? nil : terms(name, context.agreement).map(registry.keptDays(under:))
      let day = CalendarDay(of: entry.id.time).daysSinceEpoch
      if let days, Retention.end(ofDay: day, keptDays: days) <= now { continue }
      report.problems.append("\(name): the body of \(entry.id) is missing, and was not erased")
    }
  }

  /// Every key that was destroyed has its entry: in the stream, where this country signs it, or in its own log of erasures.
  func checkErasures(_ name: StreamName, _ epochs: [EpochRecord], _ report: inout Report) throws(ReadError) {
    let gone = epochs.filter(\.isErased)
    guard !gone.isEmpty, let log = Retention.log(of: country) else { return }
    // Read now: a node in use may have erased something since the walk began.
    var said: [UInt32: Int] = [:]
    if name.origin == country {
      try each(of: name) { if case .erased(let number) = $0.kind { said[number, default: 0] += 1 } }
    }
    var noted: Set<Digest> = []
    try each(of: log) { if case .erased = $0.kind { noted.insert($0.commitment) } }
    for epoch in gone {
      if let count = said[epoch.number], count > 0 {
        said[epoch.number] = count - 1
      } else if !noted.contains(Retention.commitment(to: epoch, of: name, in: realm)) {
        report.problems.append(
          "\(name): the key of \(CalendarDay(daysSinceEpoch: Int64(epoch.number))) from entry \(epoch.first) on is gone, and no "
            + "entry says that it was erased")
      }
    }
  }

  private func each(of name: StreamName, _ body: (Entry) -> Void) throws(ReadError) {
    let size = try reader.state(of: name).size
    var index: UInt64 = 0
    while index < size, let chunk = try reader.store.readChunk(name, index), chunk.end > index {
      for entry in try reader.entries(of: chunk, in: name).entries { body(entry) }
      index = chunk.end
    }
  }
}
