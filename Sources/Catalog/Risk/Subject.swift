/// What an alert can be on, and what a record can be about.
public enum Subject: String, Hashable, Sendable, CaseIterable {
  /// A person's document.
  case document
  /// A vehicle's plate.
  case plate
  /// A container.
  case container
  /// A company, by its tax number.
  case company
  /// A code of the tariff.
  case tariff
  /// A declaration, by its DUCA number.
  case declaration
  /// A certificate, by its number.
  case certificate
  /// A crossing on the way of a consignment.
  case passage

  /// The subject of a field's values; nil when alerts are on nothing of its kind. No dataset needs code: the type decides, and
  /// of certificates, whose numbers are texts, the name.
  init?(_ field: Field, in dataset: String) {
    switch field.type.element {
    case .document, .mrz: self = .document
    case .plate: self = .plate
    case .container: self = .container
    case .company: self = .company
    case .tariff: self = .tariff
    case .duca: self = .declaration
    case .text where field.name == "certificate" || Self.certificateNumbers[dataset] == field.name: self = .certificate
    default: return nil
    }
    guard field.isSearchable else { return nil }
  }

  /// Where certificates are named in a field of another name than `certificate`.
  private static let certificateNumbers = ["certificates": "number", "manifests": "documents.number"]
}

extension Definition {
  /// The searchable fields whose values alerts can be on, by name.
  public var watchedFields: [String: Subject] {
    let fields = leaves.compactMap { field in Subject(field, in: dataset.description).map { (field.name, $0) } }
    return Dictionary(fields, uniquingKeysWith: { first, _ in first })
  }

  /// Whether records name the crossings of a way that is still ahead.
  public var namesCrossingsAhead: Bool {
    fields.contains { if case .list(.crossing, _) = $0.type { true } else { false } }
  }
}
