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
    default: word
    }
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
