import Terms
import Testing

@testable import Catalog

/// The DUCA as a record: what it needs, what must add up, and what of it leaves the country.
@Suite struct ManifestTests {
  static let good = """
    {"event":"declared","duca":"SV-F-2026-0001234","kind":"DUCA-F","route":["SV","HN","NI"],\
    "crossings":["SV-HN/el-amatillo","HN-NI/guasaule"],"time":"2026-11-24T07:00:00-06:00",\
    "expected":"2026-11-25T15:00:00-06:00","acceptance_date":"2026-11-24",\
    "exporter":{"company":{"country":"SV","number":"0614-050707-104-8"},"name":"Café de Ejemplo, S.A. de C.V."},\
    "importer":{"company":{"country":"NI","number":"J0310000000001"},"name":"Importadora Ejemplo"},\
    "regime":"10","destination":"NI","transport_mode":"road","carrier":{"code":"SV01234","name":"Transportes Ejemplo"},\
    "driver":{"document":{"kind":"identity-card","country":"SV","number":"00016297-5"},"name":"Ana Peña"},\
    "vehicle":{"plate":{"country":"SV","text":"C 123-456"},"trailer":{"country":"SV","text":"RE 1234"},"units":1},\
    "seals":["SV-0099"],"containers":["CSQU 305438 3"],"transaction_value":"1000","freight":"150.5","insurance":"9.5",\
    "customs_value":"1160","incoterm":"FOB","gross_kg":"1050.5","net_kg":"1000","lines":[\
    {"packages":10,"net_kg":"600","gross_kg":"630.5","origin":"SV","tariff":"0901.21.00.00","description":"Café tostado",\
    "customs_value":"1000"},\
    {"packages":4,"net_kg":"400","gross_kg":"420","origin":"GT","tariff":"0902.10.00.00","description":"Té verde",\
    "customs_value":"160"}],"documents":[{"kind":"380","number":"F-77","lines":"1-2","amount":"1000"}],\
    "valid_until":"2027-01-05"}
    """

  let manifest: Dataset

  init() throws { manifest = try Dataset("manifests", Self.good) }

  @Test func aDeclarationIsFoundByAllItsKeys() throws {
    for (field, typed) in [
      ("duca", "svf20260001234"), ("containers", "CSQU305438"), ("seals", "sv 0099"), ("vehicle.plate", "SV/C123456"),
      ("vehicle.trailer", "re1234"), ("driver.document", "00016297-5"), ("exporter.company", "06140507071048"),
      ("importer.company", "NI/J0310000000001"), ("lines.tariff", "0901.21"), ("documents.number", "F-77"),
      ("carrier.code", "sv01234"),
    ] { try manifest.finds(field, typed) }
  }

  @Test func whatDoesNotAddUpIsRefused() {
    manifest.refuses(
      ["net_kg": #""1000.001""#], #"net_kg: not the sum of lines.net_kg (found "1000.001; the sum is 1000")"#)
    manifest.refuses(["gross_kg": #""1050""#], "gross_kg: not the sum of lines.gross_kg")
    manifest.refuses(["customs_value": #""1161""#], "customs_value: not the sum of transaction_value, freight")
    manifest.refuses(
      ["insurance": nil], "customs_value: not the sum of transaction_value, freight, insurance, other_costs")
    let line =
      #"[{"packages":1,"net_kg":"1000","gross_kg":"999","origin":"SV","tariff":"090121","description":"Café"}]"#
    manifest.refuses(
      ["lines": line, "gross_kg": #""999""#, "documents": nil],
      "net_kg: more than gross_kg (found \"1000; gross_kg is 999\")")
    manifest.refuses(
      ["documents": #"[{"kind":"380","number":"F-77","lines":"1, 3"}]"#],
      #"documents[1].lines: a line that is not there (found "1, 3"); name lines from 1 to the number of lines"#)
    manifest.refuses(["valid_until": #""2026-11-23""#], "acceptance_date: after valid_until")
    manifest.refuses(["regime_expiry": #""2026-11-23""#], "acceptance_date: after regime_expiry")
  }

  @Test func aFaultInALineIsNamed() {
    let line =
      #"[{"packages":1,"net_kg":"1,000","gross_kg":"999","origin":"SV","tariff":"090121","description":"Café"}]"#
    manifest.refuses(["lines": line], #"lines[1].net_kg: not a decimal number (found "1,000")"#)
    manifest.refuses(
      ["containers": #"["CSQU3054384"]"#], "containers[1]: the container number's check digit does not fit")
    manifest.refuses(["lines": nil], "lines: missing; add it; it is required when event is declared")
    manifest.refuses(["route": nil], "route: missing; add it; every record has it")
  }

  @Test func aChangeOfStateRefersAndHoldsNoMore() throws {
    let bare = manifest.good.filter { !["duca", "kind", "route", "time"].contains($0.name) }
    var changes: [String: String?] = Dictionary(bare.map { ($0.name, nil) }, uniquingKeysWith: { first, _ in first })
    changes["event"] = #""departed""#
    changes["refers"] = #""019ab7e2-5a00-7000-8000-0123456789ab""#
    changes["post"] = #""SV-HN/el-amatillo/SV""#
    try manifest.check(changes)
    manifest.refuses(changes.merging(["refers": nil]) { $1 }, "refers: missing")
    manifest.refuses(
      changes.merging(["post": nil]) { $1 }, "post: missing; add it; it is required when event is departed")
    manifest.refuses(changes.merging(["post": #""SV-HN/el-amatillo/HN""#]) { $1 }, "post: a post of HN, not of SV")
    manifest.refuses(changes.merging(["regime": #""10""#]) { $1 }, "regime: has no place here")
    manifest.refuses(
      changes.merging(["event": #""held""#]) { $1 }, "reason: missing; add it; it is required when event is held")
    manifest.refuses(["refers": #""019ab7e2-5a00-7000-8000-0123456789ab""#], "refers: has no place here")
  }

  @Test func valuesStayAtHomeAndTheRouteDecides() throws {
    let shared = manifest.definition.sharedFields
    #expect(shared.count <= 128 && manifest.definition.leaves.count <= 128)
    for value in [
      "transaction_value", "customs_value", "lines.customs_value", "documents.amount", "incoterm", "settlement",
    ] {
      #expect(!shared.contains(value) && manifest.definition.field(value) != nil, "\(value)")
    }
    let body = manifest.definition.project(try manifest.check(), onto: shared)
    let text = String(decoding: body, as: UTF8.self)
    for value in ["1160", "150.50", "9.50", "FOB", "customs_value"] { #expect(!text.contains(value), "\(value)") }
    for (country, concerns) in [("SV", true), ("HN", true), ("NI", true), ("GT", false), ("CR", false)] {
      let filter = [FilterClause(field: "route", values: [country])]
      #expect(manifest.definition.admits(body, filter: filter) == concerns, "\(country)")
    }
  }

  @Test func theDestinationIsAwaited() throws {
    #expect(
      manifest.definition.awaited(by: try manifest.check(), of: Sample.salvador) == .country(Sample.country("NI")))
  }
}
