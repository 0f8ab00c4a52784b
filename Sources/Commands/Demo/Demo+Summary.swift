import Catalog
import Terms

// How every agreed stream stands, seen from both ends.
extension Demo {
  /// A stream as both of its ends tell it.
  struct Standing {
    let stream: StreamName
    let origin: JSONValue?
    let recipient: JSONValue?

    /// Why it does not stand as agreed; nil when it does: in force and flowing at both ends, and all that the origin has is
    /// held by the recipient, which has signed for it.
    var fault: String? {
      guard let origin, let recipient else { return "an end does not know it" }
      for (end, side) in [("origin", origin), ("recipient", recipient)] {
        if side["in_force"] != .boolean(true) { return "not in force at the \(end): \(side.text("obstacle"))" }
        if side["flowing"] != .boolean(true) { return "not flowing at the \(end) \(side.text("problem"))" }
      }
      let size = origin.count("size")
      if origin.count("receipt_size") != size { return "\(origin.count("receipt_size")) of \(size) have a receipt" }
      if recipient.count("size") != size { return "\(recipient.count("size")) of \(size) are at the recipient" }
      return nil
    }
  }

  func standings() throws -> [Standing] {
    var ends: [CountryCode: [String: JSONValue]] = [:]
    for country in countries {
      let streams = try status(of: country).items("streams")
      ends[country] = Dictionary(streams.map { ($0.text("stream"), $0) }, uniquingKeysWith: { first, _ in first })
    }
    return streams.map { stream in
      Standing(
        stream: stream, origin: ends[stream.origin]?[stream.description],
        recipient: ends[stream.recipient]?[stream.description])
    }
  }

  /// Waits until everything published is durable at the neighbours and their receipts are back.
  func settle(seconds: Int = 60) throws {
    try wait(seconds: seconds) {
      try standings().first { $0.fault != nil }.map { "\($0.stream): \($0.fault ?? "")" }
    }
  }

  /// The table of all agreed streams, a line a pair.
  func summarise(_ started: ContinuousClock.Instant) throws {
    heading("Streams: every one in force, flowing, and with a signed receipt for all of it")
    try settle()
    for country in countries { try istmo(["status"], at: country) }
    let standings = try standings()
    var table = Table(["pair", "shares", "streams", "entries", "receipts", "lag", "state"])
    for pair in pairs {
      var (count, entries, receipts, lag): (Int, Int64, Int64, Int64) = (0, 0, 0, 0)
      for standing in standings where Set(pair.countries) == [standing.stream.origin, standing.stream.recipient] {
        if let fault = standing.fault { throw DemoFailure("\(standing.stream): \(fault)") }
        guard let origin = standing.origin else { continue }
        count += 1
        entries += origin.count("size")
        receipts += origin.count("receipt_size")
        lag += origin.count("lag_records")
      }
      table.add([
        pair.name, pair.areNeighbours ? "border" : "route", "\(count)", "\(entries)", "\(receipts)", "\(lag)",
        "flowing",
      ])
    }
    show(table.text)
    say("  An entry is a record, or the key under which a stream's records of a day are sealed.")
    say("\nAll of it holds: \(pairs.count) pairs, \(streams.count) streams, \(Self.seconds(since: started)).")
  }
}
