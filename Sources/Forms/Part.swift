import Catalog

/// The parts of a document, a plate or a company, which no definition describes.
enum Part {
  static func title(_ member: String) -> Translated {
    switch member {
    case "kind": Translated(es: "Clase", en: "Kind")
    case "country": Translated(es: "País", en: "Country")
    case "number": Translated(es: "Número", en: "Number")
    case "expiry": Translated(es: "Vencimiento", en: "Expiry")
    case "text": Translated(es: "Texto", en: "Text")
    default: Translated(es: member, en: member)
    }
  }

  static func type(_ member: String) -> FieldType {
    switch member {
    case "kind": .enumeration(FieldType.documentKinds)
    case "country": .country(special: false)
    case "expiry": .date(partial: false)
    default: .text(.any)
    }
  }

  /// The order in which people read them.
  static func order(_ member: String) -> Int {
    ["kind", "country", "number", "text", "expiry"].firstIndex(of: member) ?? 9
  }
}
