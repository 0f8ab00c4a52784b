import Ceremony
import Ledger
import Sodium
import Terms
import Testing

@Suite struct CodeTests {
  private func offer(_ country: String, seed: UInt64, _ terms: AgreementTerms? = nil, days: Int64 = 365) throws -> Offer
  {
    try Offer(Delegation(country, terms: try terms ?? Samples.terms(), seed: seed, cardDays: days).offer)
  }

  @Test func theCodeIsTwelveGroupsOfFiveDigitsAndTheSameOnBothSides() throws {
    let (gt, sv) = (try offer("GT", seed: 1), try offer("SV", seed: 2))
    let code = CeremonyCode(gt, sv)
    #expect(code == CeremonyCode(sv, gt))
    #expect(code.groups.count == 12 && code.groups.allSatisfy { $0.count == 5 && $0.allSatisfy(\.isNumber) })
    #expect(code.lines.count == 3)
  }

  @Test func theCodeIsTheDocumentedOne() throws {
    // Derived again from Docs/protocol/ceremony.md, step by step.
    let (gt, sv) = (try offer("GT", seed: 1), try offer("SV", seed: 2))
    var input = Array("istmo ceremony code v1\n".utf8)
    for text in [gt.note.text, sv.note.text] {
      let count = text.utf8.count
      input += [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + Array(text.utf8)
    }
    let seed = BLAKE2b.hash(input, outputBytes: 64)
    var state = seed
    for _ in 0..<16_384 { state = BLAKE2b.hash(state + seed, outputBytes: 64) }
    let groups = (0..<12).map { group in
      let value = state[(group * 5)..<(group * 5 + 5)].reduce(0) { $0 * 256 + UInt64($1) } % 100_000
      return String(repeating: "0", count: 5 - String(value).count) + String(value)
    }
    #expect(CeremonyCode(gt, sv).groups == groups)
  }

  @Test func anotherNonceRootCardOrTermChangesEveryCode() throws {
    let gt = try offer("GT", seed: 1)
    let retention = try Samples.terms { $0.retentionDays = 1 }
    let others = [
      try offer("SV", seed: 2), try offer("SV", seed: 3), try offer("SV", seed: 2, days: 364),
      try offer("SV", seed: 2, retention),
    ]
    #expect(Set(others.map { CeremonyCode(gt, $0) }).count == others.count)
  }

  @Test func typedDigitsAreComparedWithoutSpacesAndHyphens() throws {
    let code = CeremonyCode(try offer("GT", seed: 1), try offer("SV", seed: 2))
    for typed in [
      code.description, code.groups.joined(), code.groups.joined(separator: "-"), code.lines.joined(separator: "\n"),
      "  " + code.groups.joined(separator: " \u{2013} ") + "\r\n",
    ] { #expect(code.compare(typed) == .same) }
    #expect(code.compare(code.description + "1") == .notACode(digits: 61))
    #expect(code.compare("\u{0661}" + code.description.dropFirst()) == .notACode(digits: 0))
    #expect(code.compare(code.description.replacing(" ", with: ".")) == .notACode(digits: 5))
  }
}
