import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// One agreement takes over from another by its dates alone, with nothing lost on either side of the moment.
@Suite struct HandOverTests {
  static let first = SHA256.hash(Array("the first agreement".utf8))
  static let second = SHA256.hash(Array("the second agreement".utf8))
  /// An hour after the start of every scene.
  static let change = Scene.start.advanced(byMilliseconds: 3_600_000)

  /// The sent movements under an agreement.
  static func agreed(
    _ agreement: Digest, fields: [String], crossing: String, from: Instant = Instant(milliseconds: 0),
    until: Instant = .latest
  ) -> AgreedStream {
    let terms = StreamTerms(
      stream: Scene.sent, version: 1, definition: SHA256.hash([1]),
      filter: [FilterClause(field: "crossing", values: [crossing])], fields: fields, mode: .replicate, purpose: "test",
      roles: [], retentionDays: 30)
    return AgreedStream(terms: terms, agreement: agreement, validFrom: from, validUntil: until)
  }

  static let old = agreed(first, fields: ["crossing", "name"], crossing: "a*")
  static let new = agreed(second, fields: ["crossing", "name", "secret"], crossing: "b*", from: change)

  private func agreements(_ party: Party) throws -> [Digest] {
    try party.records(Scene.sent).map(\.context.agreement)
  }

  private func at(_ moment: Instant, _ scene: Scene) {
    for party in [scene.origin, scene.recipient] { party.now = moment }
  }

  @Test func aSuccessorTakesOverAtItsMomentAndNotBefore() throws {
    let scene = try Scene()
    try scene.agree([Self.old, Self.new])
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one", crossing: "a1"))
    _ = try scene.origin.accept(Scene.draft("not agreed yet", crossing: "b1"))
    try scene.settle()
    at(Self.change.advanced(byMilliseconds: -1), scene)
    _ = try scene.origin.accept(Scene.draft("two", crossing: "a1"))
    // No tick in between: the first thing that happens at the moment finds the new terms.
    at(Self.change, scene)
    _ = try scene.origin.accept(Scene.draft("three", crossing: "b1"))
    _ = try scene.origin.accept(Scene.draft("not agreed any more", crossing: "a1"))
    try scene.run(seconds: 5)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
    #expect(try agreements(scene.recipient) == [Self.first, Self.first, Self.second])
    let bodies = try scene.recipient.records(Scene.sent).map { SimulatedRules.fields($0.body).keys.sorted() }
    #expect(bodies.last == ["crossing", "name", "secret"] && bodies.first == ["crossing", "name"])
    for party in [scene.origin, scene.recipient] { #expect(party.status(Scene.sent)?.flowing == true) }
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }

  @Test func aBacklogOfTheFormerAgreementIsSentUnderTheNewOneAlsoToARecipientThatLostEverything() throws {
    let scene = try Scene()
    try scene.agree([Self.old, Self.new])
    for name in ["one", "two"] { _ = try scene.origin.accept(Scene.draft(name, crossing: "a1")) }
    at(Self.change, scene)
    _ = try scene.origin.accept(Scene.draft("three", crossing: "b1"))
    scene.connect()
    try scene.run(seconds: 2)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
    scene.disconnect()
    try scene.recipient.restart(from: TestStore().snapshot())
    scene.connect()
    try scene.run(seconds: 2)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
    #expect(try agreements(scene.recipient) == [Self.first, Self.first, Self.second])
    let bundle = try scene.origin.core.messagesForBundle(to: Scene.gt, byteCount: 1 << 20)
    #expect(!bundle.contains { if case .batch = $0 { true } else { false } })
  }

  @Test(arguments: [-20_000, -900, 900, 20_000] as [Int64])
  func clocksThatDifferALittleLoseNothing(skew: Int64) throws {
    let scene = try Scene()
    try scene.agree([Self.old, Self.new])
    scene.connect()
    at(Self.change.advanced(byMilliseconds: -30_000), scene)
    scene.origin.now = scene.origin.now.advanced(byMilliseconds: skew)
    var expected: [String] = []
    for number in 0..<60 {
      let name = "record \(number)"
      _ = try scene.origin.accept(Scene.draft(name, crossing: scene.origin.now < Self.change ? "a1" : "b1"))
      expected.append(name)
      try scene.run(seconds: 1)
    }
    try scene.run(seconds: 50)
    #expect(try scene.recipient.names(Scene.sent) == expected)
    for party in [scene.origin, scene.recipient] { #expect(party.status(Scene.sent)?.flowing == true) }
  }

  @Test func entriesUnderAnAgreementThatIsLongFromBeginningAreNotTakenBeforeItDoes() throws {
    let scene = try Scene()
    try scene.agree([Self.old, Self.new])
    scene.connect()
    scene.origin.now = Self.change
    _ = try scene.origin.accept(Scene.draft("early", crossing: "b1"))
    try scene.run(seconds: 3)
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
    #expect(scene.recipient.status(Scene.sent)?.flowing == false)
    at(Self.change.advanced(byMilliseconds: 5000), scene)
    try scene.run(seconds: 50)
    #expect(try scene.recipient.names(Scene.sent) == ["early"])
  }

  @Test func betweenTwoAgreementsNothingFlowsAndTheStatusSaysWhen() throws {
    let scene = try Scene()
    let ended = Self.agreed(
      Self.first, fields: ["crossing", "name"], crossing: "a*",
      until: Self.change.advanced(byMilliseconds: -60_000))
    try scene.agree([ended, Self.new])
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one", crossing: "a1"))
    try scene.settle()
    at(Self.change.advanced(byMilliseconds: -60_000), scene)
    _ = try scene.origin.accept(Scene.draft("in between", crossing: "b1"))
    try scene.run(seconds: 3)
    for party in [scene.origin, scene.recipient] {
      let status = try #require(party.status(Scene.sent))
      #expect(!status.flowing && status.obstacle?.words == "the agreement is valid from \(Self.change.wholeSeconds)")
    }
    at(Self.change, scene)
    _ = try scene.origin.accept(Scene.draft("two", crossing: "b1"))
    try scene.run(seconds: 30)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    for party in [scene.origin, scene.recipient] { #expect(party.status(Scene.sent)?.flowing == true) }
  }

  @Test func aClockSetBackBringsTheFormerAgreementBack() throws {
    let scene = try Scene()
    try scene.agree([Self.old, Self.new])
    scene.connect()
    at(Self.change, scene)
    try scene.run(seconds: 2)
    at(Scene.start, scene)
    _ = try scene.origin.accept(Scene.draft("one", crossing: "a1"))
    try scene.run(seconds: 2)
    #expect(try agreements(scene.recipient) == [Self.first])
  }

  @Test func aRecordOfANewerDefinitionIsSentUnderTheOldOneOnlyWhereItIsWhatThatShares() throws {
    let scene = try Scene(rules: VersionedRules())
    try scene.agree([Self.old])
    scene.connect()
    for (name, crossing) in [("one", "a1"), ("new", "anew"), ("two", "a2")] {
      var draft = Scene.draft(name, crossing: crossing)
      draft = Draft(dataset: draft.dataset, version: 2, body: draft.body, reference: nil, kind: .record)
      _ = try scene.origin.accept(draft)
    }
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.origin.log.contains { $0.text.contains("a record of version 2 is not what was agreed") })
    #expect(try scene.origin.names(Scene.home) == ["one", "new", "two"])
  }
}

/// Rules whose first version knows no crossing `anew`.
private struct VersionedRules: RecordRules {
  private let rules = SimulatedRules()

  func retentionDays(of dataset: DatasetName) -> UInt32? { nil }
  func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading {
    rules.read(body, of: dataset, version: version)
  }
  func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) -> any RecordReading {
    guard terms.version > 1 || SimulatedRules.fields(body)["crossing"] != "anew" else {
      throw RuleBreach("crossing: no such value")
    }
    return try rules.verify(body, kind: kind, terms: terms)
  }
}
