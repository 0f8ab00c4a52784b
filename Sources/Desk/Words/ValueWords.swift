import Catalog

/// Words for values that definitions know by a code alone. What is not here is shown as it is.
enum ValueWords {
  /// The value in words.
  static func text(_ value: String, _ language: Language) -> String { table[value].map { language($0) } ?? value }

  static let table: [String: Translated] = {
    var table: [String: Translated] = [:]
    for (code, es, en) in rows + choices { table[code] = Translated(es: es, en: en) }
    return table
  }()

  private static let rows: [(String, String, String)] = [
    ("departure", "Salida", "Departure"), ("entry-confirmed", "Entrada confirmada", "Entry confirmed"),
    ("entry-refused", "Entrada rechazada", "Entry refused"), ("admit", "Admitir", "Admit"),
    ("refer", "Segunda revisión", "Second check"), ("passport", "Pasaporte", "Passport"),
    ("identity-card", "Documento de identidad", "Identity card"), ("visa", "Visa", "Visa"),
    ("tourism", "Turismo", "Tourism"), ("work", "Trabajo", "Work"), ("transport", "Transporte", "Transport"),
    ("transit", "Tránsito", "Transit"), ("family", "Familia", "Family"), ("study", "Estudio", "Study"),
    ("residence", "Residencia", "Residence"), ("other", "Otro", "Other"),
    ("with-guardian", "Con responsable", "With guardian"), ("unaccompanied", "Sin acompañante", "Unaccompanied"),
    ("declared", "Declarada", "Declared"), ("accepted", "Aceptada", "Accepted"), ("departed", "Salió", "Departed"),
    ("arrived", "Llegó", "Arrived"), ("released", "Liberada", "Released"), ("held", "Retenida", "Held"),
    ("treated", "Tratada", "Treated"), ("returned", "Devuelta", "Returned"), ("destroyed", "Destruida", "Destroyed"),
    ("issued", "Emitida", "Issued"), ("lifted", "Levantada", "Lifted"), ("hit", "Hallazgo", "Hit"),
    ("replaced", "Reemplazado", "Replaced"), ("withdrawn", "Retirado", "Withdrawn"), ("used", "Utilizado", "Used"),
    ("acknowledged", "Acusado de recibo", "Acknowledged"), ("registered", "Registrada", "Registered"),
    ("blocked", "Bloqueada", "Blocked"), ("unblocked", "Desbloqueada", "Unblocked"),
    ("retired", "Dada de baja", "Retired"), ("authorised", "Autorizado", "Authorised"),
    ("suspended", "Suspendido", "Suspended"), ("reinstated", "Rehabilitado", "Reinstated"),
    ("revoked", "Revocado", "Revoked"), ("trusted", "Operador confiable", "Trusted operator"),
    ("not-recognised", "No reconocido aquí", "Not recognised here"), ("expired", "Vencido", "Expired"),
    ("watch", "Observar", "Watch"), ("check", "Revisar papeles", "Check papers"),
    ("inspect", "Inspeccionar", "Inspect"), ("stop", "No dejar pasar", "Let not pass"),
    ("plate", "placa", "plate"), ("container", "contenedor", "container"), ("company", "empresa", "company"),
    ("document", "documento", "document"), ("tariff", "código arancelario", "tariff code"),
    ("declaration", "declaración", "declaration"), ("certificate", "certificado", "certificate"),
    ("passage", "paso", "passage"), ("green", "VERDE", "GREEN"), ("yellow", "AMARILLO", "YELLOW"),
    ("red", "ROJO", "RED"), ("clone", "Etiqueta copiada", "Copied tag"),
    ("impossible", "Lecturas imposibles", "Impossible reads"), ("unknown", "Desconocida", "Unknown"),
    ("road", "Carretera", "Road"), ("sea", "Mar", "Sea"), ("air", "Aire", "Air"), ("rail", "Ferrocarril", "Rail"),
    ("truck", "Camión", "Truck"), ("trailer", "Remolque", "Trailer"), ("bus", "Autobús", "Bus"),
    ("exporter", "Exportador", "Exporter"), ("importer", "Importador", "Importer"),
    ("carrier", "Transportista", "Carrier"), ("customs-broker", "Agente aduanero", "Customs broker"),
    ("phytosanitary", "Fitosanitario", "Phytosanitary"), ("veterinary", "Zoosanitario", "Veterinary"),
    ("reported", "Reportado", "Reported"), ("followed-up", "En seguimiento", "Followed up"),
    ("closed", "Cerrado", "Closed"), ("confirmed", "Confirmado", "Confirmed"),
    ("not-confirmed", "No confirmado", "Not confirmed"), ("refuse", "Rechazar", "Refuse"),
    ("approach", "Acercamiento", "Approach"), ("in", "Entrada", "In"), ("out", "Salida", "Out"),
    ("inside", "Dentro del recinto", "Inside"),
  ]

  /// The role in words.
  static func role(_ role: String, _ language: Language) -> String { roles[role].map { language($0) } ?? role }

  private static let roles: [String: Translated] = [
    "migration-officer": Translated(es: "Oficial de migración", en: "Migration officer"),
    "migration-supervisor": Translated(es: "Supervisión de migración", en: "Migration supervisor"),
    "customs-officer": Translated(es: "Oficial de aduana", en: "Customs officer"),
    "customs-supervisor": Translated(es: "Supervisión de aduana", en: "Customs supervisor"),
    "quarantine-officer": Translated(es: "Inspección de cuarentena", en: "Quarantine inspector"),
    "risk-analyst": Translated(es: "Análisis de riesgo", en: "Risk analyst"),
    "security-officer": Translated(es: "Oficial de seguridad", en: "Security officer"),
    "post-operator": Translated(es: "Operación del puesto", en: "Post operator"),
    "auditor": Translated(es: "Auditoría", en: "Auditor"),
    "committee": Translated(es: "Comité de facilitación", en: "Facilitation committee"),
    "statistician": Translated(es: "Estadística", en: "Statistician"),
    "data-protection": Translated(es: "Protección de datos", en: "Data protection"),
    "node-operator": Translated(es: "Operación del nodo", en: "Node operator"),
  ]
}
