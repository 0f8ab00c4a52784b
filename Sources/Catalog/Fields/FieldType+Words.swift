extension FieldType: CustomStringConvertible {
  /// What a value looks like, in a few words, such as `text, 1 to 80 letters of names`.
  public var description: String {
    switch self {
    case .text(let limits):
      "text, \(limits.length.lowerBound) to \(limits.length.upperBound) \(limits.isName ? "letters of names" : "characters")"
    case .number(let limits): "number" + Self.words(limits)
    case .country(let special): special ? "country, also XXA to XXC, XXX and others" : "country"
    case .date(let partial): partial ? "date, perhaps in part" : "date"
    case .enumeration(let words): "one of \(words.joined(separator: ", "))"
    case .records(let limit): "records, at most \(limit)"
    case .time(let days) where days > TimeField.aheadDaysStanding: "time, at most \(days) days ahead"
    case .container(isChecked: false): "container, as read"
    case .plate(isChecked: false): "plate, as read"
    case .decimal(let field): "decimal, \(field.scale) digits after the point" + Self.words(field)
    case .list(let element, let limit): "list of at most \(limit): \(element)"
    case .group(let group): group.limit.map { "at most \($0) groups of fields" } ?? "a group of fields"
    default: word
    }
  }

  private static func words(_ decimal: DecimalField) -> String {
    let (low, high) = (decimal.limits.lowerBound, decimal.limits.upperBound)
    if decimal.limits == DecimalField.all { return "" }
    if high == DecimalField.all.upperBound { return ", \(DecimalField.text(low, scale: decimal.scale)) or more" }
    if low == DecimalField.all.lowerBound { return ", \(DecimalField.text(high, scale: decimal.scale)) or less" }
    return ", \(decimal.words)"
  }

  private static func words(_ limits: ClosedRange<Int64>) -> String {
    switch (limits.lowerBound, limits.upperBound) {
    case (.min, .max): ""
    case (let low, .max): ", \(low) or more"
    case (.min, let high): ", \(high) or less"
    case (let low, let high): ", \(low) to \(high)"
    }
  }
}
