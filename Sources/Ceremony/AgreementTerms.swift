import Sodium
import Terms

/// What two countries agree: every stream between them, in both directions, and for how long. Its text is what officials
/// read aloud and print; it has exactly one form.
public struct AgreementTerms: Hashable, Sendable {
  /// The longest text, in bytes: about twenty printed pages.
  public static let longest = 64 << 10
  /// The most streams between two countries.
  public static let mostStreams = 128

  /// The federation.
  public let realm: Realm
  /// The country that comes first in the alphabet.
  public let a: CountryCode
  /// The other country.
  public let b: CountryCode
  /// The streams, in alphabetical order of their names; filter clauses, values, fields and roles in alphabetical order.
  public let streams: [StreamTerms]
  /// The first day on which it is in force, UTC.
  public let validFrom: CalendarDay
  /// The last day on which it is in force, UTC.
  public let validUntil: CalendarDay

  /// The terms of a pair. Order does not matter: it is put into the canonical one.
  /// - Throws: `AgreementError` when something in it cannot be agreed or written.
  public init(
    realm: Realm, between a: CountryCode, and b: CountryCode, streams: [StreamTerms], validFrom: CalendarDay,
    validUntil: CalendarDay
  ) throws(AgreementError) {
    self.realm = realm
    (self.a, self.b) = (min(a, b), max(a, b))
    self.streams = streams.map(\.canonical).sorted { $0.stream < $1.stream }
    (self.validFrom, self.validUntil) = (validFrom, validUntil)
    guard a != b else { throw .oneCountry(a) }
    guard validFrom <= validUntil else { throw .endsBeforeItBegins(from: validFrom, until: validUntil) }
    guard (1...Self.mostStreams).contains(streams.count) else { throw .numberOfStreams(streams.count) }
    var seen: Set<StreamName> = []
    for terms in self.streams {
      let ends = (min(terms.stream.origin, terms.stream.recipient), max(terms.stream.origin, terms.stream.recipient))
      guard ends == (self.a, self.b) else { throw .foreignStream(terms.stream, a: self.a, b: self.b) }
      guard seen.insert(terms.stream).inserted else { throw .streamTwice(terms.stream) }
      try terms.check()
    }
    guard text.utf8.count <= Self.longest else { throw .tooLong(text.utf8.count) }
  }

  /// The terms of one stream, or nil when it is not agreed.
  public func terms(for stream: StreamName) -> StreamTerms? { streams.first { $0.stream == stream } }

  /// The other country of the pair, or nil when `country` is not in it.
  public func partner(of country: CountryCode) -> CountryCode? { country == a ? b : country == b ? a : nil }

  /// The text. In an agreement the title and both root keys stand before it.
  public var text: String {
    var out = """
      Realm: \(realm)
      Countries: \(a) and \(b)
      Valid from: \(validFrom)
      Valid until: \(validUntil)
      Streams: \(streams.count)

      """
    for terms in streams {
      out += "\n"
      for line in terms.lines { out += "\(line.label): \(line.value)\n" }
    }
    return out
  }

  /// Reads the text.
  /// - Throws: `AgreementError` with the line that is wrong.
  public init(text: String) throws(AgreementError) {
    var lines: TextLines
    do { lines = try TextLines(text, what: "terms", longest: Self.longest) } catch { throw .malformed(error) }
    try self.init(from: &lines)
    do throws(TextError) {
      try lines.finish()
      guard self.text.utf8.elementsEqual(text.utf8) else { throw lines.error("not in canonical form") }
    } catch { throw .malformed(error) }
  }

  /// Reads the lines of the text out of a longer one, which checks that the whole renders again to the same bytes.
  init(from lines: inout TextLines) throws(AgreementError) {
    let (realm, pair, from, until): (Realm, (CountryCode, CountryCode), CalendarDay, CalendarDay)
    var streams: [StreamTerms] = []
    do {
      realm = try lines.realm()
      pair = try lines.pair("Countries")
      (from, until) = (try lines.day("Valid from"), try lines.day("Valid until"))
      let count = try lines.number("Streams", 1...UInt64(Self.mostStreams))
      for _ in 0..<count {
        try lines.literal("")
        streams.append(try StreamTerms(from: &lines))
      }
    } catch { throw .malformed(error) }
    try self.init(
      realm: realm, between: pair.0, and: pair.1, streams: streams, validFrom: from, validUntil: until)
  }

  /// Whether nothing but the first and the last day make these another text.
  func differsOnlyInDays(from other: AgreementTerms) -> Bool {
    self != other && realm == other.realm && a == other.a && b == other.b && streams == other.streams
  }
}
