import Catalog
import Glibc
import HTTP
import Programs
import Terms

/// Alerts as posts know them: how long until an alert and a record have found each other, on both sides and in either order, and what an
/// arriving record costs, with few and with many alerts open.
enum Alerts {
  private static let rounds = 60
  /// Records of one load that no alert is on.
  private static let quiet = 20_000

  static func measure(_ pair: Pair) throws {
    let system = try pair.system("SV")
    var open = 0
    var next = 50_000_000
    for count in [10, 1_000, 10_000] {
      var lines: [UInt8] = []
      while open < count {
        lines += alert("Z\(open)") + [0x0A]
        open += 1
      }
      try system.publish(lines, of: "risk-alerts")
      // One that hits what comes after it: all before it are watched for then.
      try hit(pair, system, number: next, alertFirst: true)
      next += 1
      for (name, alertFirst) in [("record", true), ("alert", false)] {
        var times = ["SV": Times(), "GT": Times()]
        for _ in 0..<rounds {
          for (country, time) in try hit(pair, system, number: next, alertFirst: alertFirst) {
            times[country]?.add(time)
          }
          next += 1
        }
        for country in ["SV", "GT"] {
          Report.times("hit_of_new_\(name)_\(country)_\(count)_open", times[country] ?? Times())
        }
      }
      let before = ["SV", "GT"].map { pair.nodes[$0]?.processorTime ?? .zero }
      let (held, first) = (try pair.system("GT").size(), next)
      try system.publish(Departures.lines(first..<first + quiet))
      next += quiet
      try pair.wait(try pair.system("GT"), for: held + UInt64(quiet), every: 20_000)
      for (place, country) in ["SV", "GT"].enumerated() {
        let used = (pair.nodes[country]?.processorTime ?? .zero) - before[place]
        Report.figure("record_\(country)_\(count)_open_us", used / .microseconds(1) / Double(quiet))
      }
    }
  }

  /// An alert and a record that it is on, one after the other; gives how long after the later one each side had noted the hit.
  @discardableResult
  private static func hit(
    _ pair: Pair, _ system: System, number: Int, alertFirst: Bool
  ) throws -> [String: Duration] {
    let digits = String(number)
    let plate = "P" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    let clients = try ["SV", "GT"].map { ($0, try pair.system($0)) }
    let before = try clients.map { try $0.1.size(of: "\($0.0)/\($0.0)/hits") }
    let (alerts, records) = ("SV/GT/risk-alerts", "SV/GT/migration")
    let gt = clients[1].1
    func publish(_ lines: [UInt8], _ dataset: String, _ stream: String, isLater: Bool) throws {
      let held = try gt.size(of: stream)
      try system.publish(lines, of: dataset)
      // The earlier one is at both before the later one comes.
      if !isLater { try pair.wait(gt, for: held + 1, of: stream, every: 500) }
    }
    let (one, other) = (alert(plate), Departures.line(number))
    if alertFirst {
      try publish(one, "risk-alerts", alerts, isLater: false)
      usleep(50_000)
      try publish(other, "migration", records, isLater: true)
    } else {
      try publish(other, "migration", records, isLater: false)
      try publish(one, "risk-alerts", alerts, isLater: true)
    }
    let start = ContinuousClock.now
    var times: [String: Duration] = [:]
    let deadline = start + .seconds(60)
    while times.count < clients.count {
      for (place, (country, client)) in clients.enumerated() where times[country] == nil {
        if try client.size(of: "\(country)/\(country)/hits") > before[place] { times[country] = .now - start }
      }
      guard ContinuousClock.now < deadline else { throw ChildError("no hit within a minute") }
    }
    return times
  }

  private static func alert(_ plate: String) -> [UInt8] {
    let now = Instant(milliseconds: Int64(time(nil)) * 1000)
    let line =
      #"{"event":"issued","route":["GT","SV"],"time":"\#(now.wholeSeconds)","subject":"plate","#
      + #""plate":{"country":"SV","text":"\#(plate)"},"severity":"inspect","code":"R-7","instruction":"Revisar.","#
      + #""expires":"\#(now.advanced(byMilliseconds: 86_400_000).wholeSeconds)"}"#
    return Array(line.utf8)
  }
}
