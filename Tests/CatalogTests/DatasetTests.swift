import Terms
import Testing

@testable import Catalog

/// Every dataset of the strategy takes a good record, and refuses what breaks its rules with a sentence that helps.
@Suite struct DatasetTests {
  static let id = #""019ab7e2-5a00-7000-8000-0123456789ab""#
  static let digest = "\"\(String(repeating: "0a", count: 32))\""

  @Test func everyDatasetIsToldInBothLanguages() throws {
    let definitions = try Sample.topology().definitions
    #expect(
      definitions.map(\.dataset.description) == [
        "captures", "cargo-units", "certificates", "hits", "incidents", "indicators", "lookups", "manifests",
        "measures",
        "migration", "operators", "posts", "projects", "quarantine", "rfid-reads", "risk-alerts",
        "tag-alarms",
      ])
    for definition in definitions {
      #expect(definition.title.es != definition.title.en && definition.description.es != definition.description.en)
      for field in definition.leaves {
        #expect(
          !field.title.es.isEmpty && field.description.es != field.description.en, "\(definition.dataset) \(field.name)"
        )
        #expect(field.description.es.hasSuffix(".") && field.description.en.hasSuffix("."), "\(field.name)")
      }
    }
  }

  @Test func indicatorsHoldNothingOfAPerson() throws {
    for name in ["indicators", "measures", "projects", "posts", "rfid-reads"] {
      #expect(try Sample.definition(name).leaves.allSatisfy { !$0.isPersonal }, "\(name)")
    }
  }

  @Test func aCertificate() throws {
    let set = try Dataset(
      "certificates",
      """
      {"event":"issued","number":"SV-FITO-2026-001","kind":"phytosanitary","route":["SV","GT"],"time":"2026-11-24T08:00:00Z",\
      "authority":"Dirección General de Sanidad Vegetal","signatory":"Ana Peña","consignor":{"name":"Ejemplo, S.A."},\
      "consignee":{"name":"Destino, S.A."},"export_country":"SV","import_country":"GT","transport_mode":"road",\
      "containers":["CSQU3054383"],"ducas":["SV-F-1"],"items":[{"description":"Frijol rojo","scientific_name":"Phaseolus vulgaris",\
      "net_kg":"100","gross_kg":"101","tariff":"071333","origin":"SV"}],"declarations":["Libre de plagas."],\
      "xml_digest":\(Self.digest),"xml_bytes":5321,"xml_media_type":"application/xml"}
      """)
    try set.check()
    try set.finds("number", "sv fito 2026 001")
    try set.finds("items.scientific_name", "phaseolus VULGARIS")
    try set.finds("ducas", "svf1")
    set.refuses(
      ["items": #"[{"description":"x","net_kg":"2","gross_kg":"1"}]"#], "items[1].net_kg: more than items.gross_kg")
    set.refuses(["xml_digest": #""abc""#], "xml_digest: not a SHA-256: 64 hexadecimal digits")
    set.refuses(["event": #""withdrawn""#], "authority: has no place here")
    set.refuses(["post": #""GT-SV/la-hachadura/GT""#], "post: a post of GT, not of SV")
    let event = try Dataset(
      "certificates",
      #"{"event":"acknowledged","refers":\#(Self.id),"number":"SV-FITO-2026-001","kind":"phytosanitary","route":["SV","GT"],"time":"2026-11-24T08:00:05Z","delivery":"delivered"}"#
    )
    try event.check(from: Sample.guatemala)
    event.refuses(["delivery": nil], "delivery: missing; add it; it is required when event is acknowledged")
    event.refuses(["event": #""replaced""#, "delivery": nil], "reason: missing")
  }

  @Test func aCargoUnitAndItsRead() throws {
    let unit = try Dataset(
      "cargo-units",
      """
      {"event":"registered","epc":"urn:epc:tag:giai-96:3.0614141.5678","tid":"E2801160600002053A2B17C4","country":"SV",\
      "time":"2026-11-24T08:00:00Z","kind":"truck","plate":{"country":"SV","text":"C 123-456"},\
      "owner":{"country":"SV","number":"0614-050707-104-8"},"valid_from":"2026-11-24","valid_until":"2031-11-23"}
      """)
    try unit.finds("epc", "3474257BF40000000000162E")
    unit.refuses(["valid_until": #""2026-11-24""#], "valid_until: not after valid_from")
    unit.refuses(["country": #""GT""#], "country: not SV, which publishes")
    unit.refuses(["tid": nil], "tid: missing; add it; it is required when event is registered")
    unit.refuses(["event": #""blocked""#], "kind: has no place here")
    let read = try Dataset(
      "rfid-reads",
      """
      {"epc":"3474257bf40000000000162e","post":"SV-HN/el-amatillo/SV","reader":"A-1","direction":"in","time":"2026-11-24T09:00:00.250Z"}
      """)
    try read.finds("epc", "urn:epc:tag:giai-96:3.0614141.5678")
    #expect(String(decoding: try read.check(), as: UTF8.self).contains(#""crossing":"SV-HN/el-amatillo""#))
    read.refuses(["post": #""SV-HN/el-amatillo/HN""#], "post: a post of HN, not of SV")
    read.refuses(["crossing": #""SV-HN/el-poy""#], "post: not a post of the crossing")
    read.refuses(["epc": #""urn:epc:id:giai:0614141.5678""#], "epc: a pure identity URI")
  }

  @Test func aCapture() throws {
    let set = try Dataset(
      "captures",
      """
      {"subject":"plate","post":"GT-SV/la-hachadura/SV","camera":"C-3","time":"2026-11-24T09:00:00Z","plate":{"text":"C123456"},\
      "confidence":93,"image_digest":\(Self.digest),"image_bytes":151000,"image_media_type":"image/jpeg"}
      """)
    try set.finds("plate", "c 123-456")
    set.refuses(["plate": nil], "plate: missing; add it; it is required when subject is plate")
    set.refuses(["confidence": "101"], "confidence: outside 0 to 100")
    set.refuses(["post": #""GT-SV/la-hachadura/GT""#], "post: a post of GT, not of SV")
    set.refuses(["crossing": #""GT-SV/anguiatu""#], "post: not a post of the crossing")
  }

  @Test func anOperator() throws {
    let set = try Dataset(
      "operators",
      """
      {"event":"authorised","company":{"country":"SV","number":"0614-050707-104-8"},"name":"Café de Ejemplo","country":"SV",\
      "authorisation":"OEA-SV-014","time":"2026-11-24T09:00:00Z","programme":"OEA","roles":["exporter","carrier"],\
      "recognised_by":["GT","CR"],"valid_from":"2026-11-24","valid_until":"2029-11-23"}
      """)
    try set.finds("company", "0614 050707 104 8")
    set.refuses(["valid_until": #""2026-11-23""#], "valid_until: not after valid_from")
    set.refuses(["country": #""GT""#], "country: not SV, which publishes")
    set.refuses(["roles": #"["exporter","king"]"#], #"roles[2]: not one of the words of this field (found "king")"#)
    let body = try set.check()
    #expect(set.definition.admits(body, filter: [FilterClause(field: "recognised_by", values: ["CR"])]))
    #expect(!set.definition.admits(body, filter: [FilterClause(field: "recognised_by", values: ["PA"])]))
  }

  @Test func anAlertEnds() throws {
    let set = try Dataset(
      "risk-alerts",
      """
      {"event":"issued","route":["SV","HN"],"time":"2026-11-24T09:00:00Z","subject":"container","container":"CSQU3054383",\
      "severity":"inspect","code":"R-12","instruction":"Revisar el piso falso.","expires":"2026-12-24T09:00:00Z"}
      """)
    try set.finds("container", "CSQU3054383")
    set.refuses(["expires": nil], "expires: missing; add it; it is required when event is issued")
    set.refuses(["expires": #""2026-11-24T09:00:00Z""#], "expires: not after time")
    set.refuses(["expires": #""2028-11-24T09:00:00Z""#], "expires: more than 366 days in the future")
    set.refuses(["container": nil], "container: missing; add it; it is required when subject is container")
    set.refuses(["plate": #"{"country":"SV","text":"P1"}"#], "plate: has no place here")
    set.refuses(["event": #""hit""#], "subject: has no place here")
    let hit = try Dataset(
      "risk-alerts",
      #"{"event":"hit","refers":\#(Self.id),"route":["SV","HN"],"time":"2026-11-24T10:00:00Z","post":"SV-HN/el-poy/SV","outcome":"confirmed","matched":\#(Self.id)}"#
    )
    try hit.check()
    hit.refuses(["post": #""SV-HN/el-poy/HN""#], "post: a post of HN, not of SV")
    hit.refuses(["outcome": nil], "outcome: missing")
  }

  @Test func aQuarantineHold() throws {
    let set = try Dataset(
      "quarantine",
      """
      {"event":"treated","refers":\(Self.id),"route":["HN","SV"],"post":"SV-HN/el-poy/SV","time":"2026-11-24T10:00:00Z",\
      "authority":"DGSV","certificate":"HN-1","duca":"HN-F-9","containers":["CSQU3054383"],"pests":["TUTAAB"],\
      "treatment":{"code":"MB","substance":"bromuro de metilo","dose":"32","unit":"g/m3","celsius":"21.5","minutes":1440}}
      """)
    try set.finds("duca", "HNF9")
    set.refuses(["treatment": #"{"code":"MB","dose":"-1"}"#], #"treatment.dose: outside 0.000 to"#)
    set.refuses(["treatment": nil], "treatment: missing; add it; it is required when event is treated")
    set.refuses(["refers": nil], "refers: missing")
    set.refuses(["crossing": #""GT-SV/anguiatu""#], "post: not a post of the crossing")
    set.refuses(["event": #""destroyed""#, "treatment": nil], "reason: missing")
  }

  @Test func aPostAndAnIncident() throws {
    let post = try Dataset(
      "posts",
      #"{"event":"state","post":"SV-HN/el-amatillo/SV","time":"2026-11-24T10:00:00Z","equipment":"scanner","identifier":"S-1","state":"out-of-order","reason":"falla eléctrica","expected_back":"2026-12-01T10:00:00Z"}"#
    )
    try post.check()
    post.refuses(["reason": nil], "reason: missing; add it; it is required when state is out-of-order or closed")
    post.refuses(["waiting_minutes": "10"], "waiting_minutes: has no place here")
    post.refuses(["post": #""SV-HN/el-amatillo/HN""#], "post: a post of HN, not of SV")
    post.refuses(["crossing": #""GT-SV/anguiatu""#], "post: not a post of the crossing")
    let incident = try Dataset(
      "incidents",
      #"{"event":"reported","post":"SV-HN/el-poy/SV","time":"2026-11-24T10:00:00Z","kind":"protest","severity":"medium","visibility":"all","summary":"Carril bloqueado."}"#
    )
    try incident.check()
    incident.refuses(["event": #""closed""#, "refers": Self.id], "outcome: missing")
    incident.refuses(["visibility": #""secret""#], "visibility: not one of the words")
    incident.refuses(["post": #""SV-HN/el-poy/HN""#], "post: a post of HN, not of SV")
    incident.refuses(["crossing": #""GT-SV/anguiatu""#], "post: not a post of the crossing")
  }

  @Test func aMeasureAProjectAndAnIndicator() throws {
    let measure = try Dataset(
      "measures",
      """
      {"identifier":"SV-R-1","title":"Control único","measure":"migration-control","scope":"pair","country":"SV",\
      "countries":["SV","HN"],"bodies":["DGME"],"state":"started","time":"2026-11-24T10:00:00Z","starts":"2026-01-01",\
      "due":"2027-01-01","milestones":[{"title":"Acuerdo","due":"2026-06-01","state":"done","done":"2026-06-03"}]}
      """)
    try measure.check()
    measure.refuses(["due": #""2025-12-31""#], "due: not after starts")
    measure.refuses(["country": #""HN""#], "country: not SV, which publishes")
    measure.refuses(
      ["milestones": #"[{"title":"Acuerdo","due":"2026-06-01","state":"done"}]"#],
      "milestones[1].done: missing; add it; it is required when state is done")
    let project = try Dataset(
      "projects",
      """
      {"identifier":"P-1","title":"Lectores","donor":"BID","country":"SV","countries":["SV"],"measures":["rfid"],\
      "currency":"USD","amount":"435000","disbursed":"120000.5","starts":"2026-01-01","ends":"2027-01-01","advance":30,\
      "state":"running","time":"2026-11-24T10:00:00Z"}
      """)
    try project.check()
    project.refuses(
      ["disbursed": #""435000.01""#], "disbursed: more than amount (found \"435000.01; amount is 435000\")")
    project.refuses(["ends": #""2026-01-01""#], "ends: not after starts")
    project.refuses(["country": #""HN""#], "country: not SV, which publishes")
    let indicator = try Dataset(
      "indicators",
      """
      {"indicator":"crossing-time","country":"SV","crossing":"SV-HN/el-amatillo","dimension":"import","period_starts":"2026-10-01",\
      "period_ends":"2026-10-31","statistic":"p90","unit":"minutes","value":"184.25","sample":912,"method":"1","time":"2026-11-24T10:00:00Z"}
      """)
    try indicator.check()
    indicator.refuses(["sample": "4"], "sample: outside 5 to")
    indicator.refuses(["period_ends": #""2026-09-30""#], "period_starts: after period_ends")
    indicator.refuses(["country": #""HN""#], "country: not SV, which publishes")
  }
}
