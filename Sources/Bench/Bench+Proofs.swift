import Catalog
import Programs

extension Bench {
  /// Crossing files, evidence, and the whole store's check; of what `catchUp` left there.
  static func prove(_ pair: Pair, _ records: Int) throws {
    let access = pair.access("GT")
    for clients in [1, 8] {
      try Clients.measure("crossing", clients: clients, seconds: 3, access) { system, client, round in
        try system.crossing(Departures.document(among: records, client: client, round: round))
      }
    }
    let system = try pair.system("GT")
    var (made, file) = (Times(), [UInt8]())
    for round in 0..<200 {
      let answer = try system.lookUp(Departures.document(among: records, client: 3, round: round))
      guard let line = answer.split(separator: 0x0A).first,
        let id = try JSONValue(parsing: Array(line))["id"]?.string
      else { throw ChildError("a lookup without an id") }
      let start = ContinuousClock.now
      file = try system.evidence(of: id)
      made.add(.now - start)
    }
    Report.times("evidence", made)
    Report.figure("evidence_bytes", Double(file.count))
    let path = "\(pair.folder)/record.evidence"
    try TextFile.write(file, to: path)
    var checked = Times()
    for _ in 0..<20 {
      let start = ContinuousClock.now
      try Child.run(pair.istmo, ["evidence", "verify", path], log: "\(pair.folder)/log")
      checked.add(.now - start)
    }
    Report.times("evidence_verify", checked)
    let entries = Double(try system.size())
    let start = ContinuousClock.now
    try pair.command("GT", ["verify"])
    Report.figure("verify_per_s", entries / ((.now - start) / .seconds(1)))
  }
}
