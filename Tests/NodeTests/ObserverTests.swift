import Catalog
import Ceremony
import Exchange
import Foundation
import Ledger
import Node
import Sodium
import Terms
import Testing

/// Nothing of a person reaches an observer: not by a topology, not by a ceremony, and not by either end of a stream.
@Suite struct ObserverTests {
  static let observer = "XS"
  static let topologyFile = "\(NodePair.root)/Topology/central-america.toml"

  private static func topology(_ edit: (String) -> String) -> (topology: Topology?, faults: [Diagnostic]) {
    Topology.read(topologyFile) { path in
      guard let bytes = SmallFile.read(path) else { return nil }
      return path == topologyFile ? Array(edit(String(decoding: bytes, as: UTF8.self)).utf8) : bytes
    }
  }

  /// Terms as nobody's topology could have them, of a definition that there is.
  private static func terms(_ topology: Topology, _ dataset: String, fields: [String]) throws -> StreamTerms {
    let definition = try #require(topology.definition(DatasetName(dataset)))
    return StreamTerms(
      stream: try StreamName("SV/\(observer)/\(dataset)"), version: definition.version, definition: definition.digest,
      filter: [], fields: fields, mode: .replicate, purpose: "Look at everybody.", roles: ["statistician"],
      retentionDays: 30)
  }

  @Test(arguments: ["migration", "captures-sent", "rfid-reads", "manifests", "lookups"])
  func aTopologyThatSendsItAnythingElseHasAFault(terms: String) throws {
    let (topology, faults) = Self.topology {
      $0.replacing(
        "terms = [\"indicators\", \"measures-told\", \"projects\"]",
        with: "terms = [\"indicators\", \"\(terms)\"]", maxReplacements: 1)
    }
    #expect(topology == nil)
    let said = faults.map(\.description)
    #expect(said.contains { $0.contains("observer") }, "\(said)")
  }

  @Test func aDefinitionWithPersonalFieldsIsNotObservable() throws {
    let file = "\(NodePair.root)/Topology/datasets/migration.toml"
    let text = String(decoding: try #require(SmallFile.read(file)), as: UTF8.self)
      .replacing("mode = \"replicate\"", with: "mode = \"replicate\"\nobservable = true", maxReplacements: 1)
    let (definition, faults) = Definition.read(Array(text.utf8), file: file)
    #expect(definition == nil)
    #expect(faults.contains { $0.description.contains("says something of a person") }, "\(faults)")
  }

  @Test func theObserverIsNoOriginInAnyTerms() throws {
    let topology = try Topology.load(Self.topologyFile)
    var terms = try Self.terms(topology, "indicators", fields: ["indicator", "country", "value"])
    terms.stream = try StreamName("\(Self.observer)/SV/indicators")
    #expect(throws: AgreementError.self) {
      try AgreementTerms(
        realm: topology.realm, between: CountryCode("SV"), and: CountryCode(Self.observer), streams: [terms],
        validFrom: CalendarDay("2026-01-01"), validUntil: CalendarDay("2027-01-01"))
    }
  }

  @Test func aCeremonyOnPersonalFieldsIsRefusedAtBothSides() throws {
    let scratch = try Scratch()
    let files = try Topology.collect(Self.topologyFile)
    let sv = try scratch.home("SV", topology: files)
    let observer = try scratch.home(Self.observer, topology: files)
    let topology = try sv.loadTopology()
    for (dataset, fields) in [("migration", ["event", "surname"]), ("rfid-reads", ["epc", "post", "time"])] {
      let terms = try AgreementTerms(
        realm: topology.realm, between: CountryCode("SV"), and: CountryCode(Self.observer),
        streams: [Self.terms(topology, dataset, fields: fields)], validFrom: CalendarDay("2026-09-01"),
        validUntil: CalendarDay("2028-08-31"))
      for home in [sv, observer] {
        let root = try home.rootKeyFile().open(passphrase: Scratch.phrase())
        let offer = try CeremonyState.offer(
          root: root, card: home.card(), terms: terms, SystemEntropy(), now: Scratch.now)
        let error = #expect(throws: HomeError.self) { try home.keep(offer) }
        #expect(error?.description.contains("observer") == true, "\(String(describing: error))")
        #expect(try home.ceremonies().isEmpty)
      }
    }
  }

  @Test func neitherEndLetsItThroughWhateverWasSigned() throws {
    let registry = Registry(try Topology.load(Self.topologyFile))
    let migration = try DatasetName("migration")
    let sv = try CountryCode("SV")
    let definition = try #require(registry.definition(migration))
    let draft = try registry.draft(NodePair.departure(1), of: definition, from: sv, now: SystemClock().now())
    // Even the fields that say nothing of a person: the dataset does.
    for fields in [["document", "event", "surname"], ["crossing", "event", "time"]] {
      let terms = try Self.terms(registry.topology, "migration", fields: fields)
      let read = registry.read(draft.body, of: migration, version: definition.version)
      #expect(!read.isAdmitted(under: terms))
      #expect(read.project(under: terms) == Array("{}".utf8))
      var toCountry = terms
      toCountry.stream = try StreamName("SV/GT/migration")
      #expect(read.isAdmitted(under: toCountry))
      let body = read.project(under: toCountry)
      #expect(throws: RuleBreach.self) { try registry.verify(body, kind: .record, terms: terms) }
    }
  }

  @Test func anObserverPublishesNothing() throws {
    let registry = Registry(try Topology.load(Self.topologyFile))
    let definition = try #require(registry.definition(DatasetName("measures")))
    let refusal = #expect(throws: Refusal.self) {
      try registry.draft(
        Array("{}".utf8), of: definition, from: CountryCode(Self.observer), now: SystemClock().now())
    }
    #expect(refusal?.description.contains("an observer publishes nothing") == true)
  }

  @Test func itReceivesWhatWasAgreedAndKnowsOfNothingElse() throws {
    let pair = try NodePair(with: Self.observer)
    let (sv, observer) = try pair.start()
    _ = try NodePair.publish(0..<3, at: sv)
    let measures = try DatasetName("measures")
    let definition = try #require(sv.registry.definition(measures))
    let line = """
      {"identifier":"M-1","title":"Carril","measure":"rfid","scope":"country","country":"SV","countries":["SV"],\
      "bodies":["Aduana"],"state":"started","time":"2026-11-20T00:00:00Z","starts":"2026-01-01","due":"2027-01-01"}
      """
    let draft = try sv.registry.draft(
      Array(line.utf8), of: definition, from: sv.country, now: SystemClock().now())
    #expect(try sv.engine.publish([draft]).count == 1)
    // The record and the entry of its epoch, with the observer's receipt.
    let stream = try StreamName("SV/\(Self.observer)/measures")
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: stream).receipt?.checkpoint.size == 2 })
    let request = LookupRequest(
      dataset: measures, by: Asker(officer: "est-1", role: "statistician", purpose: "test"))
    #expect(try observer.lookups.answer(request).records.count == 1)
    let names = observer.status().streams.filter { $0.direction != .home }.map(\.stream.description)
    #expect(names == ["indicators", "measures", "projects"].map { "SV/\(Self.observer)/\($0)" })
    #expect(NodePair.eventually { sv.status().isFlowing && observer.status().isFlowing })
    #expect(throws: LookupError.self) { try observer.indicators(IndicatorRequest()) }
  }
}
