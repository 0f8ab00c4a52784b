import Catalog
import Certificates
import Sodium
import Terms

/// SPSCertificate documents as many systems write them: each number another, always the same for a number, with the record that it
/// must come to.
struct VariedDocuments {
  private var entropy: SeededEntropy

  init(seed: UInt64) { entropy = SeededEntropy(seed: seed) }

  /// A document and the record that its author meant.
  mutating func next(_ number: Int) throws -> (document: [UInt8], meant: JSONValue) {
    let meant = record(number)
    return (spoken(try CertificateWriter.document(meant)), meant)
  }

  private mutating func below(_ count: Int) -> Int {
    Int(entropy.bytes(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % UInt64(count))
  }

  private mutating func one<T>(_ list: [T]) -> T { list[below(list.count)] }

  private mutating func text() -> JSONValue {
    let words = [
      "café", "ñandú", "A & B", "<x>", "]]>", "日本", "x = y", "\"q\" 'r'", "Ltda.", "Km 5", "–", "🌱", "&amp;",
    ]
    return .text((0...below(4)).map { _ in one(words) }.joined(separator: " "))
  }

  private mutating func record(_ number: Int) -> JSONValue {
    let (from, to) = ("SV", "GT")
    var members: [JSONValue.Member] = []
    func add(_ name: String, _ value: JSONValue) { members.append(.init(name: name, value: value)) }
    add("event", "issued")
    add("number", .text("SV-\(number)"))
    add("kind", .text(one(["phytosanitary", "phytosanitary-reexport", "sanitary", "veterinary"])))
    add("time", .text("2026-11-\(10 + below(14))T0\(below(10)):53:08\(one(["Z", "-06:00", ".250+02:00"]))"))
    add("authority", text())
    if below(2) == 0 { add("signatory", "Ana Flores") }
    if below(2) == 0 { add("signing_place", text()) }
    if below(3) == 0 { add("declarations", .list([text(), text()])) }
    add("consignor", ["name": text(), "address": text()])
    add("consignee", below(2) == 0 ? ["name": text()] : ["name": text(), "address": text()])
    add("export_country", .text(from))
    if below(4) == 0 { add("reexport_country", "HN") }
    add("import_country", .text(to))
    add("route", below(2) == 0 ? ["SV", "GT"] : ["SV", "HN", "GT"])
    if below(2) == 0 { add("entry_point", text()) }
    if below(2) == 0 { add("transport_mode", .text(one(["sea", "rail", "road", "air"]))) }
    if below(2) == 0 { add("conveyance", text()) }
    if below(2) == 0 { add("containers", ["MSKU1234565"]) }
    if below(2) == 0 { add("seals", .list([text()])) }
    let items = (0...below(6)).map { line -> JSONValue in
      [
        "description": text(), "scientific_name": text(), "net_kg": .text("\(line + 1).25"),
        "gross_kg": .text("\(line + 2).5"), "tariff": "09011130", "packages": JSONValue(1 + below(900)),
        "package_kind": "BG", "origin": "SV", "treatment": text(), "marks": text(),
      ]
    }
    add("items", .list(items))
    return .object(members)
  }

  /// The same document in another system's hand: what differs says nothing, and must come out all the same.
  private mutating func spoken(_ written: String) -> [UInt8] {
    var text = written
    for prefix in ["rsm", "ram", "udt"] where below(3) == 0 {
      let renamed = "\(prefix)\(below(9))"
      text = text.replacing("\(prefix):", with: "\(renamed):").replacing("xmlns:\(prefix)=", with: "xmlns:\(renamed)=")
    }
    let set = one([("17", "21"), ("11", "13"), ("8", "8")])
    text = text.replacing("SPSCertificate:17", with: "SPSCertificate:\(set.0)")
      .replacing("InformationEntity:21", with: "InformationEntity:\(set.1)")
    switch below(4) {
    case 0: text = text.replacing("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", with: "")
    case 1:
      text = text.replacing(
        "version=\"1.0\" encoding=\"UTF-8\"", with: "version='1.0' encoding='utf-8' standalone='no'")
    default: break
    }
    if below(2) == 0 { text = text.replacing("ó", with: "&#243;").replacing("é", with: "&#xE9;") }
    if below(2) == 0 { text = text.replacing("&gt;", with: ">").replacing("]]>", with: "]]&gt;") }
    if below(3) == 0 {
      text = text.replacing("&amp;amp;", with: "<![CDATA[&amp;]]>")
    }
    if below(2) == 0 { text += "<!-- \(number()) --><?nothing said?>\n\n  " }
    if below(3) == 0 {
      let scan = Base64.encode(entropy.bytes(below(40_000)))
      let reference = text.firstMatch(of: #/<(ram[0-9]?):SignatorySPSAuthentication/#)?.output.1 ?? "ram"
      let element =
        "<\(reference):ReferenceSPSReferencedDocument><\(reference):AttachmentBinaryObject filename=\"a=b.pdf\">\(scan)"
        + "</\(reference):AttachmentBinaryObject></\(reference):ReferenceSPSReferencedDocument>"
      text = text.replacing(
        "<\(reference):SignatorySPSAuthentication>", with: element + "<\(reference):SignatorySPSAuthentication>")
    }
    switch below(4) {
    case 0: text = text.replacing("\n", with: "\r\n")
    case 1: text = text.replacing(#/>\n */#, with: ">")
    default: break
    }
    let mark: [UInt8] = below(5) == 0 ? [0xEF, 0xBB, 0xBF] : []
    return mark + Array(text.utf8)
  }

  private mutating func number() -> Int { below(1_000_000) }
}
