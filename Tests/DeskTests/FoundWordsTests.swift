import Ceremony
import Exchange
import Foundation
import HTTP
import Link
import Node
import Sodium
import Terms
import Testing

@testable import Catalog
@testable import Desk
@testable import Exchange

/// What the node finds and says is in the reader's language, whatever it is.
@Suite struct FoundWordsTests {
  let desk: TestDesk

  init() throws { desk = try TestDesk() }

  private func visit(_ language: Language) -> Visit {
    Visit(
      node: desk.node, request: Request(method: .get, path: "/board", peer: .unixSocket), language: language, rest: "",
      now: desk.clock.now(), isSecure: false)
  }

  /// Both languages have words, and not the same ones.
  private func expectBoth(
    _ what: String, at place: SourceLocation = #_sourceLocation, _ words: (Visit) -> String
  ) {
    let (es, en) = (words(visit(.es)), words(visit(.en)))
    #expect(!es.isEmpty && !en.isEmpty && es != en, "\(what): \(es)", sourceLocation: place)
    // A word that only English has betrays a sentence that was made elsewhere.
    let english = /\b(the|of|held|since|by|is|are|with|not|was|yet|until|here)\b/
    // Options of commands are the same in both.
    let said = es.replacing(/--[a-z-]+/, with: "")
    #expect(said.firstMatch(of: english) == nil, "\(what): \(es)", sourceLocation: place)
  }

  private let now = Instant(milliseconds: 1_795_000_000_000)
  private func country(_ code: String) throws -> CountryCode { try CountryCode(code) }
  private func id() throws -> RecordID { try RecordID("019ab7e2-5a00-7000-8000-0123456789ab") }

  private func statement(_ body: String, of dataset: String) throws -> Statement {
    let definition = try #require(desk.node.registry.topology.definition(named: dataset))
    return Statement(ReadBody(Array(body.utf8)), of: definition, id: try id(), origin: try country("SV"))
  }

  private func hold() throws -> Hold {
    let held = try statement(
      """
      {"authority":"DGSV","event":"held","goods":"Frijol","post":"GT-SV/la-hachadura/SV","reason":"plaga",\
      "route":["SV","GT"],"time":"2026-11-24T13:00:00Z"}
      """, of: "quarantine")
    return try #require(Hold.holds([held]).first)
  }

  @Test func factsBelowALaneAreInBothLanguages() throws {
    let (sv, held) = (try country("SV"), HeldBy(try hold()))
    let sighting = try sighting()
    let tag = TagAlarm(kind: .unknown, epc: "3474257B", finding: .inNoRegistry(sighting), records: [])
    let paper = LaneDecision.Missing(
      paper: "x", title: Translated(es: "Certificado fitosanitario", en: "Phytosanitary certificate"),
      shortfall: .notDeclared)
    let facts: [LaneFact] = [
      .held(held), .notHeld, .trusted(party: "exporter", by: sv, authorisation: "OC-1"), .tag(tag), .missing(paper),
      .field("destination", "SV"), .field("gross_kg", "1000"), .field("tariff", "0901"), .chance(7),
    ]
    for fact in facts { expectBoth("\(fact)") { FactWords($0).fact(fact) } }
    let shortfalls: [LaneDecision.Shortfall] = [
      .notDeclared, .notDeclaredNorReceived, .notReceived(["F-1"]), .ended("withdrawn", now), .ended("replaced", now),
    ]
    for shortfall in shortfalls { expectBoth("\(shortfall)") { FactWords($0).shortfall(shortfall) } }
    for end in [nil, Hold.End(event: "returned", time: now, id: try id())] {
      let obstacle = ReleaseObstacle(hold: try hold(), end: end)
      let release = ReleaseThoughHeld(country: sv, time: now, id: try id(), obstacle: obstacle)
      expectBoth("a release") { FactWords($0).release(release) }
      let refusal = Refusal(field: "event", problem: "the consignment is \(obstacle.words)", whatToDo: "wait")
      expectBoth("\(refusal)") { RefusalWords(refusal, $0.language).text }
    }
    let notes: [HeadingNote] = [
      .lanesOfNewest(20, of: 31), .noRules, .alertsNotRead, .olderNotFollowed, .firstOf(100, of: 120),
      .declaredSince(now),
    ]
    for note in notes { expectBoth("\(note)") { FactWords($0).note(note) } }
    let ofFigures: [IndicatorNote] = [
      .erased(3), .noRoom(4), .provisional(until: now), .lanesOfNewest(100), .heading(.noRules),
    ]
    for note in ofFigures { expectBoth("\(note)") { FactWords($0).note(note) } }
  }

  @Test func whatDiffersFromASignedAgreementAndWhatACeremonyAsksIsInBothLanguages() throws {
    let stream = try StreamName("SV/GT/migration")
    let differences: [TermDifference] = [
      .line(label: "Retention", stream: stream, mine: "365 days", theirs: "400 days"),
      .line(label: "Realm", stream: nil, mine: "one.example", theirs: "two.example"), .onlyMine(stream),
      .onlyTheirs(stream),
    ]
    for difference in differences { expectBoth("\(difference)") { PactWords($0).difference(difference) } }
    let (sv, gt) = (try country("SV"), try country("GT"))
    for step in NextStep.allCases { expectBoth("\(step)") { PactWords($0).next(step, of: sv, with: gt) } }
  }

  private func sighting() throws -> TagAlarm.Sighting {
    TagAlarm.Sighting(
      try statement(
        """
        {"crossing":"GT-SV/la-hachadura","epc":"3474257BF400000000000001","post":"GT-SV/la-hachadura/SV",\
        "time":"2026-11-24T13:00:00Z"}
        """, of: "rfid-reads"))
  }

  @Test func whatIsWrongWithATagIsInBothLanguages() throws {
    let (sv, seen) = (try country("SV"), try sighting())
    let findings: [TagAlarm.Finding] = [
      .otherThanRegistered(by: sv, tid: "E2", seen, read: "E3"), .twoTags(seen, tid: "E2", seen, other: "E3"),
      .tooFast(seen, minutes: 3, seen, atLeast: 15), .inNoRegistry(seen), .retired(by: sv, reason: nil),
      .blocked(by: sv, since: now, reason: "robo"), .validFrom("2027-01-01"), .validUntil("2025-01-01"),
    ]
    for finding in findings { expectBoth("\(finding)") { FactWords($0).finding(finding) } }
    for kind in TagAlarm.Kind.allCases { expectBoth("\(kind)") { ValueWords.text(kind.rawValue, $0.language) } }
  }

  @Test func valuesOfEveryEnumerationOfRiskHaveWords() {
    let values =
      Lane.allCases.map(\.rawValue) + OperatorStanding.State.allCases.map(\.rawValue)
      + Alert.Severity.allCases.map(\.rawValue)
    for value in values { #expect(ValueWords.table[value] != nil, "\(value)") }
  }

  @Test func whyAStreamDoesNotFlowIsInBothLanguages() throws {
    let sv = try country("SV")
    let codes = (1...UInt8.max).compactMap { Message.Refusal.Code(rawValue: $0) }
    #expect(codes.count == 8)
    for code in codes {
      expectBoth("\(code)") { StreamWords($0).code(code) }
      for trouble in [StreamTrouble.refused(by: sv, code), .refusedHere(from: sv, code)] {
        expectBoth("\(trouble)") { StreamWords($0).trouble(trouble) }
      }
    }
    let troubles: [StreamTrouble] = [
      .originLost(sv), .otherAgreement(sv), .notOurCheckpoint(heldBy: sv), .unreadable, .noReceipt(sv),
      .isRecalling(from: sv), .notReturned(by: sv),
    ]
    for trouble in troubles { expectBoth("\(trouble)") { StreamWords($0).trouble(trouble) } }
    let obstacles: [AgreedStream.Obstacle] = [
      .suspended("por orden"), .doesNotFit("the topology has another filter"), .notYet(now), .expired(now),
    ]
    for obstacle in obstacles { expectBoth("\(obstacle)") { StreamWords($0).obstacle(obstacle) } }
    for isKept in [true, false] { expectBoth("a halt") { StreamWords($0).halt(hasForkProof: isKept) } }
  }

  @Test func whyALinkIsDownIsInBothLanguages() throws {
    let sv = try country("SV")
    let channels: [ChannelError] = [
      .notIstmo, .unknownVersion(9), .malformedPreamble, .notForUs(sv), .notANeighbour(sv),
      .frameLength(found: 1, expected: 2...3), .frameDoesNotOpen, .messageTooLong(9), .reservedType(1), .pingLength(9),
      .notEstablished, .ended,
    ]
    let failures: [LinkFailure] =
      channels.map { .channel($0) } + [
        .closedByPeer, .closedHere("the neighbour is slow"), .system(call: "connect", code: 111),
        .notResolved(endpoint: "gt.example:1", problem: "Name or service not known"), .handshakeTooSlow, .silent,
        .replaced, .removed, .stopped,
      ]
    for failure in failures { expectBoth("\(failure)") { StreamWords($0).failure(failure) } }
  }

  /// A home that was put back: it waits, it puts things in order, it goes on and one neighbour was not heard.
  private func putBack(_ stream: StreamName) -> [RecoveryStatus] {
    let kept = Recovery(restored: now, made: now, SystemEntropy())
    var over = kept
    over.isOver = true
    return [
      RecoveryStatus(kept: kept, awaited: [stream.recipient], unheard: [stream], without: [:]),
      RecoveryStatus(kept: kept, awaited: [], unheard: [], without: [:]),
      RecoveryStatus(kept: over, awaited: [], unheard: [stream], without: [:]),
    ]
  }

  @Test func whatIsWrongWithTheNodeIsInBothLanguages() throws {
    let (sv, stream) = (try country("SV"), try StreamName("SV/GT/migration"))
    let faults: [TermsFault] =
      [.notInTopology, .observer("the observer")] + TermsFault.Term.allCases.map { .changed([$0]) }
    let problems: [NodeProblem] =
      [
        .cardMissing(sv), .cardExpired(sv, now), .notInForce(AgreementStanding([], with: sv, at: now)), .stopping,
        .store(.full("/")), .store(.damaged("x")), .store(.busy("x")), .store(.failed("x")),
        .store(.notAtEnd(stream: stream, size: 1, first: 2)), .store(.recovering("x")),
        .erasingWaits(ErasureObstacle(daysAhead: 1_095)),
      ] + putBack(stream).map { .putBack($0) } + faults.map { .doesNotFit(stream, $0) }
      + CardKey.allCases.map { .keyStopped(DisabledKey(kind: $0, key: SHA256.hash([]), reason: "x")) }
    for problem in problems { expectBoth("\(problem)") { StreamWords($0).problem(problem) } }
  }
}

/// Why a record is refused is in Spanish too: every problem that the program's text holds has its words.
@Suite struct RefusalWordsTests {
  /// Where refusals of records, lines and tables are made.
  static let places = ["Sources/Catalog", "Sources/Node/Records", "Sources/Tables", "Sources/Desk/Forms"]
  static let files = ["Sources/Exchange/Core+Publish.swift"]

  /// The problems that a file's text gives to refusals, with `7` for what stands in them.
  static func problems(in text: String) -> [String] {
    let start = /(?:problem: |[rR]efusal\(\s*|[fF]ault\(\s*|let problem = )"/
    var found: [String] = []
    var rest = text[...]
    while let match = rest.firstMatch(of: start) {
      rest = rest[match.range.upperBound...]
      var (out, depth) = ("", 0)
      while let character = rest.popFirst() {
        if depth > 0 {
          depth += character == "(" ? 1 : character == ")" ? -1 : 0
        } else if character == "\\" {
          let next = rest.popFirst()
          if next == "(" { (out, depth) = (out + "7", 1) } else if let next { out.append(next) }
        } else if character == "\"" {
          break
        } else {
          out.append(character)
        }
      }
      found.append(out)
    }
    return found
  }

  @Test func everyProblemInTheProgramsTextHasSpanishWords() throws {
    var texts: [(String, String)] = []
    for place in Self.places {
      let folder = "\(TestDesk.root)/\(place)"
      for case let name as String in try #require(FileManager.default.enumerator(atPath: folder))
      where name.hasSuffix(".swift") && !Self.isOfDefinitions(name) {
        texts.append((name, try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)))
      }
    }
    for file in Self.files {
      texts.append((file, try String(contentsOfFile: "\(TestDesk.root)/\(file)", encoding: .utf8)))
    }
    var count = 0
    for (name, text) in texts {
      for problem in Self.problems(in: text) where !Self.isMadeOfParts(problem) {
        let words = RefusalWords(Refusal(field: "x", problem: problem, whatToDo: "mend it"), .es)
        #expect(words.isTranslated && !words.text.contains("mend it"), "\(name): \(problem)")
        count += 1
      }
    }
    #expect(count > 120, "\(count)")
  }

  /// What is tried with its parts elsewhere: a hold that keeps customs from releasing.
  private static func isMadeOfParts(_ problem: String) -> Bool { ["", "7", "the consignment is 7"].contains(problem) }

  /// Files that read definitions, topologies and rules, and declarations under the DUCA's numbers: their faults are for who writes those, at
  /// the command line.
  private static func isOfDefinitions(_ name: String) -> Bool {
    ["Reader", "Toml/", "Topology/", "Schema/", "Diagnostic", "DUCA/"].contains { name.contains($0) }
  }

  @Test func noPatternSaysTheSameInBothLanguages() {
    for (english, spanish) in RefusalWords.patterns where english.contains(/[a-z]{3}/) && english != "column *: *" {
      #expect(english != spanish && english.count { $0 == "*" } >= spanish.count { $0 == "*" }, "\(english)")
    }
  }
}
