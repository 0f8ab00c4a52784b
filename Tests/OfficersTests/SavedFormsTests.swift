import Sodium
import Terms
import Testing

@testable import Officers

/// Drafts are few, short-lived, and opened by nobody else.
@Suite struct SavedFormsTests {
  let now = Instant(milliseconds: 1_795_000_000_000)
  let texts = ["surname": "Marcada \u{2028} \"ñ\"", "lines.2.net_kg": ""]

  private func dataset(_ name: String = "migration") throws -> DatasetName { try DatasetName(name) }

  @Test func aDraftIsKeptInItsPlaceAndTakenAway() throws {
    var forms = SavedForms()
    let one = try forms.keep(texts, of: dataset(), at: now)
    let two = try forms.keep(["duca": "x"], of: dataset("manifests"), at: now)
    #expect(one != two && forms.forms.map(\.number) == [two, one])
    let again = try forms.keep(["surname": "y"], of: dataset(), at: now, as: one)
    #expect(again == one)
    #expect(forms.forms.count == 2 && forms[one]?.texts == ["surname": "y"])
    forms.remove(two)
    #expect(forms[two] == nil && forms[one] != nil)
    // A number that is not there any more is none of another draft.
    let other = try forms.keep([:], of: dataset(), at: now, as: 99)
    #expect(other == 2)
  }

  @Test func draftsAreBoundedInNumberSizeAndAge() throws {
    var forms = SavedForms()
    for _ in 0..<SavedForms.most { _ = try forms.keep(texts, of: dataset(), at: now) }
    #expect(throws: SavedForms.Fault.full) { try forms.keep(texts, of: dataset(), at: now) }
    let first = try #require(forms.forms.last)
    _ = try forms.keep(texts, of: dataset(), at: now, as: first.number)
    let long = ["surname": String(repeating: "x", count: SavedForms.mostBytes)]
    #expect(throws: SavedForms.Fault.full) { try forms.keep(long, of: dataset(), at: now, as: first.number) }
    #expect(forms.forms.count == SavedForms.most)
    forms.expire(at: now.advanced(byMilliseconds: SavedForms.age - 1))
    #expect(forms.forms.count == SavedForms.most)
    forms.expire(at: now.advanced(byMilliseconds: SavedForms.age))
    #expect(forms.forms.isEmpty)
  }

  @Test func theFileHoldsNothingInClearAndOpensForItsOfficerAlone() throws {
    let key = SymmetricKey(SystemEntropy())
    let other = SymmetricKey(SystemEntropy())
    var forms = SavedForms()
    _ = try forms.keep(texts, of: dataset(), at: now)
    let bytes = try forms.seal(officer: "ana", storage: key, SystemEntropy())
    #expect(SavedForms(sealed: bytes, officer: "ana", storage: key) == forms)
    #expect(SavedForms(sealed: bytes, officer: "luis", storage: key) == nil)
    #expect(SavedForms(sealed: bytes, officer: "ana", storage: other) == nil)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("Marcada"))
    for position in bytes.indices {
      var altered = bytes
      altered[position] ^= 1
      #expect(SavedForms(sealed: altered, officer: "ana", storage: key) == nil)
    }
  }
}

/// The table of who records what is about datasets and events that there are.
@Suite struct RecordingTests {
  @Test func everyRoleThatRecordsHasTheRightAndNoOtherHas() {
    for role in Right.table.keys {
      #expect((Recording.table[role] != nil) == Right.of(role).contains(.record), "\(role)")
    }
    #expect(Set(Recording.table.keys).isSubset(of: Right.table.keys))
    #expect(!Recording.mayRecord("customs-officer", "risk-alerts", event: "issued"))
    #expect(Recording.mayRecord("customs-officer", "risk-alerts", event: "hit"))
    #expect(!Recording.mayRecord("customs-officer", "risk-alerts", event: nil))
    #expect(!Recording.mayRecord("inspector-of-bees", "migration", event: "departure"))
  }
}
