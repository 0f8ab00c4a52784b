import Catalog
import Terms
import Testing

@testable import Forms

/// A dataset as forms see it, read from the project's own definition.
private func dataset(_ name: String) throws -> (Definition, Topology) {
  let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  let topology = try Topology.load("\(root)/Topology/central-america.toml")
  return (try #require(topology.definition(named: name)), topology)
}

private func country(_ code: String) throws -> CountryCode { try CountryCode(code) }
private let now = Instant(milliseconds: 1_795_000_000_000)

/// What is asked, in which order, and when.
@Suite struct FormLayoutTests {
  @Test func theEventIsChosenBeforeAnythingElse() throws {
    let (definition, _) = try dataset("migration")
    let open = FormLayout(definition, FormValues())
    #expect(open.first.map(\.field.name) == ["event"] && open.rest.isEmpty)
    let chosen = FormLayout(definition, try #require(FormValues(["event": "departure"])))
    let names = chosen.rest.map(\.field.name)
    #expect(names.contains("document") && !names.contains("refers") && !names.contains("reference"))
    let confirming = FormLayout(definition, try #require(FormValues(["event": "entry-confirmed"]))).rest.map(
      \.field.name)
    #expect(confirming.contains("refers") && !confirming.contains("document"))
  }

  @Test func whatIsCompulsoryFollowsWhatWasChosen() throws {
    let (definition, _) = try dataset("migration")
    func compulsory(_ texts: [String: String]) throws -> Set<String> {
      let layout = FormLayout(definition, try #require(FormValues(texts)))
      return Set(layout.blocks.filter(\.isCompulsory).map(\.field.name))
    }
    let plain = try compulsory(["event": "departure"])
    #expect(plain.isSuperset(of: ["surname", "document", "sex", "decision", "post"]) && !plain.contains("reason"))
    #expect(try compulsory(["event": "departure", "decision": "refuse"]).contains("reason"))
    #expect(try compulsory(["event": "departure", "minor": "with-guardian"]).contains("guardian_document"))
  }

  @Test func whatHangsOnAnOpenChoiceMayBeAskedAndWhatHasNoPlaceIsNot() throws {
    let (definition, _) = try dataset("risk-alerts")
    func asked(_ texts: [String: String]) throws -> Set<String> {
      Set(FormLayout(definition, try #require(FormValues(texts))).blocks.map(\.field.name))
    }
    #expect(try asked(["event": "issued"]).isSuperset(of: ["plate", "container", "subject"]))
    let chosen = try asked(["event": "issued", "subject": "plate"])
    #expect(chosen.contains("plate") && !chosen.contains("container"))
    // What was typed before is shown, so that it can be taken out.
    #expect(try asked(["event": "issued", "subject": "plate", "container": "CSQU3054383"]).contains("container"))
  }

  @Test func groupsAndDocumentsHaveTheirPartsAndListsTheirRows() throws {
    let (definition, _) = try dataset("manifests")
    var values = try #require(FormValues(["event": "declared", "lines.2.net_kg": ""]))
    func block(_ name: String) -> FormLayout.Block? {
      FormLayout(definition, values).blocks.first { $0.field.name == name }
    }
    guard case .rows(let rows, mayGrow: true)? = block("lines")?.shape else {
      Issue.record("lines are no rows")
      return
    }
    #expect(rows.count == 2 && rows[1].contains { $0.place == "lines.2.net_kg" })
    guard case .parts(let parts)? = block("exporter")?.shape else {
      Issue.record("an exporter has no parts")
      return
    }
    #expect(parts.map(\.place).prefix(2) == ["exporter.company.country", "exporter.company.number"])
    values.addRow(to: "containers", limit: 20)
    guard case .rows(let containers, _)? = block("containers")?.shape else {
      Issue.record("containers are no rows")
      return
    }
    #expect(containers.map { $0.map(\.place) } == [["containers.1"], ["containers.2"]])
  }

  @Test func everyDatasetsFormAsksEveryFieldUnderEveryEvent() throws {
    let (_, topology) = try dataset("migration")
    for definition in topology.definitions {
      let first = FormLayout(definition, FormValues()).first.map(\.field)
      #expect(first.count <= 1, "\(definition.dataset)")
      var asked: Set<String> = []
      var chosen: [[String: String]] = [[:]]
      if let field = first.first, case .enumeration(let words) = field.type { chosen = words.map { [field.name: $0] } }
      for texts in chosen {
        asked.formUnion(FormLayout(definition, try #require(FormValues(texts))).blocks.map(\.field.name))
      }
      #expect(asked == Set(definition.fields.map(\.name)).subtracting(["reference"]), "\(definition.dataset)")
    }
  }
}

/// What is typed becomes a record, and faults find their places.
@Suite struct FormRecordTests {
  @Test func whatWasTypedBecomesTheRecordThatPublishTakes() throws {
    let (definition, topology) = try dataset("migration")
    let values = try #require(
      FormValues([
        "event": "departure", "post": "GT-SV/la-hachadura/SV", "crossing": "", "from": "sv", "to": "GT",
        "time": "2026-11-18T08:03", "document.kind": "identity-card", "document.country": "sv",
        "document.number": " 00016297-5 ", "document.expiry": "", "surname": " Martínez Peña\r\n",
        "given_names": "=Ana",
        "birth_date": "1974-08-12", "sex": "F", "nationality": "sv", "decision": "admit", "authorised_days": "90",
        "vehicle.country": "SV", "vehicle.text": "P 123-456",
      ]))
    let record = try values.record(of: definition, offset: "-06:00")
    #expect(record["document"]?["number"]?.string == "00016297-5" && record["document"]?["country"]?.string == "SV")
    #expect(record["time"]?.string == "2026-11-18T08:03:00-06:00")
    #expect(record["surname"]?.string == "Martínez Peña" && record["authorised_days"] == .number(90))
    #expect(record["crossing"] == nil && record["given_names"]?.string == "=Ana")
    let faults = definition.faults(
      of: Array(record.json.utf8), from: try country("SV"), topology: topology, now: now)
    // Only what a name may not hold.
    #expect(faults.map(\.field) == ["given_names"])
  }

  @Test func emptyRowsAreTakenOutSoThatFaultsNameTheRowsThatAreSeen() throws {
    let (definition, topology) = try dataset("manifests")
    let values = try #require(
      FormValues([
        "event": "declared", "containers.1": "", "containers.3": "CSQU3054383", "containers.4": "XXXX0000000",
        "lines.2.description": "Café", "lines.1.description": "",
      ]))
    let compact = values.compacted(for: definition)
    #expect(compact["containers.1"] == "CSQU3054383" && compact["containers.2"] == "XXXX0000000")
    #expect(compact["lines.1.description"] == "Café" && compact.rows(of: "lines") == 1)
    let record = try compact.record(of: definition, offset: "-06:00")
    let refusals = definition.faults(of: Array(record.json.utf8), from: try country("SV"), topology: topology, now: now)
    let faults = FormFaults(refusals, in: FormLayout(definition, compact))
    #expect(faults.faults["containers.2"] != nil && faults.faults["containers.1"] == nil)
    // All that is missing is told at once, each at its field.
    #expect(
      faults.faults["duca"]?.problem == "missing" && faults.faults["kind"] != nil && faults.faults["route"] != nil)
  }

  @Test func aZoneKeepsItsLinesAndOtherTextsLoseThem() throws {
    let (definition, _) = try dataset("migration")
    let values = try #require(FormValues(["mrz": "P<UTO\r\nL898\r\n", "reason": "uno\r\ndos"]))
    let record = try values.record(of: definition, offset: "-06:00")
    #expect(record["mrz"]?.string == "P<UTO\nL898" && record["reason"]?.string == "uno dos")
  }

  @Test func placesThatAreNoneAreRefusedAndFormsAreBounded() throws {
    let (definition, _) = try dataset("migration")
    for place in ["replaces", "withdraws", "nothing", "document.colour", "surname.1", "document.number.2", ""] {
      let values = try #require(FormValues([place: "x"]))
      #expect(throws: Refusal.self, "\(place)") { try values.record(of: definition, offset: "-06:00") }
    }
    #expect(FormValues(["surname": String(repeating: "x", count: FormValues.longest)]) == nil)
    let many = Dictionary(uniqueKeysWithValues: (0...FormValues.mostPlaces).map { ("route.\($0)", "") })
    #expect(FormValues(many) == nil)
    var values = FormValues()
    for _ in 0..<50 { values.addRow(to: "route", limit: 8) }
    #expect(values.rows(of: "route") == 8)
  }
}

/// What officers do about records.
@Suite struct ActTests {
  @Test func everyActMakesARecordOfFieldsThatItsDatasetHas() throws {
    let (_, topology) = try dataset("migration")
    #expect(Set(Act.all.map(\.name)).count == Act.all.count)
    for act in Act.all {
      let definition = try #require(topology.definition(named: act.dataset))
      let about = try #require(topology.definition(named: act.about.dataset))
      for name in act.asked + act.taken.map(\.to) + act.given.keys {
        #expect(definition.field(name) != nil, "\(act.name): \(name)")
      }
      for name in act.taken.map(\.from) { #expect(about.field(name) != nil, "\(act.name): \(name)") }
      #expect(Set(act.asked).isDisjoint(with: act.taken.map(\.to)), "\(act.name)")
      if act.refers { #expect(definition.refersField == "refers") }
      // What the definition makes compulsory for this event comes from somewhere.
      let values = try #require(FormValues(act.given))
      let layout = FormLayout(definition, values)
      let known = Set(act.asked + act.taken.map(\.to) + act.given.keys + ["refers", "time", "post", "crossing"])
      for block in layout.blocks where block.isCompulsory {
        #expect(known.contains(block.field.name), "\(act.name) leaves \(block.field.name) out")
      }
    }
  }

  @Test func whatAnActTakesOverIsWhatTheRecordSays() throws {
    let act = try #require(Act.named("release"))
    let old: JSONValue = ["event": "held", "route": ["SV", "GT"], "duca": "SV-1", "goods": "Café", "authority": "MAG"]
    let members = Dictionary(uniqueKeysWithValues: act.members(of: old, id: "ID").map { ($0.name, $0.value) })
    #expect(members == ["event": "released", "refers": "ID", "route": ["SV", "GT"], "duca": "SV-1"])
  }

  @Test func aHoldIsEndedByTheCountryThatHolds() {
    let own = Act.about("quarantine", event: "held", isHome: true).map(\.name)
    #expect(own == ["treat", "release", "return", "destroy"])
    #expect(Act.about("quarantine", event: "held", isHome: false).isEmpty)
    #expect(Act.about("quarantine", event: "released", isHome: true).isEmpty)
    #expect(Act.about("risk-alerts", event: "issued", isHome: false).map(\.name) == ["outcome"])
  }
}
