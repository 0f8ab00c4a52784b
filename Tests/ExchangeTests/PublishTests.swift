import Ledger
import Simulator
import Sodium
import Store
import Terms
import Testing

@testable import Exchange

/// What becomes of a record that is published, here and at the neighbour.
@Suite struct PublishTests {
  @Test func aReferenceAndContentPublishedAgainAreADuplicate() throws {
    let origin = try Scene().origin
    let draft = Scene.draft("one", reference: "r-1")
    // In one request, in the commit under way, in the one behind it, when durable, and after a restart.
    let results = try origin.publishDurably([draft, draft])
    guard case .accepted(let id)? = results.first else {
      Issue.record("\(results)")
      return
    }
    #expect(results.last == .duplicate(id))
    #expect(try origin.publishDurably([draft]) == [.duplicate(id)])
    try origin.restart()
    #expect(try origin.publishDurably([draft]) == [.duplicate(id)])
    #expect(try origin.names(Scene.home) == ["one"])
  }

  @Test func aDuplicateOfWhatIsNotDurableYetIsToldWithItsCommitNotBefore() throws {
    let origin = try Scene().origin
    let draft = Scene.draft("one", reference: "r-1")
    let first = origin.publish([draft])
    let again = origin.publish([draft])
    #expect(origin.results.isEmpty)
    origin.failCommit()
    #expect(origin.failures.keys.sorted() == [first, again])
    let (third, fourth) = (origin.publish([draft]), origin.publish([draft]))
    try origin.finishCommits()
    guard case .accepted(let id)? = origin.results[third]?.first else {
      Issue.record("\(origin.results)")
      return
    }
    #expect(origin.results[fourth] == [.duplicate(id)])
  }

  @Test func aReferenceWithOtherContentIsRefusedWithTheIdOfTheFirst() throws {
    let origin = try Scene().origin
    let first = try origin.accept(Scene.draft("one", reference: "r-1"))
    let other = try origin.publishDurably([Scene.draft("two", reference: "r-1")])
    guard case .refused("reference", let problem, let remedy)? = other.first else {
      Issue.record("\(other)")
      return
    }
    #expect(problem.contains("\(first)") && remedy.contains("\(first)"))
    // Another dataset has references of its own; a correction may bear that of what it corrects.
    _ = try origin.accept(Scene.draft("two", reference: "r-1", dataset: Scene.notes))
    _ = try origin.accept(Scene.draft("three", reference: "r-1", kind: .replaces(first)))
    #expect(try origin.names(Scene.home) == ["one", "three"])
  }

  @Test func aBodyOfMoreThan64KiBIsRefused() throws {
    let origin = try Scene().origin
    func draft(_ count: Int) -> Draft {
      Draft(
        dataset: Scene.movements, version: 1, body: [UInt8](repeating: 0x61, count: count), reference: nil,
        kind: .record)
    }
    guard case .refused("body", _, _)? = try origin.publishDurably([draft(65_537)]).first else {
      Issue.record("a long body was not refused")
      return
    }
    _ = try origin.accept(draft(65_536))
  }

  @Test func whatAnotherCountryAnswersIsNotAnsweredByItsOwn() throws {
    let origin = try Scene().origin
    let own = try origin.accept(Scene.draft("one"))
    let foreign = RecordID(time: Scene.start, random: (1, 2))
    func answer(_ id: RecordID) -> Draft {
      Draft(
        dataset: Scene.movements, version: 1, body: SimulatedRules.body(["name": "answer"]), reference: nil,
        kind: .record, answers: Draft.Answer(field: "about", record: id))
    }
    guard case .refused("about", let problem, _)? = try origin.publishDurably([answer(own)]).first else {
      Issue.record("an answer to one's own record was taken")
      return
    }
    #expect(problem.contains("\(own)"))
    _ = try origin.accept(answer(foreign))
  }

  @Test func onlyTheLatestOfARecordThatExistsCanBeCorrected() throws {
    let origin = try Scene().origin
    let first = try origin.accept(Scene.draft("one"))
    let unknown = RecordID(time: Scene.start, random: (1, 2))
    for kind in [Entry.Kind.replaces(unknown), .withdraws(unknown)] {
      guard case .refused(_, let problem, _)? = try origin.publishDurably([Scene.draft("x", kind: kind)]).first else {
        Issue.record("\(kind) was not refused")
        continue
      }
      #expect(problem.contains("\(unknown)"))
    }
    let second = try origin.accept(Scene.draft("two", kind: .replaces(first)))
    for kind in [Entry.Kind.replaces(first), .withdraws(first)] {
      guard case .refused(_, _, let remedy)? = try origin.publishDurably([Scene.draft("x", kind: kind)]).first else {
        Issue.record("\(kind) was not refused")
        continue
      }
      #expect(remedy.contains("\(second)"))
    }
    _ = try origin.accept(Scene.draft("gone", kind: .withdraws(second)))
    #expect(try origin.names(Scene.home) == ["one", "two", "gone"])
    // Two corrections of one record in the same request: the second comes too late.
    let third = try origin.accept(Scene.draft("three"))
    let both = try origin.publishDurably([
      Scene.draft("four", kind: .replaces(third)), Scene.draft("five", kind: .replaces(third)),
    ])
    guard case .accepted = both[0], case .refused = both[1] else {
      Issue.record("\(both)")
      return
    }
  }

  @Test func theNeighbourGetsTheAgreedFieldsOfWhatTheFilterAdmitsAndNothingElse() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.publishDurably([
      Scene.draft("one"), Scene.draft("elsewhere", crossing: "b1"), Scene.draft("two", crossing: "a2"),
    ])
    try scene.settle()
    let records = try scene.recipient.records(Scene.sent)
    #expect(records.map { SimulatedRules.fields($0.body)["name"] } == ["one", "two"])
    for record in records { #expect(SimulatedRules.fields(record.body).keys.sorted() == ["crossing", "name"]) }
    let home = try scene.origin.records(Scene.home)
    #expect(home.count == 3)
    #expect(home.allSatisfy { SimulatedRules.fields($0.body)["secret"] != nil })
    #expect(records.map(\.entry.id) == [home[0].entry.id, home[2].entry.id], "a record has one id everywhere")
    #expect(try scene.recipient.reader.streams() == [Scene.sent])
  }

  /// Kinds of the neighbour's entries after a record was published at one crossing and corrected to another.
  @Test func correctionsFollowWhatTheNeighbourHolds() throws {
    let scene = try Scene()
    scene.connect()
    func correct(_ id: RecordID, to crossing: String) throws -> RecordID {
      try scene.origin.accept(Scene.draft("c", crossing: crossing, kind: .replaces(id)))
    }
    let inside = try scene.origin.accept(Scene.draft("in", crossing: "a1"))
    let outside = try scene.origin.accept(Scene.draft("out", crossing: "b1"))
    let stays = try correct(inside, to: "a2")
    let enters = try correct(outside, to: "a2")
    let leaves = try correct(stays, to: "b2")
    let isBack = try correct(leaves, to: "a1")
    let unseen = try scene.origin.accept(Scene.draft("unseen", crossing: "b1"))
    _ = try scene.origin.accept(Scene.draft("gone", crossing: "b1", kind: .withdraws(unseen)))
    let gone = try scene.origin.accept(Scene.draft("gone", kind: .withdraws(enters)))
    try scene.settle()
    let entries = try scene.recipient.records(Scene.sent).map(\.entry)
    #expect(entries.map(\.id) == [inside, stays, enters, leaves, isBack, gone])
    #expect(
      entries.map(\.kind) == [
        .record, .replaces(inside), .record, .withdraws(stays), .record, .withdraws(enters),
      ])
    #expect(try scene.recipient.records(Scene.sent)[3].body == Array("{}".utf8))
    #expect(try scene.origin.records(Scene.home).count == 9)
  }

  @Test func idsRiseAlsoWhenTheClockGoesBack() throws {
    let scene = try Scene()
    scene.connect()
    var ids: [RecordID] = []
    for step in 0..<40 {
      scene.origin.now = Scene.start.advanced(byMilliseconds: step % 7 == 0 ? -3_600_000 : Int64(step))
      for result in try scene.origin.publishDurably((0..<5).map { Scene.draft("\(step) \($0)") }) {
        if case .accepted(let id) = result { ids.append(id) }
      }
    }
    #expect(ids == ids.sorted() && Set(ids).count == 200)
    try scene.settle()
    #expect(try scene.recipient.records(Scene.sent).map(\.entry.id) == ids)
    // And after a restart with a clock that is years behind.
    scene.origin.now = Instant(milliseconds: 1_000_000_000_000)
    try scene.origin.restart()
    #expect(try scene.origin.accept(Scene.draft("later")) > (try #require(ids.last)))
  }

  @Test func outsideTheAgreementsValidityRecordsStayAtHomeAndDuringAPauseTheyGather() throws {
    let scene = try Scene()
    scene.connect()
    try scene.agree(until: Scene.start.advanced(byMilliseconds: 10_000))
    _ = try scene.origin.accept(Scene.draft("in force"))
    try scene.agree(paused: "paused by its operator")
    _ = try scene.origin.accept(Scene.draft("paused"))
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == [])
    #expect(scene.origin.status(Scene.sent)?.obstacle?.words == "paused by its operator")
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 3)
    try scene.agree(until: Scene.start.advanced(byMilliseconds: 10_000))
    try scene.run(seconds: 3)
    #expect(try scene.recipient.names(Scene.sent) == ["in force", "paused"])
    try scene.run(seconds: 10)
    _ = try scene.origin.accept(Scene.draft("expired"))
    try scene.run(seconds: 5)
    #expect(try scene.recipient.names(Scene.sent) == ["in force", "paused"])
    #expect(try scene.origin.names(Scene.home).count == 3)
    #expect(scene.origin.status(Scene.sent)?.obstacle?.words.contains("expired") == true)
    #expect(scene.origin.status(Scene.sent)?.flowing == false)
  }
}
