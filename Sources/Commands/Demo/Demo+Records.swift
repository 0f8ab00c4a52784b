import Catalog
import Terms

// Sample records: departures over every crossing, a correction, a refused line, confirmations of entry.
extension Demo {
  /// Departures over each crossing in each direction.
  private static let perPassage = 2

  /// The stream that is shown closely: between the topology's first two countries.
  var showcase: StreamName? {
    guard let pair = topology.pairs.first, pair.countries.count == 2 else { return nil }
    return StreamName(origin: pair.countries[1], recipient: pair.countries[0], dataset: traffic.dataset)
  }

  func publishSamples() throws {
    heading("Records: departures over every crossing, published by the country whose post makes the control")
    let now = clock.now()
    var departures: [CountryCode: [Departure]] = [:]
    for passage in traffic.passages {
      for _ in 0..<Self.perPassage {
        departures[passage.acting.country, default: []].append(try traffic.departure(passage, now: now))
      }
    }
    for country in countries {
      guard let own = departures[country] else { continue }
      var lines = own.map(\.line)
      // One line more, as a scanner may give it: a digit of the document was misread.
      let misread = country == showcase?.origin ? own.first { $0.misreadZone != nil } : nil
      if let misread, let zone = misread.misreadZone {
        lines.append(misread.with([("mrz", zone), ("reference", .text("DEMO-\(country)-misread"))]))
      }
      let answer = try publish(lines, at: country, refused: misread == nil ? 0 : 1, isFirst: true)
      for (departure, id) in zip(own, answer.ids) { book.add(departure, id) }
      show("\(country): \(answer.summary)")
      if misread != nil { show("    \(answer.refusals)") }
    }
    if let country = showcase?.origin {
      let again = try istmo(["publish", "migration", file(of: country)], at: country, status: statusFailed).output
      guard again.hasPrefix("accepted 0, duplicates \(departures[country]?.count ?? 0), refused 1") else {
        throw DemoFailure("publishing the same records at \(country) again gave: \(again)")
      }
      show("\(country): the same file once more: \(again)")
    }
    try correctOne(now)
    try settle()
    try confirmEntries()
    try settle()
    show("every record is durable at the neighbour, and its signed receipt is back at the origin")
  }

  /// The first departure of the stream that is shown closely left in another car than was written down.
  private func correctOne(_ now: Instant) throws {
    guard let index = book.departures.firstIndex(where: { $0.departure.passage.stream == showcase }) else { return }
    let entry = book.departures[index]
    let corrected = try traffic.corrected(entry.departure, now: now)
    let answer = try publish(
      [corrected.with([("replaces", .text(entry.id.description))])], at: corrected.passage.acting.country)
    guard let id = answer.ids.first else { throw DemoFailure("the correction got no id") }
    book.correct(index, id, corrected)
    show("\(corrected.passage.acting.country): a correction, another plate: \(answer.summary)")
  }

  /// Whoever departed has entered, and the country of destination says so: all but one.
  private func confirmEntries() throws {
    var lines: [CountryCode: [(index: Int, line: JSONValue)]] = [:]
    let left = book.departures.lastIndex { $0.departure.passage.stream == showcase }
    for (index, entry) in book.departures.enumerated() where index != left && !entry.isConfirmed {
      guard let line = traffic.confirmation(of: entry.id, entry.departure.passage, now: clock.now()) else { continue }
      lines[entry.departure.passage.stream.recipient, default: []].append((index, line))
    }
    var count = 0
    for (country, confirmations) in lines.sorted(by: { $0.key < $1.key }) {
      let answer = try publish(confirmations.map(\.line), at: country)
      for ((index, _), id) in zip(confirmations, answer.ids) { book.confirm(index, by: id) }
      count += answer.ids.count
    }
    show("\(count) entries confirmed by the country of destination; one is left without")
  }

  // MARK: Publishing

  private func file(of country: CountryCode) -> String { folder.file("\(country).ndjson") }

  /// Publishes lines at a country, through a file that stays for those who want to try more.
  /// - Returns: the ids in order of the accepted lines.
  /// - Throws: `DemoFailure` when more or fewer lines are refused than expected.
  func publish(
    _ lines: [JSONValue], at country: CountryCode, refused: Int = 0, isFirst: Bool = false
  ) throws -> (ids: [RecordID], summary: String, refusals: String) {
    let path = isFirst ? file(of: country) : folder.file("\(country).latest.ndjson")
    try OutputFile.write(Array(lines.map { $0.json + "\n" }.joined().utf8), to: path)
    let transcript = try istmo(["publish", "migration", path, "--ids"], at: country, status: nil)
    let ids = transcript.output.split(separator: "\n").compactMap { line -> RecordID? in
      let words = line.split(separator: " ")
      return words.count == 3 && words[1] == "accepted" ? try? RecordID(words[2]) : nil
    }
    let summary = transcript.output.split(separator: "\n").last.map(String.init) ?? ""
    guard ids.count == lines.count - refused, summary.hasSuffix("refused \(refused)") else {
      throw DemoFailure("publishing at \(country): \(summary) \(transcript.complaints)")
    }
    return (ids, summary, transcript.complaints.trimmed)
  }
}

extension String {
  /// Without the newline at its end.
  fileprivate var trimmed: String { hasSuffix("\n") ? String(dropLast()) : self }
}
