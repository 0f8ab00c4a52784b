import Terms

/// Whose record is to refer to a record.
public enum Awaited: Hashable, Sendable {
  /// Nobody's: nothing more is to come.
  case nobody
  /// Anybody's.
  case anybody
  /// This country's alone.
  case country(CountryCode)

  /// Whether a record of a country that refers to it is the one awaited.
  public func isAnswered(by country: CountryCode) -> Bool {
    switch self {
    case .nobody: false
    case .anybody: true
    case .country(let awaited): awaited == country
    }
  }
}

extension Definition {
  /// Whose record is to refer to this one, as the country of entry confirms a departure.
  ///
  /// Of a condition, what the body does not hold is taken to be met: an agreement may keep a field back, and a record that
  /// may be awaiting another is better shown than missed.
  public func awaited(by body: ReadBody, of origin: CountryCode) -> Awaited {
    guard let refersIndex, let draft = try? draft(of: body), draft.node(refersIndex) == nil else { return .nobody }
    guard awaitsWhen.isEmpty || awaitsWhen.contains(where: { draft.meets($0, whereAbsent: true) }) else {
      return .nobody
    }
    guard let awaitsIndex else { return .anybody }
    guard let country = draft.string(awaitsIndex).flatMap({ try? CountryCode($0) }), country != origin else {
      return .nobody
    }
    return .country(country)
  }
}
