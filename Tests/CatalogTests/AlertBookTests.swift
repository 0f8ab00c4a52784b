import Terms
import Testing

@testable import Catalog

/// What an arriving record costs does not grow with the number of open alerts: counted in alerts that are looked at.
@Suite struct AlertBookTests {
  private func alerts(_ count: Int) throws -> [Alert] {
    // One is checked by its definition; the others are the same on other plates.
    let first = try RiskSample.alert("plate", #"{"country":"SV","text":"C 123456"}"#, id: 1)
    return try [first]
      + (2...max(2, count)).map { number in
        try RiskSample.alert(
          "container", number % 2 == 0 ? #""TASU1170000""# : #""MSKU1234565""#, id: UInt64(number))
      }.prefix(count - 1)
  }

  @Test(arguments: [10, 1_000]) func aRecordIsComparedWithTheAlertsOnItsValuesAlone(_ count: Int) throws {
    var book = AlertBook()
    for alert in try alerts(count) { book.insert(alert) }
    #expect(book.open.count == count)
    let record = try RiskSample.declared().subjects
    let candidates = book.candidates(record)
    #expect(candidates.count == 1, "\(candidates.count) of \(count)")
  }

  @Test func changesTellWhatCameAndWhatWentOnce() throws {
    var book = AlertBook()
    let all = try alerts(3)
    for alert in all { book.insert(alert) }
    book.remove(all[0].id)
    let first = book.takeChanges()
    #expect(Set(first.added.keys) == Set(all[1...].map(\.id)) && first.removed.isEmpty)
    book.lift(all[1].id, by: all[1].author)
    book.insert(all[0])
    let second = book.takeChanges()
    #expect(Array(second.removed.keys) == [all[1].id] && Array(second.added.keys) == [all[0].id])
    let none = book.takeChanges()
    #expect(none.added.isEmpty && none.removed.isEmpty)
  }

  @Test func anAlertThatEndsGoesWhenItEndsAndLaterOnesStay() throws {
    var book = AlertBook()
    let (soon, late) = (
      try RiskSample.alert("container", #""TASU1170000""#, id: 1, expires: "2026-11-25T00:00:00Z"),
      try RiskSample.alert("container", #""TASU1170000""#, id: 2, expires: "2026-11-27T00:00:00Z")
    )
    for alert in [late, soon] { book.insert(alert) }
    book.expire(at: try Instant("2026-11-24T23:59:59Z"))
    #expect(book.open.count == 2)
    book.expire(at: try Instant("2026-11-25T00:00:00Z"))
    #expect(book.open.map(\.id) == [late.id])
    #expect(Array(book.takeChanges().added.keys) == [late.id])
    book.expire(at: try Instant("2026-11-27T00:00:00Z"))
    #expect(book.isEmpty && Array(book.takeChanges().removed.keys) == [late.id])
  }
}
