import Terms

/// Why terms or an agreement were refused.
public enum AgreementError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is not a signed note.
  case notANote(String)
  /// Its text is not that of an agreement.
  case malformed(TextError)
  /// A country with itself.
  case oneCountry(CountryCode)
  /// The dates are reversed.
  case endsBeforeItBegins(from: CalendarDay, until: CalendarDay)
  /// No stream, or too many.
  case numberOfStreams(Int)
  /// A stream that is not between the two countries.
  case foreignStream(StreamName, a: CountryCode, b: CountryCode)
  /// One stream has two sets of terms.
  case streamTwice(StreamName)
  /// One term cannot be agreed or written.
  case badTerm(StreamName, term: String, problem: String)
  /// The text is longer than anyone would read aloud.
  case tooLong(Int)
  /// A root key in the text is not the one that is pinned for the country.
  case otherRoot(country: CountryCode, expected: String, found: String)
  /// A country's root key did not sign it.
  case notSigned(by: CountryCode)

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .notANote(let what): "the agreement is not a signed note: \(what)"
    case .malformed(let error): error.description
    case .oneCountry(let country): "\(country) cannot agree with itself; name the other country"
    case .endsBeforeItBegins(let from, let until): "the terms end on \(until), before they begin on \(from)"
    case .numberOfStreams(let count):
      "1 to \(AgreementTerms.mostStreams) streams can be agreed between two countries, \(count) found"
    case .foreignStream(let stream, let a, let b): "\(stream) is not a stream between \(a) and \(b)"
    case .streamTwice(let stream): "\(stream) stands twice; keep one"
    case .badTerm(let stream, let term, let problem): "\(stream): \(term): \(problem)"
    case .tooLong(let bytes): "the terms have \(bytes) bytes, at most \(AgreementTerms.longest) can be agreed"
    case .otherRoot(let country, let expected, let found):
      "the agreement names the root key \(found) for \(country), \(expected) is pinned"
    case .notSigned(let country): "the root key of \(country) did not sign this agreement"
    }
  }
}
