import Ceremony
import Ledger
import Sodium
import Terms
import Testing

@Suite struct AgreementTests {
  private func refusal(_ change: (inout StreamTerms) -> Void) -> AgreementError? {
    do { _ = try Samples.terms(change) } catch { return error as? AgreementError }
    return nil
  }

  @Test func theTextIsTheOneThatOfficialsRead() throws {
    let digest = SHA256.hash(Array("definition".utf8))
    #expect(
      try Samples.terms().text == """
        Realm: istmo.sieca.int
        Countries: GT and SV
        Valid from: 2026-09-01
        Valid until: 2028-08-31
        Streams: 2

        Direction: GT to SV
        Dataset: migration
        Version: 1
        Definition: \(digest)
        Filter: all records
        Fields: crossing, direction, document, names, time
        Mode: replicate
        Purpose: Control migratorio único en el país de salida
        Roles: migration-officer, supervisor
        Retention: 1095 days

        Direction: SV to GT
        Dataset: migration
        Version: 1
        Definition: \(digest)
        Filter: crossing = GT-SV/*, GT-SV/anguiatu; direction = exit
        Fields: crossing, direction, document, names, time
        Mode: replicate
        Purpose: Control migratorio único en el país de salida
        Roles: migration-officer, supervisor
        Retention: 1095 days

        """)
  }

  @Test func theTextReadsBackToTheSameBytes() throws {
    let terms = try Samples.terms()
    let again = try AgreementTerms(text: terms.text)
    #expect(again == terms)
    #expect(again.text.utf8.elementsEqual(terms.text.utf8))
    #expect(again.differences(from: terms).isEmpty)
  }

  @Test func theOrderInWhichTermsAreGivenDoesNotMatter() throws {
    let one = try Samples.terms()
    let two = try AgreementTerms(
      realm: one.realm, between: one.a, and: one.b,
      streams: one.streams.reversed().map { terms in
        var terms = terms
        terms.filter.reverse()
        terms.fields.reverse()
        terms.roles.reverse()
        return terms
      }, validFrom: one.validFrom, validUntil: one.validUntil)
    #expect(one == two && one.text == two.text)
  }

  @Test func anotherOrderOrSpellingOfTheTextIsRefused() throws {
    let text = try Samples.terms().text
    for (old, new) in [
      ("GT and SV", "SV and GT"), ("names, time", "time, names"), ("Version: 1", "Version: 01"),
      ("Retention: 1095 days", "Retention: 1095  days"), ("Streams: 2", "Streams: 1"), ("Streams: 2", "Streams: 3"),
      ("; direction", ";direction"), ("Mode: replicate", "Mode: Replicate"), ("ú", "u\u{301}"), (" en ", "  en "),
      ("único", "\u{202E}único"), ("único", "úni\u{200B}co"), ("Purpose: Control", "Purpose: \u{421}ontrol"),
      ("2026-09-01", "2026-9-1"), ("\n\nDirection: SV", "\nDirection: SV"), ("names, time", "names, names, time"),
    ] {
      let other = text.replacing(old, with: new)
      #expect(!other.utf8.elementsEqual(text.utf8))
      #expect(throws: AgreementError.self, "\(new)") { try AgreementTerms(text: other) }
    }
  }

  @Test func everyTermThatCannotBeAgreedIsNamed() throws {
    let bad: [(term: String, change: (inout StreamTerms) -> Void)] = [
      ("Version", { $0.version = 0 }), ("Fields", { $0.fields = [] }), ("Fields", { $0.fields = ["a", "a"] }),
      ("Fields", { $0.fields = ["a, b"] }), ("Fields", { $0.fields = (0...128).map { "f\($0)" } }),
      ("Roles", { $0.roles = [] }), ("Roles", { $0.roles = ["A"] }), ("Purpose", { $0.purpose = "" }),
      ("Purpose", { $0.purpose = "a\nb" }), ("Purpose", { $0.purpose = String(repeating: "a", count: 401) }),
      ("Retention", { $0.retentionDays = 0 }), ("Retention", { $0.retentionDays = 40_000 }),
      ("Filter", { $0.filter = [FilterClause(field: "x", values: [])] }),
      ("Filter", { $0.filter = [FilterClause(field: "x = y; z", values: ["a"])] }),
      ("Filter", { $0.filter = [FilterClause(field: "x", values: ["a, b"])] }),
      ("Filter", { $0.filter = [FilterClause(field: "x", values: ["a*b"])] }),
      ("Filter", { $0.filter = [FilterClause(field: "x", values: ["a", "a"])] }),
      ("Filter", { $0.filter = [FilterClause(field: "x", values: ["a"]), FilterClause(field: "x", values: ["a"])] }),
    ]
    for (term, change) in bad {
      guard case .badTerm(let stream, let named, _) = refusal(change) else {
        Issue.record("a bad \(term) was taken")
        continue
      }
      #expect(named == term && stream.description == "SV/GT/migration")
    }
  }

  @Test func termsOfAnotherPairOrWithoutStreamsAreRefused() throws {
    let (gt, sv, from, until) = (
      try Samples.gt(), try Samples.sv(), try CalendarDay("2026-01-01"), try CalendarDay("2026-12-31")
    )
    func make(_ streams: [StreamTerms], _ a: CountryCode, _ b: CountryCode, _ from: CalendarDay, _ until: CalendarDay)
      throws
    {
      _ = try AgreementTerms(
        realm: Samples.realm(), between: a, and: b, streams: streams, validFrom: from, validUntil: until)
    }
    let good = try Samples.stream("SV/GT/migration")
    #expect(throws: AgreementError.oneCountry(gt)) { try make([good], gt, gt, from, until) }
    #expect(throws: AgreementError.numberOfStreams(0)) { try make([], gt, sv, from, until) }
    #expect(throws: AgreementError.endsBeforeItBegins(from: until, until: from)) {
      try make([good], gt, sv, until, from)
    }
    #expect(throws: AgreementError.streamTwice(good.stream)) { try make([good, good], gt, sv, from, until) }
    for name in ["SV/HN/migration", "SV/SV/migration"] {
      let stream = try Samples.stream(name)
      #expect(throws: AgreementError.foreignStream(stream.stream, a: gt, b: sv)) {
        try make([stream], gt, sv, from, until)
      }
    }
  }

  @Test func differencesNameEachAlteredTerm() throws {
    let one = try Samples.terms()
    let two = try AgreementTerms(
      realm: one.realm, between: one.a, and: one.b,
      streams: [
        Samples.stream("SV/GT/migration") {
          $0.retentionDays = 5
          $0.roles = ["supervisor"]
        }, Samples.stream("SV/GT/manifests"),
      ], validFrom: one.validFrom, validUntil: CalendarDay("2030-01-01"))
    #expect(
      one.differences(from: two, here: "in the topology", there: "as signed") == [
        "Valid until is \"2028-08-31\" in the topology, \"2030-01-01\" as signed",
        "GT/SV/migration stands in the topology and not as signed",
        "SV/GT/manifests stands as signed and not in the topology",
        "SV/GT/migration: Roles is \"migration-officer, supervisor\" in the topology, \"supervisor\" as signed",
        "SV/GT/migration: Retention is \"1095 days\" in the topology, \"5 days\" as signed",
      ])
  }

  @Test func anAgreementIsInForceFromItsFirstToItsLastDay() throws {
    let agreement = try Rehearsal.rehearse(Samples.terms(), SeededEntropy(seed: 1), now: Samples.now).resultA.agreement
    #expect(agreement.isInForce(at: try Instant("2026-09-01T00:00:00Z")))
    #expect(agreement.isInForce(at: try Instant("2028-08-31T23:59:59.999Z")))
    #expect(!agreement.isInForce(at: try Instant("2026-08-31T23:59:59.999Z")))
    #expect(!agreement.isInForce(at: try Instant("2028-09-01T00:00:00Z")))
  }

  @Test func anAgreementNeedsBothPinnedRoots() throws {
    let one = try Rehearsal.rehearse(Samples.terms(), SeededEntropy(seed: 1), now: Samples.now)
    let two = try Rehearsal.rehearse(Samples.terms(), SeededEntropy(seed: 2), now: Samples.now)
    let agreement = one.resultA.agreement
    let (rootA, rootB) = (one.resultB.neighbourRoot, one.resultA.neighbourRoot)
    try agreement.verify(rootA: rootA, rootB: rootB)
    #expect(throws: AgreementError.self) { try agreement.verify(rootA: rootA, rootB: two.resultA.neighbourRoot) }
    let text = String(decoding: agreement.bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let half = try Agreement(Array((lines.dropLast(2).joined(separator: "\n") + "\n").utf8))
    #expect(throws: AgreementError.notSigned(by: try Samples.sv())) { try half.verify(rootA: rootA, rootB: rootB) }
    let altered = try Agreement(Array(text.replacing("Retention: 1095 days", with: "Retention: 1 days").utf8))
    #expect(throws: AgreementError.self) { try altered.verify(rootA: rootA, rootB: rootB) }
  }
}
