import Catalog
import Node
import Terms
import Traffic

// What officers see: the neighbour's records, what is missing, one truck's way, and who looked.
extension Demo {
  private static let purpose = "demonstration"

  private func officer(_ country: CountryCode, _ role: String) -> [String] {
    ["--officer", "\(country.description.lowercased())-17", "--role", role, "--purpose", Self.purpose]
  }

  func askNeighbours() throws {
    heading("Lookups: each country asks for what the others recorded and agreed to show")
    if let stream = showcase, let correction {
      let answer = try istmo(
        ["query", "migration", "--from", "\(stream.origin)", "--where", "vehicle=P271828"]
          + officer(stream.recipient, "migration-officer"), at: stream.recipient, isShown: true)
      show(answer.output)
      guard answer.output.contains(correction.corrected.description) else {
        throw DemoFailure("the corrected record was not found by its plate")
      }
    }
    for terms in carrying { try ask(terms) }
    show("all \(carrying.count) streams answer at the neighbour with all records, their source and \"as of\"")
    try askForQueried()
    try findUnmatched()
    try findTraces()
  }

  /// Everything a stream holds, asked for at its recipient.
  private func ask(_ terms: StreamTerms) throws {
    let stream = terms.stream
    let lines = try json(
      ["query", "\(stream.dataset)", "--from", "\(stream.origin)", "--limit", "1000", "--history"]
        + officer(stream.recipient, terms.readingRole), at: stream.recipient)
    let sources = lines.last?["answer"]?.items("sources") ?? []
    guard let source = sources.first(where: { $0.text("stream") == stream.description }),
      let asOf = source["as_of"]?.string.flatMap({ try? Instant($0) })
    else { throw DemoFailure("\(stream): the answer names no source with an \"as of\"") }
    guard abs(clock.now().milliseconds(since: asOf)) < 60_000 else {
      throw DemoFailure("\(stream): the answer is as of \(asOf.wholeSeconds)")
    }
    let found = Set(lines.dropLast().compactMap { try? RecordID($0.text("id")) })
    let expected = book.ids(of: stream)
    guard !expected.isEmpty else { throw DemoFailure("\(stream) carries nothing") }
    guard found == expected else {
      throw DemoFailure("\(stream): \(found.count) records found, \(expected.count) belong there")
    }
  }

  /// What is kept by its origin until asked for comes over the link, all of it and nothing else.
  private func askForQueried() throws {
    let queried = pairs.flatMap(\.streams).filter { $0.mode == .query }.sorted { $0.stream < $1.stream }
    var count = 0
    for terms in queried {
      let stream = terms.stream
      let lines = try json(
        ["query", "\(stream.dataset)", "--from", "\(stream.origin)", "--limit", "500", "--history"]
          + officer(stream.recipient, terms.readingRole), at: stream.recipient)
      let source = lines.last?["answer"]?.items("sources").first { $0.text("stream") == stream.description }
      guard let source, source["live"]?["answered"] == .boolean(true) else {
        throw DemoFailure(
          "\(stream) is kept by its origin, which did not answer: \(lines.last?["answer"]?.json ?? "nothing")")
      }
      let found = Set(lines.dropLast().compactMap { try? RecordID($0.text("id")) })
      guard found == book.ids(of: stream) else {
        throw DemoFailure("\(stream): \(found.count) records answered, \(book.ids(of: stream).count) belong there")
      }
      count += found.count
    }
    if !queried.isEmpty {
      show("\(queried.count) streams more are kept by their origin, which answers over the link: \(count) records")
    }
  }

  /// Departures whose entry nobody confirmed, by both the answer and what was published.
  private func findUnmatched() throws {
    guard let stream = showcase else { return }
    let lines = try json(
      ["query", "migration", "--from", "\(stream.origin)", "--unmatched", "--limit", "1000"]
        + officer(stream.recipient, "migration-officer"), at: stream.recipient)
    let answered = Set(book.published.compactMap(\.record.refers))
    let expected = book.records(of: stream).filter {
      $0.record.line["decision"]?.string == "admit" && $0.record.line["to"]?.string == stream.recipient.description
        && !answered.contains($0.record.reference)
    }.map { $0.id == correction?.first ? correction?.corrected ?? $0.id : $0.id }
    guard Set(lines.dropLast().map { $0.text("id") }) == Set(expected.map(\.description)) else {
      throw DemoFailure("\(stream): --unmatched gave \(lines.count - 1) departures, \(expected.count) are unmatched")
    }
    guard !expected.isEmpty else { throw DemoFailure("\(stream): nobody is unmatched, which proves nothing") }
    show("\(stream) --unmatched: \(expected.count) departed and never entered")
  }

  /// Each country sees who read its records, of every dataset that was asked for.
  private func findTraces() throws {
    try settle()
    for owner in countries {
      let lines = try json(["lookups", "--about", "\(owner)", "--limit", "10000"], at: owner)
      let seen = Set(lines.map { "\($0.text("country")) \($0.text("dataset"))" })
      for terms in carrying where terms.stream.origin == owner {
        guard seen.contains("\(terms.stream.recipient) \(terms.stream.dataset)") else {
          throw DemoFailure("\(owner) does not see that \(terms.stream.recipient) read its \(terms.stream.dataset)")
        }
      }
    }
    guard let stream = showcase else { return }
    show(
      try istmo(["lookups", "--about", "\(stream.origin)", "--limit", "3"], at: stream.origin, isShown: true).output)
    show("every country sees who read its records, of every dataset that another may read")
  }

  // MARK: One truck

  /// The crossing file of a truck on the longest route, as customs sees it in the middle of it.
  func followOneTruck() throws {
    // On a route whose countries all exchange with each other.
    let declarations = book.published.filter { entry in
      let route = Self.route(entry)
      return entry.record.line["event"]?.string == "declared"
        && route.allSatisfy { a in route.allSatisfy { b in a == b || arePair(a, b) } }
    }
    guard let longest = declarations.max(by: { Self.route($0).count < Self.route($1).count }),
      let plate = longest.record.keys.first(where: { $0.name == "plate" })?.value.string
    else { return }
    let route = Self.route(longest)
    guard let country = countries.first(where: { $0.description == route[route.count / 2] }) else { return }
    heading(
      "Crossing file: one truck from \(route.first ?? "") to \(route.last ?? ""), as customs of \(country) sees it")
    let words = ["crossing", plate] + officer(country, "customs-officer")
    say("  $ istmo \((words + ["--home", folder.home(country)]).map(Self.quoted).joined(separator: " "))")
    let lines = try json(words, at: country)
    var table = Table(["time", "source", "dataset", "what"])
    var (sources, datasets): (Set<String>, Set<String>) = ([], [])
    for word in lines.first?["heading"]?.items("words") ?? [] { show(word.string ?? "") }
    // Between the heading and the answer.
    let records = lines.filter { $0["record"] != nil }
    for line in records {
      let dataset = line.text("stream").split(separator: "/").last.map(String.init) ?? ""
      sources.insert(line.text("source"))
      datasets.insert(dataset)
      let record = line["record"] ?? nil
      let what = ["event", "subject", "direction", "duca", "number", "post"].compactMap { record[$0]?.string }
      table.add([line.text("time"), line.text("source"), dataset, what.joined(separator: " ")])
    }
    show(table.text)
    for reason in (lines.last?["answer"]?.items("withheld") ?? []).prefix(2) {
      show("withheld: \(reason.string ?? "")")
    }
    guard sources.count >= min(3, route.count), datasets.isSuperset(of: ["manifests", "certificates"]) else {
      throw DemoFailure("\(country) sees of \(plate) \(datasets.sorted()) of \(sources.sorted()) only")
    }
    show("\(records.count) records of \(sources.count) countries, \(datasets.count) datasets, in one timeline")
  }

  private func arePair(_ a: String, _ b: String) -> Bool {
    pairs.contains { Set($0.countries.map(\.description)) == [a, b] }
  }

  private static func route(_ entry: TrafficPublisher.Published) -> [String] {
    entry.record.line.items("route").compactMap(\.string)
  }
}

extension StreamTerms {
  /// A role in which a person may look the stream up: nobody has that of aggregates.
  var readingRole: String { roles.first { $0 != IndicatorRequest.role } ?? usualRole }
}
