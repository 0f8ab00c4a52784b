import Catalog
import Terms

// What officers see: the neighbour's records, what is missing, and who looked.
extension Demo {
  private static let purpose = "demonstration"

  private func officer(_ country: CountryCode) -> [String] {
    ["--officer", "\(country.description.lowercased())-17", "--purpose", Self.purpose]
  }

  func askNeighbours() throws {
    heading("Lookups: each country asks for what its neighbours recorded")
    if let stream = showcase, let entry = book.departures.first(where: { $0.departure.passage.stream == stream }) {
      let answer = try istmo(
        ["query", "migration", "--from", "\(stream.origin)", "--where", "vehicle=\(entry.departure.plate)"]
          + officer(stream.recipient), at: stream.recipient, isShown: true)
      show(answer.output)
      guard answer.output.contains(entry.id.description) else {
        throw DemoFailure("the corrected record was not found by its plate")
      }
    }
    for stream in migrations { try ask(stream) }
    show("all \(migrations.count) streams answer at the neighbour with all records, their source and \"as of\"")
    try findUnmatched()
    try findTraces()
  }

  /// Everything a stream holds, asked for at its recipient.
  private func ask(_ stream: StreamName) throws {
    let lines = try json(
      ["query", "migration", "--from", "\(stream.origin)", "--limit", "1000"] + officer(stream.recipient),
      at: stream.recipient)
    let sources = lines.last?["answer"]?.items("sources") ?? []
    guard let source = sources.first(where: { $0.text("stream") == stream.description }),
      let asOf = source["as_of"]?.string.flatMap({ try? Instant($0) })
    else { throw DemoFailure("\(stream): the answer names no source with an \"as of\"") }
    guard abs(clock.now().milliseconds(since: asOf)) < 60_000 else {
      throw DemoFailure("\(stream): the answer is as of \(asOf.wholeSeconds)")
    }
    let found = Set(lines.dropLast().map { $0.text("id") })
    guard found.count == book.shown(stream) else {
      throw DemoFailure("\(stream): \(found.count) records found, \(book.shown(stream)) were published")
    }
    for entry in book.departures where entry.departure.passage.stream == stream {
      guard found.contains(entry.id.description) else { throw DemoFailure("\(stream): \(entry.id) was not found") }
    }
  }

  /// The one departure whose entry nobody confirmed.
  private func findUnmatched() throws {
    guard let stream = showcase else { return }
    let lines = try json(
      ["query", "migration", "--from", "\(stream.origin)", "--unmatched"] + officer(stream.recipient),
      at: stream.recipient)
    let expected = book.departures.filter { $0.departure.passage.stream == stream && !$0.isConfirmed }.map(\.id)
    guard lines.dropLast().map({ $0.text("id") }) == expected.map(\.description) else {
      throw DemoFailure("\(stream): --unmatched gave \(lines.count - 1) departures, \(expected.count) are unmatched")
    }
    show("\(stream) --unmatched: \(expected.map(\.description).joined(separator: ", ")) departed and never entered")
  }

  /// The country of origin sees who read its records.
  private func findTraces() throws {
    guard let stream = showcase else { return }
    try settle()
    let words = ["lookups", "--about", "\(stream.origin)", "--limit", "3"]
    let lines = try istmo(words, at: stream.origin, isShown: true).output
    show(lines)
    guard lines.contains(" \(stream.recipient) \(stream.recipient.description.lowercased())-17 ") else {
      throw DemoFailure("\(stream.origin) does not see the lookups of \(stream.recipient)")
    }
  }
}
