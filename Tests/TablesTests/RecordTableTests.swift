import Catalog
import Foundation
import Tables
import Terms
import Testing

/// Tables and records: what columns mean, and that what is exported can be published again.
@Suite struct RecordTableTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Topology/datasets").path

  private func definition(_ name: String) throws -> Definition {
    try #require(Definition.load("\(Self.folder)/\(name).toml").definition)
  }

  private func columns(
    _ dataset: String, _ header: [String], map: [(String, String)] = [], set: [(String, String)] = []
  ) throws -> RecordColumns {
    var mapping = RecordColumns.Mapping()
    mapping.columns = map
    mapping.constants = set
    return try RecordColumns(header: header, mapping: mapping, of: definition(dataset))
  }

  @Test func columnsNameFieldsPartsAndPositions() throws {
    let columns = try columns(
      "certificates",
      [
        "number", "consignor.name", "consignor.company.country", "consignor.company.number", "containers",
        "items.2.origin",
        "items.1.description", "items.1.packages", "declarations.1", "xml_bytes", "plate", "_line", "reference",
      ])
    let record = try columns.record([
      "SV-1", "Café, S.A.", "SV", "0614-010190-101-2", "MSKU1234565|TGHU 9876541", "GT", "'=arroz", "12",
      "libre de plagas",
      "99", #"{"country":"GT","text":"C 123 BBB"}"#, "77", "r-1",
    ])
    let expected =
      #"{"number":"SV-1","consignor":{"name":"Café, S.A.","company":{"country":"SV","number":"0614-010190-101-2"}},"#
      + #""containers":["MSKU1234565","TGHU 9876541"],"items":[{"description":"=arroz","packages":12},{"origin":"GT"}],"#
      + #""declarations":["libre de plagas"],"xml_bytes":99,"plate":{"country":"GT","text":"C 123 BBB"},"reference":"r-1"}"#
    #expect(record.json == expected)
  }

  @Test func aMapSaysWhichColumnIsWhichAndWhatEveryRecordHas() throws {
    let columns = try columns(
      "migration", ["Documento", "Notas = x", "País"],
      map: [("Documento", "document.number"), ("Notas = x", ""), ("País", "document.country")],
      set: [("event", "departure"), ("document.kind", "passport")])
    #expect(
      try columns.record(["A1", "nada", "SV"]).json
        == #"{"event":"departure","document":{"kind":"passport","number":"A1","country":"SV"}}"#)
  }

  @Test(
    arguments: [
      (
        ["evnt"], [],
        "column 1: migration has no field \"evnt\"; see dataset show migration; map it with \"evnt=FIELD\""
      ),
      (["event", "event"], [], "column 2: event has a column before"),
      (["event;direction"], [], "column 1: migration has no field"),
      (["_a", "_b"], [], "the header names no field"),
      (["document.age"], [], "names no part of a document; write one of country, expiry, kind, number after it"),
      (["event.1"], [], "goes into a enum, which has no parts"),
      (["event"], [("Tipo", "event")], "the header has no column \"Tipo\"; it has event"),
    ] as [([String], [(String, String)], String)])
  func aHeaderThatCannotBeMeantIsRefusedWithItsColumn(_ header: [String], _ map: [(String, String)], _ words: String)
    throws
  {
    let error = #expect(throws: TableFault.self) { _ = try columns("migration", header, map: map) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func positionsMustBeInTheList() throws {
    for path in ["containers.0", "containers.21", "containers.x", "items.packages", "items.101.packages"] {
      let error = #expect(throws: TableFault.self) { _ = try columns("certificates", [path]) }
      #expect(error?.problem.contains("needs a position from 1 to") == true)
    }
  }

  @Test func aRowWithOtherCellsThanTheHeaderIsRefused() throws {
    let columns = try columns("migration", ["event", "crossing"])
    #expect(throws: Refusal.self) { _ = try columns.record(["departure"]) }
    #expect(throws: Refusal.self) { _ = try columns.record(["departure", "exit", "x"]) }
    let error = #expect(throws: Refusal.self) { _ = try self.columns("certificates", ["items"]).record(["[{"]) }
    #expect(error?.problem.hasPrefix("the cell holds JSON that cannot be read") == true)
  }

  @Test func theFittingSeparatorIsTheOneWithTheMostKnownColumns() throws {
    let text = Array("event;document.number;reference\ndeparture;A,1;x\n".utf8)
    var isGiven = false
    var reader = CSVReader {
      defer { isGiven = true }
      return isGiven ? [] : text
    }
    let definition = try definition("migration")
    let best = try reader.firstRows().max {
      RecordColumns.fitting($0.row.cells, .init(), definition)
        < RecordColumns.fitting($1.row.cells, .init(), definition)
    }
    #expect(best?.separator == .semicolon)
    reader.use(.semicolon)
    _ = try reader.next()
    #expect(try reader.next()?.cells == ["departure", "A,1", "x"])
  }

  @Test func whatIsExportedIsPublishedAgainAsTheSameRecord() throws {
    let definition = try definition("certificates")
    let source =
      #"{"number":"=HYPERLINK(1)","consignor":{"name":"-A, \"B\"","company":{"country":"SV","number":"1"}},"#
      + #""plate":{"country":"GT","text":"C|1"},"containers":["MSKU1234565","TGHU9876541"],"declarations":["a|b","c"],"#
      + #""items":[{"description":"x","packages":3,"net_kg":"-1.500"}],"seals":["[1"],"xml_bytes":5,"ducas":["@x"]}"#
    let record = try JSONValue(parsing: Array(source.utf8))
    let table = RecordTable(definition, aside: ["id", "stream"])
    let text = CSVWriter.row(table.header) + CSVWriter.row(table.row(record, aside: ["1", "=cmd"]))
    #expect(!text.contains(",=") && !text.contains(",@") && !text.contains(",-A"))
    var isGiven = false
    var reader = CSVReader {
      defer { isGiven = true }
      return isGiven ? [] : Array(text.utf8)
    }
    let header = try #require(try reader.next()).cells
    let columns = try RecordColumns(header: header, mapping: .init(), of: definition)
    let again = try columns.record(try #require(try reader.next()).cells)
    func sorted(_ value: JSONValue) -> JSONValue {
      switch value {
      case .object(let members):
        .object(members.map { .init(name: $0.name, value: sorted($0.value)) }.sorted { $0.name < $1.name })
      case .list(let items): .list(items.map(sorted))
      default: value
      }
    }
    #expect(sorted(again).json == sorted(record).json)
  }
}
