import Catalog
import Indicators

/// What indicators, measures and their divisions are called.
enum IndicatorWords {
  /// What is measured.
  static func kind(_ kind: Indicator.Kind) -> Translated {
    switch kind {
    case .crossingTime: Translated(es: "Tiempo de paso", en: "Crossing time")
    case .stepTime: Translated(es: "Tiempo de una etapa", en: "Time of a step")
    case .advanceDeclarations: Translated(es: "Declaración anticipada", en: "Declared in advance")
    case .oneStopMigration: Translated(es: "Control migratorio único", en: "One-stop migration control")
    case .certificateLeadTime: Translated(es: "Anticipación del certificado", en: "Certificate lead time")
    case .electronicCertificates: Translated(es: "Certificados electrónicos", en: "Electronic certificates")
    case .readRate: Translated(es: "Lectura de etiquetas", en: "Tag read rate")
    case .unmatched: Translated(es: "Sin contraparte", en: "Without counterpart")
    case .alertHitRate: Translated(es: "Acierto de alertas", en: "Alert hit rate")
    case .laneShare: Translated(es: "Proporción por carril", en: "Share by lane")
    case .postAvailability: Translated(es: "Disponibilidad de equipo", en: "Equipment availability")
    case .replicationLag: Translated(es: "Atraso de la replicación", en: "Replication lag")
    case .nodeAvailability: Translated(es: "Disponibilidad del nodo", en: "Node availability")
    case .volume: Translated(es: "Volumen", en: "Volume")
    }
  }

  /// Which figure of the cases.
  static func statistic(_ statistic: Indicator.Statistic) -> Translated {
    switch statistic {
    case .median: Translated(es: "mediana", en: "median")
    case .p90: Translated(es: "percentil 90", en: "90th percentile")
    case .share: Translated(es: "proporción", en: "share")
    case .count: Translated(es: "cuenta", en: "count")
    }
  }

  /// The unit, short.
  static func unit(_ unit: Indicator.Unit) -> Translated {
    switch unit {
    case .minutes: Translated(es: "min", en: "min")
    case .hours: Translated(es: "h", en: "h")
    case .seconds: Translated(es: "s", en: "s")
    case .percent: Translated(es: "%", en: "%")
    case .records: Translated(es: "casos", en: "cases")
    }
  }

  /// A division of an indicator; one that nobody named is shown as it is.
  static func dimension(_ word: String, of kind: Indicator.Kind, _ language: Language) -> String {
    let table = kind == .postAvailability ? equipment : dimensions
    return table[word].map { language($0) } ?? ValueWords.text(word, language)
  }

  static let equipment: [String: Translated] = [
    "all": Translated(es: "todo el equipo", en: "all equipment"), "post": Translated(es: "puestos", en: "posts"),
    "lane": Translated(es: "carriles", en: "lanes"), "scanner": Translated(es: "escáneres", en: "scanners"),
    "rfid-reader": Translated(es: "lectores RFID", en: "RFID readers"),
    "camera": Translated(es: "cámaras", en: "cameras"),
    "weighbridge": Translated(es: "básculas", en: "weighbridges"),
    "barrier": Translated(es: "barreras", en: "barriers"), "link": Translated(es: "enlaces", en: "links"),
    "power": Translated(es: "energía", en: "power"),
  ]

  static let dimensions: [String: Translated] = [
    "tag": Translated(es: "por etiqueta RFID", en: "by RFID tag"),
    "camera": Translated(es: "por cámara", en: "by camera"),
    "exit-post": Translated(es: "puesto de salida", en: "post of exit"),
    "between-posts": Translated(es: "entre los puestos", en: "between the posts"),
    "entry-post": Translated(es: "puesto de entrada", en: "post of entry"),
    "customs": Translated(es: "aduana", en: "customs"),
    "migration": Translated(es: "migración", en: "migration"),
    "departures": Translated(es: "salidas de personas", en: "departures of persons"),
    "declarations": Translated(es: "declaraciones", en: "declarations"),
    "outcomes": Translated(es: "de los resultados informados", en: "of outcomes told"),
    "alerts": Translated(es: "de las alertas propias", en: "of own alerts"),
    "units": Translated(es: "unidades con etiqueta", en: "units with a tag"),
  ]

  /// A measure of the strategy.
  static func measure(_ word: String, _ language: Language) -> String { measures[word].map { language($0) } ?? word }

  static let measures: [String: Translated] = [
    "advance-cargo": Translated(es: "Declaración anticipada", en: "Advance cargo documents"),
    "migration-control": Translated(es: "Control migratorio único", en: "Single migration control"),
    "sps-certificates": Translated(es: "Certificados fito y zoosanitarios", en: "Phyto- and zoosanitary certificates"),
    "rfid": Translated(es: "Registro RFID", en: "RFID registry"),
    "cameras": Translated(es: "Cámaras en pasos", en: "Cameras at crossings"),
    "standards": Translated(es: "Estándares internacionales", en: "International standards"),
    "interoperability": Translated(es: "Interoperabilidad", en: "Interoperability"),
    "risk": Translated(es: "Gestión de riesgo", en: "Risk management"),
    "operators": Translated(es: "Operadores confiables", en: "Trusted operators"),
    "quarantine": Translated(es: "Control cuarentenario", en: "Quarantine control"),
    "procedures": Translated(es: "Integración de procedimientos", en: "Integration of procedures"),
    "infrastructure": Translated(es: "Infraestructura y equipamiento", en: "Infrastructure and equipment"),
    "community": Translated(es: "Comunidad fronteriza y seguridad", en: "Border community and security"),
    "monitoring": Translated(es: "Seguimiento y evaluación", en: "Monitoring and evaluation"),
  ]

  /// The state of a reform, milestone or project.
  static func state(_ word: String, _ language: Language) -> String { states[word].map { language($0) } ?? word }

  static let states: [String: Translated] = [
    "planned": Translated(es: "prevista", en: "planned"), "started": Translated(es: "iniciada", en: "started"),
    "delayed": Translated(es: "atrasada", en: "delayed"), "done": Translated(es: "terminado", en: "done"),
    "dropped": Translated(es: "abandonado", en: "dropped"), "open": Translated(es: "abierto", en: "open"),
    "proposed": Translated(es: "propuesto", en: "proposed"), "agreed": Translated(es: "convenido", en: "agreed"),
    "running": Translated(es: "en ejecución", en: "running"), "cancelled": Translated(es: "cancelado", en: "cancelled"),
  ]
}

extension Language {
  /// A month as it stands under a chart: `nov 26`.
  func month(_ month: CalendarMonth) -> String {
    "\(self(Self.months[month.month - 1])) \(month.description.dropFirst(2).prefix(2))"
  }

  private static let months: [Translated] = [
    ("ene", "Jan"), ("feb", "Feb"), ("mar", "Mar"), ("abr", "Apr"), ("may", "May"), ("jun", "Jun"), ("jul", "Jul"),
    ("ago", "Aug"), ("sep", "Sep"), ("oct", "Oct"), ("nov", "Nov"), ("dic", "Dec"),
  ].map { Translated(es: $0.0, en: $0.1) }
}
