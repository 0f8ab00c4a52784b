import Terms
import Testing

@Suite struct DatedTests {
  private struct Text: Dated, Equatable {
    let name: String
    let validFrom: Instant
    let validUntil: Instant

    init(_ name: String, _ from: Int64, _ until: Int64) {
      (self.name, validFrom, validUntil) = (name, Instant(milliseconds: from), Instant(milliseconds: until))
    }
  }

  private let texts = [Text("first", 10, 100), Text("renewal", 20, 200), Text("later", 50, 60), Text("last", 300, 400)]

  @Test(
    arguments: [
      (9, nil), (10, "first"), (19, "first"), (20, "renewal"), (49, "renewal"), (50, "later"), (59, "later"),
      (60, "renewal"), (199, "renewal"), (200, nil), (299, nil), (300, "last"), (400, nil),
    ] as [(Int64, String?)])
  func theNewestWhoseDatesCoverTheMomentIsInForce(moment: Int64, name: String?) {
    #expect(texts.inForce(at: Instant(milliseconds: moment))?.name == name)
  }

  @Test(
    arguments: [
      (0, "first", 10), (10, "renewal", 20), (20, "later", 50), (50, "renewal", 60), (60, "last", 300),
      (250, "last", 300), (300, nil, 0),
    ] as [(Int64, String?, Int64)])
  func whatFollowsIsNamedWithItsMoment(moment: Int64, name: String?, begins: Int64) {
    let next = texts.next(after: Instant(milliseconds: moment))
    #expect(next?.element.name == name && next?.begins.milliseconds ?? 0 == begins)
  }

  @Test func nothingChangesWhileTimeIsSteady() {
    let now = Instant(milliseconds: 55)
    let steady = texts.steady(around: now)
    #expect(steady == Instant(milliseconds: 50)..<Instant(milliseconds: 60))
    #expect([Text]().steady(around: now) == Instant.earliest..<Instant.latest)
    #expect(texts.steady(around: .latest).contains(.latest) == false)
  }
}
