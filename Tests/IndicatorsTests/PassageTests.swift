import Terms
import Testing

@testable import Indicators

@Suite struct PassageTests {
  static let noon = Instant(milliseconds: 1_790_000_000_000)

  /// Sightings written as `SV approach 0`: post, place, minutes.
  private func sightings(_ texts: [String]) throws -> [Passage.Sighting] {
    try texts.map { text in
      let words = text.split(separator: " ").map(String.init)
      return Passage.Sighting(
        time: Self.noon.advanced(byMilliseconds: (Int64(words[2]) ?? 0) * 60_000), post: try CountryCode(words[0]),
        place: Passage.Sighting.Place(words[1]))
    }
  }

  private func passages(_ texts: [String], by source: Passage.Source = .tag) throws -> [Passage] {
    var book = PassageBook()
    for sighting in try sightings(texts) { book.add(sighting, of: [1], at: "GT-SV/la-hachadura", by: source) }
    return book.close(before: nil).sorted { $0.first < $1.first }
  }

  @Test func timeIsFromTheFirstReadBeforeOnePostToTheLastOutOfTheOther() throws {
    // Out of order, one read twice.
    let found = try passages(["GT out 60", "SV approach 0", "SV out 30", "GT in 35", "SV approach 1", "GT out 61"])
    #expect(found.count == 1 && found.first?.duration == 61 * 60_000)
    let steps = found.first?.steps.map { "\($0.name) \($0.milliseconds / 60_000)" }
    #expect(steps == ["exit-post 30", "between-posts 5", "entry-post 26"])
  }

  @Test func wayBackIsAnotherPassage() throws {
    let found = try passages([
      "SV approach 0", "SV out 30", "GT in 35", "GT out 60", "GT approach 120", "GT out 130", "SV in 140", "SV out 150",
    ])
    #expect(found.map(\.duration) == [60 * 60_000, 30 * 60_000])
    // Also when the antenna before the post missed it on the way back.
    let missed = try passages(["SV approach 0", "SV out 30", "GT in 35", "GT out 60", "GT out 130", "SV out 150"])
    #expect(missed.map(\.duration) == [60 * 60_000, nil])
  }

  @Test func aMissedEndGivesNoTime() throws {
    #expect(try passages(["SV out 30", "GT in 35", "GT out 60"]).map(\.duration) == [nil])
    #expect(try passages(["SV approach 0", "SV out 30", "GT in 35"]).map(\.duration) == [nil])
    // Seen at one post alone, nobody knows whether it left or entered.
    #expect(try passages(["SV in 0", "SV out 30"]).first?.steps.isEmpty == true)
  }

  @Test func afterALongSilenceAnotherPassageBegins() throws {
    #expect(try passages(["SV approach 0", "SV out \(13 * 60)", "GT out \(14 * 60)"]).count == 2)
  }

  @Test func whatIsUnderWayStaysAndMemoryIsBounded() throws {
    var book = PassageBook()
    for sighting in try sightings(["SV approach 0", "SV out 30", "GT in 35", "GT out 60", "GT approach 2000"]) {
      book.add(sighting, of: [1], at: "GT-SV/la-hachadura", by: .tag)
    }
    let closed = book.close(before: Self.noon.advanced(byMilliseconds: 100 * 60_000))
    #expect(closed.count == 1 && book.close(before: nil).count == 1)
    let one = try sightings(["SV inside 0"])[0]
    for _ in 0..<(PassageBook.mostSightings + 5) { book.add(one, of: [1], at: "GT-SV/la-hachadura", by: .tag) }
    #expect(book.dropped == 5)
    for unit in 0..<(PassageBook.mostUnits + 3) {
      book.add(one, of: [2] + String(unit).utf8, at: "GT-SV/la-hachadura", by: .tag)
    }
    // One place was taken by the unit before.
    #expect(book.dropped == 5 + 4)
  }
}
