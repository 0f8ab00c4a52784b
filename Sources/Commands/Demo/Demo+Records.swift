import Catalog
import Terms
import Traffic

// Sample records: one of everything over every route, a correction, refused and repeated lines.
extension Demo {
  /// The stream that is shown closely: migration between the topology's first two countries.
  var showcase: StreamName? {
    guard let pair = pairs.first, pair.countries.count == 2, let dataset = try? DatasetName("migration") else {
      return nil
    }
    return StreamName(origin: pair.countries[1], recipient: pair.countries[0], dataset: dataset)
  }

  func publishSamples() throws {
    heading(
      "Records: a truck on each route, travellers, and what authorities tell, published by the country it is up to")
    let day = TrafficPlan.yesterday(clock.now(), days: 1)
    var records = Array(TrafficGenerator(topology, TrafficPlan(firstDay: day, scale: 0, isCovering: true)))
    // One departure is left without a confirmation.
    if let stream = showcase, let last = records.lastIndex(where: { Self.isConfirmation($0, of: stream) }) {
      records.remove(at: last)
    }
    book.add(try publisher.publish(records))
    for country in countries {
      let own = Dictionary(grouping: book.published.filter { $0.record.origin == country }) { $0.record.dataset }
      let counts = own.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.count)" }
      if !counts.isEmpty { show("\(country): \(counts.joined(separator: ", "))") }
    }
    try publishAgain()
    try correctOne()
    try settle()
    show("every record is durable where it belongs, and its signed receipt is back at its origin")
  }

  private static func isConfirmation(_ record: TrafficRecord, of stream: StreamName) -> Bool {
    record.origin == stream.recipient && record.dataset == stream.dataset
      && record.refers?.hasPrefix("\(stream.origin)-") == true
  }

  /// The departures that the stream shown closely carries.
  private var departures: [TrafficPublisher.Published] {
    guard let stream = showcase else { return [] }
    return book.records(of: stream).filter { $0.record.line["event"]?.string == "departure" }
  }

  /// The same lines once more through the command line, and one as a scanner may give it: a digit was misread.
  private func publishAgain() throws {
    guard let stream = showcase, !departures.isEmpty else { return }
    var lines = departures.map(\.record.line)
    let misread = lines.lazy.compactMap { line in Self.misreadZone(line).map { line.with([("mrz", $0)]) } }.first
    if let misread { lines.append(misread.with([("reference", "DEMO-misread")])) }
    let refused = misread == nil ? 0 : 1
    let answer = try publish(
      lines, at: stream.origin, expecting: "accepted 0, duplicates \(departures.count), refused \(refused)")
    show("\(stream.origin): the departures to \(stream.recipient) once more: \(answer.summary)")
    if refused > 0 { show("    \(answer.refusals)") }
  }

  /// A traveller left in another car than was written down.
  private func correctOne() throws {
    guard let stream = showcase, let entry = departures.last else { return }
    let plate: JSONValue = ["country": .text(stream.origin.description), "text": "P 271-828"]
    let line = entry.record.line.with([
      ("vehicle", plate), ("replaces", .text(entry.id.description)), ("reference", "DEMO-correction"),
    ])
    let answer = try publish([line], at: stream.origin, expecting: "accepted 1, duplicates 0, refused 0")
    guard let id = answer.ids.first else { throw DemoFailure("the correction got no id") }
    book.add(id, to: book.streams(of: entry.record))
    correction = (entry.id, id)
    show("\(stream.origin): a correction, another plate: \(answer.summary)")
  }

  /// Publishes departures by the command line, through a file that stays for those who want to try more.
  private func publish(
    _ lines: [JSONValue], at country: CountryCode, expecting expected: String
  ) throws -> (ids: [RecordID], summary: String, refusals: String) {
    let path = folder.file("\(country).ndjson")
    try OutputFile.write(Array(lines.map { $0.json + "\n" }.joined().utf8), to: path)
    let transcript = try istmo(["publish", "migration", path, "--ids"], at: country, status: nil)
    let said = transcript.output.split(separator: "\n").map(String.init)
    let ids = said.compactMap { line -> RecordID? in
      let words = line.split(separator: " ")
      return words.count == 3 && words[1] == "accepted" ? try? RecordID(words[2]) : nil
    }
    guard let summary = said.last, summary == expected else {
      throw DemoFailure("publishing at \(country): \(said.last ?? "") \(transcript.complaints)")
    }
    return (ids, summary, String(transcript.complaints.trimmingSuffix(while: { $0 == "\n" })))
  }

  /// A machine-readable zone with one digit read wrongly; nil when the record has none.
  static func misreadZone(_ line: JSONValue) -> JSONValue? {
    guard let zone = line["mrz"]?.string, let digit = zone.lastIndex(where: { "1" <= $0 && $0 <= "8" }) else {
      return nil
    }
    return .text("\(zone[..<digit])9\(zone[zone.index(after: digit)...])")
  }
}

extension JSONValue {
  /// The object with these members added, or in the place of those of the same name.
  func with(_ changes: [(name: String, value: JSONValue)]) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(
      members.filter { member in !changes.contains { $0.name == member.name } }
        + changes.map { Member(name: $0.name, value: $0.value) })
  }
}

extension String {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
    return self[..<end]
  }
}
