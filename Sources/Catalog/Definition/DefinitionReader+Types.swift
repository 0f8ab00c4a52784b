// The keys that each type takes beside those of every field.
extension DefinitionReader {
  private static let special: [String: [String]] = [
    "text": ["min_length", "max_length", "letters"], "number": ["min", "max"], "country": ["special"],
    "date": ["partial"], "enum": ["values"], "records": ["max_count"], "time": ["ahead_days"],
    "container": ["unchecked"], "plate": ["unchecked"], "decimal": ["scale", "min", "max"],
  ]

  /// Types that a list can hold: one short value each, or an object that is found by a key.
  static let elements = [
    "text", "number", "country", "date", "time", "enum", "crossing", "post", "document", "plate", "container", "epc",
    "tid", "digest", "decimal", "company", "tariff", "duca",
  ]

  /// The keys that stand only with a type.
  func keys(of word: String, _ table: TableReader) -> [String] {
    guard word == "list" else { return Self.special[word] ?? [] }
    guard case .text(let element) = table.member("of")?.value.content, Self.elements.contains(element) else {
      return ["of", "max_count"] + Self.special.values.flatMap(\.self)
    }
    return ["of", "max_count"] + (Self.special[element] ?? [])
  }

  /// All keys of any type, for a field whose type is not known.
  static let anyKeys = special.values.flatMap(\.self) + ["of", "field"]

  /// The type that a field's table describes; nil, and the fault noted, when it is not whole.
  func type(_ word: String, _ table: TableReader) -> FieldType? {
    switch word {
    case "text": return text(table)
    case "number":
      let low = table.number("min", in: .min ... .max, example: 0, optional: true) ?? .min
      let high = table.number("max", in: .min ... .max, example: 365, optional: true) ?? .max
      guard low <= high else { return contradiction(table, "max", "min") }
      return .number(low...high)
    case "country": return .country(special: table.flag("special", standing: false))
    case "date": return .date(partial: table.flag("partial", standing: false))
    case "time":
      let days = table.number("ahead_days", in: 1...Int64(TimeField.aheadDaysMax), example: 30, optional: true)
      return .time(aheadDays: days.map { Int(clamping: $0) } ?? TimeField.aheadDaysStanding)
    case "enum": return enumeration(table)
    case "crossing": return .crossing
    case "post": return .post
    case "document": return .document
    case "mrz": return .mrz
    case "plate": return .plate(isChecked: !table.flag("unchecked", standing: false))
    case "record": return .record
    case "records": return .records(count(table, upTo: ListField.countMax))
    case "container": return .container(isChecked: !table.flag("unchecked", standing: false))
    case "epc": return .epc
    case "tid": return .tid
    case "digest": return .digest
    case "decimal": return decimal(table)
    case "company": return .company
    case "tariff": return .tariff
    case "boolean": return .boolean
    case "duca": return .duca
    case "list":
      guard let word = table.word("of", of: Self.elements), let element = type(word, table) else { return nil }
      return .list(of: element, limit: count(table, upTo: ListField.countMax))
    default: return nil
    }
  }

  /// The most values of a list; the limit itself when nothing is said.
  private func count(_ table: TableReader, upTo limit: Int) -> Int {
    Int(
      clamping: table.number("max_count", in: 1...Int64(limit), example: Int64(limit), optional: true) ?? Int64(limit))
  }

  private func text(_ table: TableReader) -> FieldType? {
    let limit = Int64(TextField.lengthMax)
    let low = table.number("min_length", in: 1...limit, example: 1, optional: true) ?? 1
    guard let high = table.number("max_length", in: 1...limit, example: 200) else { return nil }
    guard low <= high else { return contradiction(table, "max_length", "min_length") }
    let letters = table.word("letters", of: ["any", "name"], optional: true)
    return .text(TextField(length: Int(clamping: low)...Int(clamping: high), isName: letters == "name"))
  }

  private func decimal(_ table: TableReader) -> FieldType? {
    guard let scale = table.number("scale", in: 1...Int64(DecimalField.scaleMax), example: 2) else { return nil }
    let digits = Int(clamping: scale)
    let all = DecimalField.all
    guard let low = limit(table, "min", digits, else: all.lowerBound),
      let high = limit(table, "max", digits, else: all.upperBound)
    else { return nil }
    guard low <= high else { return contradiction(table, "max", "min") }
    return .decimal(DecimalField(scale: digits, limits: low...high))
  }

  /// A limit of a decimal, itself written as a text, so that it is exact.
  private func limit(_ table: TableReader, _ key: String, _ scale: Int, else standing: Int64) -> Int64? {
    guard table.member(key) != nil else { return standing }
    guard let text = table.text(key, example: "0") else { return nil }
    guard let units = DecimalField.units(Array(text.value.utf8)[...], scale: scale) else {
      source.report(
        text.offset, "\"\(text.value)\" is no decimal with at most \(scale) digits after the point",
        "write \(key) = \"0\"")
      return nil
    }
    return units
  }

  private func enumeration(_ table: TableReader) -> FieldType? {
    guard let values = table.texts("values", example: "departure") else {
      return table.member("values") == nil ? table.missing("values", "[\"one\", \"two\"]") : nil
    }
    guard !values.isEmpty else {
      source.report(table.member("values")?.value.offset ?? table.offset, "no values", "write at least one word")
      return nil
    }
    var seen: Set<String> = []
    if let twice = values.first(where: { !seen.insert($0.value).inserted }) {
      source.report(twice.offset, "the value \"\(twice.value)\" stands twice", "remove one")
      return nil
    }
    for value in values
    where !(1...32).contains(value.value.utf8.count)
      || !value.value.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) })
    {
      source.report(
        value.offset, "\"\(value.value)\" is no word for a value", "write 1 to 32 letters A-Z, digits and -")
    }
    return .enumeration(values.map(\.value))
  }

  private func contradiction(_ table: TableReader, _ upper: String, _ lower: String) -> FieldType? {
    source.report(
      table.member(upper)?.value.offset ?? table.offset, "\(upper) is below \(lower)", "raise it, or lower \(lower)")
    return nil
  }
}
