/// The numbered fields of a DUCA (Res. 409-2018, COMIECO-LXXXV, Annex II: 62 fields) and where the dataset `manifests` has them.
///
/// All that the form knows stands here. A part of a value to which the instruction gives no number of its own has the number of the
/// whole and a word: `24.5.country` is the country of the trailer's plate.
enum DUCAFields {
  /// A number and the field of the record; lists and groups are named without positions.
  typealias Place = (number: String, path: String)

  /// Fields that a declaration has once.
  static let once: [Place] = [
    ("1", "reference"), ("2", "duca"), ("3", "acceptance_date"), ("4.1", "exporter.company.number"),
    ("4.3", "exporter.company.country"), ("4.4", "exporter.name"), ("4.5", "exporter.address"),
    ("5.1", "importer.company.number"), ("5.3", "importer.company.country"), ("5.4", "importer.name"),
    ("5.5", "importer.address"), ("6.1", "declarant.code"), ("6.2", "declarant.company.number"),
    ("6.2.country", "declarant.company.country"), ("6.3", "declarant.name"), ("6.4", "declarant.address"),
    ("7", "registration_office"), ("8", "exit_office"), ("9", "entry_office"), ("10", "destination_office"),
    ("11", "regime"), ("12", "modality"), ("13", "class"), ("14", "regime_expiry"), ("15", "provenance"),
    ("16", "export_country"), ("17", "destination"), ("18", "deposit"), ("19.1", "carrier.code"),
    ("19.2", "carrier.name"), ("20", "transport_mode"), ("21", "loading_place"), ("22", "unloading_place"),
    ("23.1", "driver.document.number"), ("23.1.kind", "driver.document.kind"),
    ("23.1.expiry", "driver.document.expiry"), ("23.2", "driver.licence"), ("23.3", "driver.document.country"),
    ("23.4", "driver.name"), ("24.1", "vehicle.plate.text"), ("24.2", "vehicle.plate.country"),
    ("24.3", "vehicle.make"), ("24.4", "vehicle.chassis"), ("24.5", "vehicle.trailer.text"),
    ("24.5.country", "vehicle.trailer.country"), ("24.6", "vehicle.units"), ("24.7", "seals"),
    ("24.8", "vehicle.equipment"), ("24.9", "vehicle.size"), ("24.10", "vehicle.load_type"),
    ("24.11", "containers"), ("25", "transaction_value"), ("26", "freight"), ("27", "insurance"),
    ("28", "other_costs"), ("29", "customs_value"), ("30", "incoterm"), ("31", "exchange_rate"), ("32", "gross_kg"),
    ("33", "net_kg"), ("34", "settlement"), ("55", "remarks"), ("56", "valid_until"),
    ("58", "window_authorisation"), ("59", "exporter_code"), ("61", "origin_certified"),
  ]

  /// Lists of objects: the number under which they stand, the group of the record, the fields of each object.
  static let groups: [(number: String, group: String, fields: [Place])] = [
    (
      "40", "lines",
      [
        ("35", "packages"), ("36", "package_kind"), ("37", "net_kg"), ("38", "gross_kg"), ("39", "quota"),
        ("41", "origin"), ("42", "unit"), ("43", "quantity"), ("44", "agreement"), ("45", "tariff"),
        ("46", "description"), ("47.1", "criterion"), ("48", "transaction_value"), ("52", "customs_value"),
      ]
    ),
    (
      "54", "documents",
      [
        ("54.1", "kind"), ("54.2", "number"), ("54.3", "issued"), ("54.4", "expires"), ("54.5", "country"),
        ("54.6", "lines"), ("54.7", "issuer"), ("54.8", "amount"),
      ]
    ),
  ]

  /// What a declaration says and the 62 fields do not: whom it concerns, when, and what it is.
  static let unnumbered = ["event", "kind", "route", "crossings", "time", "expected", "replaces"]

  /// Fields of a DUCA that the dataset does not keep: passed over when a declaration is read, and named.
  static let notKept: [Place] = [
    ("4.2", "type of the exporter's number"), ("5.2", "type of the importer's number"), ("47.2", "second criterion"),
    ("49", "freight of the line"), ("50", "insurance of the line"), ("51", "other costs of the line"),
    ("53", "settlement of the line"), ("57", "officers' signatures"), ("60", "declarant's signature"),
    ("62", "certification of origin, which goes with 61"),
  ]
}
