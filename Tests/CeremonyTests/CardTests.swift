import Ceremony
import Ledger
import Sodium
import Terms
import Testing

@Suite struct CardTests {
  private let entropy = SeededEntropy(seed: 100)
  private func root(_ country: String = "SV", seed: UInt64 = 1) throws -> RootKey {
    RootKey(realm: try Samples.realm(), country: try CountryCode(country), SeededEntropy(seed: seed))
  }

  @Test func aCardReadsBackToTheSameBytes() throws {
    let root = try root()
    let card = try Samples.card(root, entropy)
    #expect(try Card(card.bytes) == card)
    try card.verify(root: root.noteKey, now: Samples.now)
    #expect(card.receiptKey.description.hasPrefix("istmo.sieca.int/SV+"))
    #expect(card.receiptKey.kind == .cosignature && card.receiptKey.key == card.content.receipt)
    #expect(card.witnessKey?.name == "istmo.sieca.int/SV/witness")
    #expect(root.noteKey.name == "istmo.sieca.int/SV/root")
  }

  @Test func aCardCountsOnlyBetweenItsDatesAndUnderItsOwnRoot() throws {
    let (root, other, hn) = (try root().noteKey, try self.root(seed: 2).noteKey, try self.root("HN").noteKey)
    let card = try Samples.card(self.root(), days: 10, entropy)
    let end = Samples.now.advanced(byMilliseconds: 10 * 86_400_000)
    #expect(throws: CardError.expired(country: try Samples.sv(), until: end)) { try card.verify(root: root, now: end) }
    #expect(throws: CardError.notYetValid(country: try Samples.sv(), from: Samples.now)) {
      try card.verify(root: root, now: Samples.now.advanced(byMilliseconds: -1))
    }
    #expect(throws: CardError.notSigned(country: try Samples.sv())) { try card.verify(root: other, now: Samples.now) }
    #expect(throws: CardError.self) { try card.verify(root: hn, now: Samples.now) }
  }

  @Test func aKeyWithTwoJobsIsRefused() throws {
    let root = try root()
    var content = try Samples.card(root, entropy).content
    content.receipt = content.log
    #expect(throws: CardError.keyWithTwoJobs(country: try Samples.sv())) { try Card(content, root: root) }
    content.receipt = root.noteKey.key
    #expect(throws: CardError.keyWithTwoJobs(country: try Samples.sv())) { try Card(content, root: root) }
  }

  @Test func anotherCountrysRootCannotIssueACard() throws {
    let content = try Samples.card(root(), entropy).content
    let hn = try root("HN")
    #expect(throws: CardError.self) { try Card(content, root: hn) }
  }

  @Test func aNewCardReplacesAnOldOneOnlyWithAHigherSerialUnderTheSameRoot() throws {
    let root = try root()
    let one = try Samples.card(root, serial: 1, entropy)
    let two = try Samples.card(root, serial: 2, entropy)
    let otherTwo = try Samples.card(root, serial: 2, entropy)
    let foreign = try Samples.card(self.root(seed: 9), serial: 3, entropy)
    let until = Samples.now.advanced(byMilliseconds: Card.overlapMilliseconds)
    let key = root.noteKey
    #expect(try Card.accept(two, replacing: one, root: key, now: Samples.now) == .replaced(oldUntil: until))
    #expect(try Card.accept(one, replacing: one, root: key, now: Samples.now) == .unchanged)
    #expect(throws: CardError.serialNotHigher(country: try Samples.sv(), held: 2, found: 1)) {
      try Card.accept(one, replacing: two, root: key, now: Samples.now)
    }
    #expect(throws: CardError.twoWithOneSerial(country: try Samples.sv(), serial: 2)) {
      try Card.accept(otherTwo, replacing: two, root: key, now: Samples.now)
    }
    #expect(throws: CardError.notSigned(country: try Samples.sv())) {
      try Card.accept(foreign, replacing: one, root: key, now: Samples.now)
    }
  }

  @Test func anOldCardNeverOutlivesItsOwnEnd() throws {
    let root = try root()
    let old = try Samples.card(root, serial: 1, days: 1, entropy)
    let new = try Samples.card(root, serial: 2, entropy)
    #expect(
      try Card.accept(new, replacing: old, root: root.noteKey, now: Samples.now)
        == .replaced(oldUntil: old.content.validUntil))
  }
}
