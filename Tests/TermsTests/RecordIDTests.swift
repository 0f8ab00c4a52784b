import Terms
import Testing

@Suite struct RecordIDTests {
  /// RFC 9562 appendix A.6.
  static let example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

  @Test func theExampleOfTheStandardIsRead() throws {
    let id = try RecordID(Self.example)
    #expect(id.time == (try Instant("2022-02-22T14:22:22.00-05:00")))
    #expect(id.high == 0x017F_22E2_79B0_7CC3)
    #expect(id.low == 0x98C4_DC0C_0C07_398F)
    #expect(id.description == Self.example)
    #expect(try RecordID(Self.example.uppercased()) == id)
    // Its parts: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
    #expect(RecordID(time: id.time, random: (0xCC3, 0x18C4_DC0C_0C07_398F)) == id)
  }

  @Test(arguments: [
    "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
    "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
    "017f22e2_79b0-7cc3-98c4-dc0c0c07398f", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f",
    // Versions 4 and 8, and the variants 0, 110 and 111.
    "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79b0-8cc3-98c4-dc0c0c07398f",
    "017f22e2-79b0-7cc3-18c4-dc0c0c07398f", "017f22e2-79b0-7cc3-d8c4-dc0c0c07398f",
    "017f22e2-79b0-7cc3-f8c4-dc0c0c07398f", "00000000-0000-0000-0000-000000000000",
  ])
  func anythingElseIsNoRecordID(text: String) {
    #expect(throws: TermError.self) { try RecordID(text) }
  }

  @Test func theOrderOfIDsIsTheOrderOfTimeAndOfTheirText() {
    var random = Seeded(9562)
    let ids = (0..<500).map { _ in
      RecordID(
        time: Instant(milliseconds: .random(in: 0...4_000_000_000_000, using: &random)),
        random: (random.next(), random.next()))
    }
    let sorted = ids.sorted()
    #expect(sorted.map(\.description) == ids.map(\.description).sorted())
    for (a, b) in zip(sorted, sorted.dropFirst()) { #expect(a.time <= b.time) }
  }

  @Test func theWrittenFormIsTheDigitsOfBothHalvesWithHyphens() throws {
    func digits(_ half: UInt64) -> String {
      let text = String(half, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    var random = Seeded(36)
    for _ in 0..<2000 {
      let id = RecordID(
        time: Instant(milliseconds: .random(in: 0...4_000_000_000_000, using: &random)),
        random: (random.next(), random.next()))
      var expected = Array((digits(id.high) + digits(id.low)).utf8)
      for place in [20, 16, 12, 8] { expected.insert(0x2D, at: place) }
      var text: [UInt8] = [0x20]
      id.append(to: &text)
      #expect(text == [0x20] + expected)
      #expect(try RecordID(id.description) == id)
    }
  }

  @Test func theSuccessorIsTheNextIDAndStaysValid() throws {
    let first = try RecordID("0198c5a8-7c1e-7000-8000-000000000000")
    #expect(first.advanced(by: 0).description == "0198c5a8-7c1e-7000-8000-000000000001")
    let full = try RecordID("0198c5a8-7c1e-7fff-bfff-ffffffffffff")
    #expect(full.advanced(by: 0).description == "0198c5a8-7c1f-7000-8000-000000000000")
    // Beyond the year 9999, which an id from outside may name.
    let far = try RecordID("f198c5a8-7c1e-7000-bfff-ffffffffffff")
    #expect(far.advanced(by: 0) > far)
    let last = try RecordID("ffffffff-ffff-7fff-bfff-ffffffffffff")
    #expect(last.advanced(by: 0) == last)
    for id in [first.advanced(by: 0), full.advanced(by: 0), far.advanced(by: 0)] { _ = try RecordID(id.description) }
  }

  @Test func timesThatDoNotFitAreClamped() throws {
    for milliseconds in [Int64.min, -1, 0, Instant.latest.milliseconds, .max] {
      let id = RecordID(time: Instant(milliseconds: milliseconds), random: (.max, .max))
      #expect(try RecordID(id.description) == id)
    }
    #expect(RecordID(time: Instant(milliseconds: -5), random: (0, 0)).time.milliseconds == 0)
  }
}
