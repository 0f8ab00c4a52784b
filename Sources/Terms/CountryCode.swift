/// An ISO 3166-1 alpha-2 country code, such as `SV`. Stored as two ASCII capitals; comparing is alphabetical.
public struct CountryCode: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let first: UInt8
  private let second: UInt8

  /// Reads two ASCII capitals.
  /// - Throws: `TermError` when the text is anything else.
  public init(_ text: some StringProtocol) throws(TermError) {
    var bytes = text.utf8.makeIterator()
    let capitals: ClosedRange<UInt8> = 0x41...0x5A
    guard let first = bytes.next(), let second = bytes.next(), bytes.next() == nil, capitals.contains(first),
      capitals.contains(second)
    else {
      throw TermError(kind: "country code", found: String(text.prefix(40)), expected: "two capitals, such as SV")
    }
    (self.first, self.second) = (first, second)
  }

  /// The code as text, such as `SV`.
  public var description: String { String(decoding: [first, second], as: UTF8.self) }

  /// Whether it is an observer's: `XA` to `XZ`, which ISO 3166-1 leaves to users, save `XK`, which is in use for Kosovo. An observer
  /// is no country: it sends nothing, and receives nothing that says something of a person.
  public var isObserver: Bool { first == 0x58 && second != 0x4B }

  /// Alphabetical order.
  public static func < (a: Self, b: Self) -> Bool { (a.first, a.second) < (b.first, b.second) }
}
