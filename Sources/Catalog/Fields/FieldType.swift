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
  /// A moment, kept in UTC, at most so many days ahead.
  case time(aheadDays: Int)
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
  /// A vehicle's plate: country and text; of an unchecked one, as a camera read it, the country may be missing.
  case plate(isChecked: Bool)
  /// A record's id.
  case record
  /// A list of records' ids, at most so many.
  case records(Int)
  /// A container's number (ISO 6346); an unchecked one is as a camera read it.
  case container(isChecked: Bool)
  /// The EPC of an RFID tag (GS1 Tag Data Standard).
  case epc
  /// The serial number that an RFID tag's maker gave it.
  case tid
  /// SHA-256 of an attachment.
  case digest
  /// An exact decimal.
  case decimal(DecimalField)
  /// A tax number: country and number.
  case company
  /// A code of the Central American tariff.
  case tariff
  /// True or false.
  case boolean
  /// The number that a customs system gave a declaration.
  case duca
  /// A list of values of one type, at most so many.
  indirect case list(of: FieldType, limit: Int)
  /// An object with fields of its own, or a list of such.
  case group(FieldGroup)

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
    case .container: "container"
    case .epc: "epc"
    case .tid: "tid"
    case .digest: "digest"
    case .decimal: "decimal"
    case .company: "company"
    case .tariff: "tariff"
    case .boolean: "boolean"
    case .duca: "duca"
    case .list: "list"
    case .group: "group"
    }
  }

  /// The members of a value that is always an object of one shape; nil of any other.
  public var members: [String]? {
    switch self {
    case .document: DocumentField.members.map { "\($0)" }
    case .plate: PlateField.members.map { "\($0)" }
    case .company: CompanyField.members.map { "\($0)" }
    default: nil
    }
  }

  /// Whether a value is an object or a list.
  public var isStructured: Bool {
    switch self {
    case .list, .records, .group: true
    default: members != nil
    }
  }

  /// The kinds of a person's document.
  public static var documentKinds: [String] { DocumentField.kinds }

  /// All words for kinds.
  static let words = [
    "text", "number", "country", "date", "time", "enum", "crossing", "post", "document", "mrz", "plate", "record",
    "records", "container", "epc", "tid", "digest", "decimal", "company", "tariff", "boolean", "duca", "list", "group",
  ]

  /// What a list holds; any other type itself.
  public var element: FieldType {
    if case .list(let element, _) = self { return element }
    return self
  }

  /// Whether a filter can use it: its value is one short text, or a list of such, of which one is enough.
  var canFilter: Bool {
    switch element {
    case .text, .country, .enumeration, .crossing, .post: true
    default: false
    }
  }

  /// Whether it can go into the blind index: its values tell few records from many.
  var canSearch: Bool {
    switch element {
    case .text, .document, .mrz, .plate, .record, .records, .container, .epc, .tid, .digest, .company, .tariff, .duca:
      true
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
    try write(node, as: type, of: document, in: context, to: &out)
  }

  /// Appends the canonical form of a value of the field, or of one in its list.
  func write(
    _ node: Int, as type: FieldType, of document: borrowing JSONDocument, in context: borrowing FieldContext,
    to out: inout [UInt8]
  ) throws(Refusal) {
    if try isText(node, as: type, of: document, in: context) { return document.appendText(node, to: &out) }
    switch type {
    case .number(let limits): try NumberField.write(node, of: document, limits, self, to: &out)
    case .time(let days): try TimeField.write(node, of: document, context.now, aheadDays: days, self, to: &out)
    case .document: try DocumentField.write(node, of: document, self, to: &out)
    case .mrz: try MRZField.write(try text(node, of: document), self, to: &out)
    case .plate(let isChecked): try PlateField.write(node, of: document, isChecked: isChecked, self, to: &out)
    case .record: try RecordField.write(try text(node, of: document), self, to: &out)
    case .records(let limit): try RecordsField.write(node, of: document, limit, self, to: &out)
    case .container(let isChecked):
      try ContainerField.write(try text(node, of: document), isChecked: isChecked, self, to: &out)
    case .epc: try EPCField.write(try text(node, of: document), self, to: &out)
    case .tid: try TIDField.write(try text(node, of: document), self, to: &out)
    case .digest: try DigestField.write(try text(node, of: document), self, to: &out)
    case .decimal(let limits): try limits.write(node, of: document, self, to: &out)
    case .company: try CompanyField.write(node, of: document, self, to: &out)
    case .tariff: try TariffField.write(try text(node, of: document), self, to: &out)
    case .boolean: try BooleanField.write(node, of: document, self, to: &out)
    case .duca: try DUCAField.write(try text(node, of: document), self, to: &out)
    case .list(let element, let limit):
      try ListField.write(node, of: document, element, limit, self, in: context, to: &out)
    case .group(let group): try group.write(node, of: document, self, in: context, to: &out)
    case .text, .country, .date, .enumeration, .crossing, .post: break
    }
  }

  /// Whether it is of a type whose values are kept as they are written; then the value has been checked.
  private func isText(
    _ node: Int, as type: FieldType, of document: borrowing JSONDocument, in context: borrowing FieldContext
  ) throws(Refusal) -> Bool {
    switch type {
    case .text, .country, .date, .enumeration, .crossing, .post: break
    default: return false
    }
    let text = document.bytes.span.extracting(try place(ofText: node, of: document))
    switch type {
    case .text(let limits): try limits.check(text, self)
    case .country(let special): try CountryField.check(text, special, self)
    case .date(let partial): try DateField.check(text, partial, self)
    case .enumeration(let words): try EnumField.check(text, words, self)
    case .crossing: try CrossingField.check(text, context, self)
    case .post: try PostField.check(text, context, self)
    default: break
    }
    return true
  }

  /// Whether a value stands in the source as `write` would have it.
  /// - Throws: `Refusal` when the value is not one of this field.
  func isWritten(
    _ node: Int, of document: borrowing JSONDocument, in context: borrowing FieldContext, _ scratch: inout [UInt8]
  ) throws(Refusal) -> Bool {
    if try isText(node, as: type, of: document, in: context), document.isAsItStands(node) { return true }
    scratch.removeAll(keepingCapacity: true)
    try write(node, of: document, in: context, to: &scratch)
    return document.isRaw(node, scratch)
  }

  /// The value as a text.
  /// - Throws: `Refusal` when it is another kind of JSON value.
  func text(_ node: Int, of document: borrowing JSONDocument) throws(Refusal) -> ArraySlice<UInt8> {
    document.bytes[try place(ofText: node, of: document)]
  }

  /// Where the value stands, which is a text.
  /// - Throws: `Refusal` when it is another kind of JSON value.
  func place(ofText node: Int, of document: borrowing JSONDocument) throws(Refusal) -> Range<Int> {
    let kind = document.kind(node)
    guard kind == .text else {
      throw refusal(
        "a text is expected, not \(kind.words)", kind == .null ? "leave the member out" : "write it in quotes",
        found: isPersonal ? nil : document.string(node))
    }
    return document.place(of: node)
  }

  /// Appends the search keys of a checked value.
  func appendKeys(_ node: Int, of document: borrowing JSONDocument, to keys: inout [SearchKey]) {
    appendKeys(node, as: type, of: document, to: &keys)
  }

  /// Appends the search keys of a checked value of the field, or of one in its list.
  func appendKeys(_ node: Int, as type: FieldType, of document: borrowing JSONDocument, to keys: inout [SearchKey]) {
    switch type {
    case .text: keys.append(SearchKey(field: name, value: TextField.key(document.text(node))))
    case .document: DocumentField.appendKeys(node, of: document, self, to: &keys)
    case .plate: PlateField.appendKeys(node, of: document, self, to: &keys)
    case .record, .epc, .tid, .digest: keys.append(SearchKey(field: name, value: Array(document.text(node))))
    case .container: keys.append(SearchKey(field: name, value: ContainerField.key(document.text(node))))
    case .duca: keys.append(SearchKey(field: name, value: WrittenNumber.key(document.text(node))))
    case .company: CompanyField.appendKeys(node, of: document, self, to: &keys)
    case .tariff: TariffField.appendKeys(document.text(node), self, to: &keys)
    case .list(let element, _): ListField.appendKeys(node, of: document, element, self, to: &keys)
    case .group(let group): group.appendKeys(node, of: document, self, to: &keys)
    case .records: ListField.appendKeys(node, of: document, .record, self, to: &keys)
    default: break
    }
  }

  /// The search key of what an officer typed.
  /// - Throws: `Refusal` when the text can be no such value.
  func key(typed: String) throws(Refusal) -> SearchKey {
    let bytes = NFC.normalized(typed)[...]
    let value: [UInt8] =
      switch type.element {
      case .text: TextField.key(bytes)
      case .document: DocumentField.key(typed: bytes)
      case .mrz: try MRZField.key(typed: bytes, self)
      case .plate: PlateField.key(typed: bytes)
      case .record, .records: try RecordField.key(typed: bytes, self)
      case .container(let isChecked): try ContainerField.key(typed: bytes, isChecked: isChecked, self)
      case .epc: try EPCField.key(typed: bytes, self)
      case .tid: try TIDField.key(typed: bytes, self)
      case .digest: try DigestField.key(typed: bytes, self)
      case .company: CompanyField.key(typed: bytes)
      case .tariff: try TariffField.key(typed: bytes, self)
      case .duca: WrittenNumber.key(bytes)
      default: []
      }
    guard !value.isEmpty else {
      throw refusal("nothing to search for", "type letters or digits", found: typed)
    }
    return SearchKey(field: name, value: value)
  }
}
