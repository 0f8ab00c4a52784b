import Terms

/// What the values of a field look like. Each kind has its own file beside this one.
public enum FieldType: Hashable, Sendable {
  /// A text within limits.
  case text(TextField)
  /// A whole number within limits.
  case number(ClosedRange<Int64>)
  /// An ISO 3166-1 alpha-2 code; with `special`, also the codes of travel documents for persons without nationality.
  case country(special: Bool)
  /// A day; with `partial`, also a month, a year, or `unknown`.
  case date(partial: Bool)
  /// A moment, kept in UTC.
  case time
  /// One of some words.
  case enumeration([String])
  /// A crossing of the topology.
  case crossing
  /// A post of the topology.
  case post
  /// A person's document: kind, country, number and perhaps expiry.
  case document
  /// A machine-readable zone (ICAO Doc 9303).
  case mrz
  /// A vehicle's plate: country and text.
  case plate
  /// A record's id.
  case record
  /// A list of records' ids, at most so many.
  case records(Int)

  /// The word for it in definition files.
  public var word: String {
    switch self {
    case .text: "text"
    case .number: "number"
    case .country: "country"
    case .date: "date"
    case .time: "time"
    case .enumeration: "enum"
    case .crossing: "crossing"
    case .post: "post"
    case .document: "document"
    case .mrz: "mrz"
    case .plate: "plate"
    case .record: "record"
    case .records: "records"
    }
  }

  /// All words for kinds.
  static let words = [
    "text", "number", "country", "date", "time", "enum", "crossing", "post", "document", "mrz", "plate", "record",
    "records",
  ]

  /// Whether a filter can use it: its value is one short text.
  var canFilter: Bool {
    switch self {
    case .text, .country, .enumeration, .crossing, .post: true
    default: false
    }
  }

  /// Whether it can go into the blind index: its values tell few records from many.
  var canSearch: Bool {
    switch self {
    case .text, .document, .mrz, .plate, .record, .records: true
    default: false
    }
  }
}

/// What a check may look at beside the value.
struct FieldContext {
  /// The federation, where crossings and posts must be; nil when only their form is checked.
  var topology: Topology?
  /// The time of day; nil when times are not compared with it.
  var now: Instant?
}

extension Field {
  /// Appends the canonical form of a value.
  /// - Throws: `Refusal` when the value is not one of this field.
  func write(
    _ node: Int, of document: borrowing JSONDocument, in context: borrowing FieldContext, to out: inout [UInt8]
  ) throws(Refusal) {
    switch type {
    case .text(let limits): try limits.write(try text(node, of: document), self, to: &out)
    case .number(let limits): try NumberField.write(node, of: document, limits, self, to: &out)
    case .country(let special): try CountryField.write(try text(node, of: document), special, self, to: &out)
    case .date(let partial): try DateField.write(try text(node, of: document), partial, self, to: &out)
    case .time: try TimeField.write(try text(node, of: document), context.now, self, to: &out)
    case .enumeration(let words): try EnumField.write(try text(node, of: document), words, self, to: &out)
    case .crossing: try CrossingField.write(try text(node, of: document), context, self, to: &out)
    case .post: try PostField.write(try text(node, of: document), context, self, to: &out)
    case .document: try DocumentField.write(node, of: document, self, to: &out)
    case .mrz: try MRZField.write(try text(node, of: document), self, to: &out)
    case .plate: try PlateField.write(node, of: document, self, to: &out)
    case .record: try RecordField.write(try text(node, of: document), self, to: &out)
    case .records(let limit): try RecordsField.write(node, of: document, limit, self, to: &out)
    }
  }

  /// The value as a text.
  /// - Throws: `Refusal` when it is another kind of JSON value.
  func text(_ node: Int, of document: borrowing JSONDocument) throws(Refusal) -> ArraySlice<UInt8> {
    let kind = document.kind(node)
    guard kind == .text else {
      throw refusal(
        "a text is expected, not \(kind.words)", kind == .null ? "leave the member out" : "write it in quotes",
        found: isPersonal ? nil : document.string(node))
    }
    return document.text(node)
  }

  /// Appends the search keys of a checked value.
  func appendKeys(_ node: Int, of document: borrowing JSONDocument, to keys: inout [SearchKey]) {
    switch type {
    case .text: keys.append(SearchKey(field: name, value: TextField.key(document.text(node))))
    case .document: DocumentField.appendKeys(node, of: document, self, to: &keys)
    case .plate: PlateField.appendKeys(node, of: document, self, to: &keys)
    case .record: keys.append(SearchKey(field: name, value: Array(document.text(node))))
    case .records: RecordsField.appendKeys(node, of: document, self, to: &keys)
    default: break
    }
  }

  /// The search key of what an officer typed.
  /// - Throws: `Refusal` when the text can be no such value.
  func key(typed: String) throws(Refusal) -> SearchKey {
    let bytes = NFC.normalized(typed)[...]
    let value: [UInt8] =
      switch type {
      case .text: TextField.key(bytes)
      case .document: DocumentField.key(typed: bytes)
      case .mrz: try MRZField.key(typed: bytes, self)
      case .plate: PlateField.key(typed: bytes)
      case .record, .records: try RecordField.key(typed: bytes, self)
      default: []
      }
    guard !value.isEmpty else {
      throw refusal("nothing to search for", "type letters or digits", found: typed)
    }
    return SearchKey(field: name, value: value)
  }
}
