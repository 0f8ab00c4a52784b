import Catalog
import Terms

// Declarations, certificates, quarantine.
extension Trip {
  var ducaKind: String { "DUCA-\(duca.split(separator: "-").dropFirst().first ?? "F")" }

  func declare(_ scene: inout Scene, _ time: Instant) -> TrafficRecord? {
    let crossings = zip(route, route.dropFirst()).compactMap { scene.crossings($0, $1).first?.id }
    var lines: [JSONValue] = []
    var (net, gross, value) = (0, 0, 0)
    for _ in 0..<scene.draw.within(1...4) {
      let weight = scene.draw.within(800_000...7_000_000)
      let whole = weight + scene.draw.within(0...weight / 12)
      let worth = scene.draw.within(40_000...900_000)
      (net, gross, value) = (net + weight, gross + whole, value + worth)
      lines.append(
        object([
          ("packages", JSONValue(scene.draw.within(20...900))), ("package_kind", .text(goods.packageKind)),
          ("net_kg", .text(thousandths(weight))), ("gross_kg", .text(thousandths(whole))),
          ("origin", .text(origin.description)), ("tariff", .text(goods.tariff)), ("description", .text(goods.spanish)),
          ("transaction_value", .text(cents(worth))), ("customs_value", .text(cents(worth))),
        ]))
    }
    // Freight and insurance are in the lines' values already.
    var papers = [
      object([
        ("kind", "factura"), ("number", .text("F-\(scene.number)")), ("issued", .text(scene.day(time))),
        ("country", .text(origin.description)), ("lines", .text(lines.count == 1 ? "1" : "1-\(lines.count)")),
        ("amount", .text(cents(value))),
      ])
    ]
    if goods.needsCertificate {
      papers.append(
        object([
          ("kind", "certificado fitosanitario"), ("number", .text(certificate)), ("country", .text(origin.description)),
        ]))
    }
    let days = ducaKind == "DUCA-T" ? 12 : 42
    return scene.add(
      "manifests", at: origin, time,
      [
        ("event", "declared"), ("duca", .text(duca)), ("kind", .text(ducaKind)), ("route", texts(route)),
        ("crossings", texts(crossings)), ("expected", .text(time.plus(minutes: 600 * (route.count - 1)).wholeSeconds)),
        ("acceptance_date", .text(scene.day(time))), ("exporter", party(exporter)), ("importer", party(importer)),
        ("declarant", object([("code", .text("AG-\(scene.draw.within(100...180))"))])),
        ("regime", .text(ducaKind == "DUCA-T" ? "80" : "10")), ("export_country", .text(origin.description)),
        ("destination", .text(destination.description)),
        ("carrier", object([("code", .text(truck.carrierCode)), ("name", .text(truck.carrier.name))])),
        ("transport_mode", "road"),
        (
          "driver",
          object([
            ("document", driver.document), ("licence", .text("L\(scene.draw.pattern("9999999"))")),
            ("name", .text("\(driver.givenNames) \(driver.surname)")),
          ])
        ),
        (
          "vehicle",
          object([
            ("plate", truck.written),
            ("trailer", object([("country", .text(truck.country.description)), ("text", .text(truck.trailer))])),
            ("units", 1), ("equipment", "14"),
          ])
        ),
        ("seals", texts([seal])), ("containers", isInContainer ? texts([truck.container]) : nil),
        ("transaction_value", .text(cents(value))), ("freight", "0.00"), ("insurance", "0.00"), ("other_costs", "0.00"),
        ("customs_value", .text(cents(value))), ("incoterm", "FOB"), ("gross_kg", .text(thousandths(gross))),
        ("net_kg", .text(thousandths(net))), ("lines", .list(lines)), ("documents", .list(papers)),
        ("valid_until", .text(scene.day(time, days))),
      ],
      keys: truckKeys + [("duca", duca), ("seal", seal)] + (goods.needsCertificate ? [("document", certificate)] : []),
      late: 0)
  }

  private func party(_ company: Company) -> JSONValue {
    object([("company", company.identity), ("name", .text(company.name))])
  }

  private func cents(_ value: Int) -> String {
    let rest = String(value % 100)
    return "\(value / 100)." + (rest.count == 1 ? "0" : "") + rest
  }

  func follow(
    _ scene: inout Scene, _ declaration: TrafficRecord, _ event: String, at country: CountryCode, _ time: Instant,
    post: String?, reason: String? = nil
  ) {
    scene.add(
      "manifests", at: country, time,
      [
        ("event", .text(event)), ("duca", .text(duca)), ("kind", .text(ducaKind)), ("route", texts(route)),
        ("post", post.map { .text($0) }), ("reason", reason.map { .text($0) }),
      ], keys: [("duca", duca)], refers: declaration)
  }

  private var certificateKind: JSONValue { goods.isAnimal ? "veterinary" : "phytosanitary" }

  func certificateFields(_ event: String) -> [(String, JSONValue?)] {
    [
      ("event", .text(event)), ("number", .text(certificate)), ("kind", certificateKind), ("route", texts(route)),
    ]
  }

  static let authorities = ["GT": "MAGA", "SV": "MAG", "HN": "SENASA", "NI": "IPSA", "CR": "SFE", "PA": "MIDA"]

  private func authority(_ country: CountryCode) -> String { Self.authorities[country.description] ?? "SPS" }

  func certify(_ scene: inout Scene, _ time: Instant) -> TrafficRecord? {
    let weight = scene.draw.within(800_000...20_000_000)
    return scene.add(
      "certificates", at: origin, time,
      certificateFields("issued") + [
        ("authority", .text(authority(origin))), ("signatory", "Ana Ensayo"),
        ("consignor", object([("name", .text(exporter.name)), ("company", exporter.identity)])),
        ("consignee", object([("name", .text(importer.name)), ("company", importer.identity)])),
        ("export_country", .text(origin.description)), ("import_country", .text(destination.description)),
        ("transport_mode", "road"), ("plate", truck.written),
        ("containers", isInContainer ? texts([truck.container]) : nil), ("seals", texts([seal])),
        (
          "items",
          .list([
            object([
              ("description", .text(goods.spanish)), ("scientific_name", goods.scientific.map { .text($0) }),
              ("net_kg", .text(thousandths(weight))), ("gross_kg", .text(thousandths(weight + 40_000))),
              ("tariff", .text(goods.tariff)), ("origin", .text(origin.description)),
            ])
          ])
        ), ("valid_until", .text(scene.day(time, 30))),
      ], keys: truckKeys + [("certificate", certificate), ("seal", seal)], late: 0)
  }

  /// Quarantine at the border of destination; gives the time when it is over, nil when it does not end with the day.
  func hold(_ scene: inout Scene, _ border: Border, _ time: Instant) -> Instant? {
    func fields(_ event: String) -> [(String, JSONValue?)] {
      [
        ("event", .text(event)), ("route", texts(route)), ("crossing", .text(border.crossing.id)),
        ("post", .text(border.entry.id)), ("authority", .text(authority(destination))),
        ("certificate", .text(certificate)), ("duca", .text(duca)), ("plate", truck.written),
      ]
    }
    let keys = [("plate", "\(truck.country)/\(truck.plate)"), ("certificate", certificate), ("duca", duca)]
      .map { ($0.0, Optional($0.1)) }
    guard
      let held = scene.add(
        "quarantine", at: destination, time.plus(minutes: 6),
        fields("held") + [
          ("goods", .text(goods.spanish)), ("reason", "inspection: live insects"), ("pests", texts(["BEMITA"])),
        ], keys: keys, late: 0)
    else { return time }
    var over = time.plus(minutes: scene.draw.within(90...900))
    if scene.holds(500) {
      scene.add(
        "quarantine", at: destination, over,
        fields("treated") + [
          (
            "treatment",
            object([
              ("code", "T101"), ("substance", "fosfina"), ("dose", "2.000"), ("unit", "g/m3"), ("minutes", 240),
            ])
          )
        ], keys: keys, refers: held, late: 0)
      over = over.plus(minutes: 260)
    }
    guard scene.holds(850) else { return nil }
    scene.add("quarantine", at: destination, over, fields("released"), keys: keys, refers: held, late: 0)
    return over
  }
}
