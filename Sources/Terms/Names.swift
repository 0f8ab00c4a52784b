/// The name of a dataset, such as `migration` or `cargo-units`: 1 to 32 of `a-z`, `0-9` and `-`, a letter first.
public struct DatasetName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name as text.
  public let description: String

  /// Reads a dataset name.
  /// - Throws: `TermError` when the text has another form.
  public init(_ text: some StringProtocol) throws(TermError) {
    // Names are read several times with every request: over bytes, not over whatever text it is.
    let bytes = Array(text.utf8.prefix(33))
    guard (1...32).contains(bytes.count), (0x61...0x7A).contains(bytes[0]),
      bytes.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
    else {
      throw TermError(
        kind: "dataset name", found: String(text.prefix(40)),
        expected: "1 to 32 of a-z, 0-9 and -, a letter first, such as migration")
    }
    description = String(text)
  }

  /// Alphabetical order.
  public static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}

/// The name of a federation, such as `istmo.sieca.int`: 1 to 64 of `a-z`, `0-9`, `.` and `-`, as a host name is written.
/// It never holds a space or `+`, so that it can stand in a signed-note key name (C2SP signed-note).
public struct Realm: Hashable, Sendable, CustomStringConvertible {
  /// The name as text.
  public let description: String

  /// Reads a realm.
  /// - Throws: `TermError` when the text has another form.
  public init(_ text: some StringProtocol) throws(TermError) {
    guard (1...64).contains(text.utf8.count), let first = text.utf8.first, first != 0x2E, first != 0x2D,
      text.utf8.allSatisfy({
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
      })
    else {
      throw TermError(
        kind: "realm", found: String(text.prefix(80)), expected: "1 to 64 of a-z, 0-9, . and -, such as istmo.sieca.int"
      )
    }
    description = String(text)
  }
}

/// A stream: (origin, recipient, dataset), written `SV/GT/migration`. Origin and recipient are equal in a home stream.
public struct StreamName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The country whose records these are, and who signs the log.
  public let origin: CountryCode
  /// The country that receives them.
  public let recipient: CountryCode
  /// The dataset they belong to.
  public let dataset: DatasetName

  /// Names the stream of one dataset from one country to another.
  public init(origin: CountryCode, recipient: CountryCode, dataset: DatasetName) {
    self.origin = origin
    self.recipient = recipient
    self.dataset = dataset
  }

  /// Reads the form `SV/GT/migration`.
  /// - Throws: `TermError` when the text has another form.
  public init(_ text: some StringProtocol) throws(TermError) {
    // Names come with every message and many a request: over bytes, as splitting a text takes several times as long.
    let bytes = text.utf8
    guard let first = bytes.firstIndex(of: 0x2F), case let rest = bytes[bytes.index(after: first)...],
      let second = rest.firstIndex(of: 0x2F), case let last = rest[rest.index(after: second)...], !last.contains(0x2F)
    else {
      throw TermError(
        kind: "stream name", found: String(text.prefix(80)),
        expected: "ORIGIN/RECIPIENT/DATASET, such as SV/GT/migration")
    }
    self.init(
      origin: try CountryCode(text[..<first]), recipient: try CountryCode(text[rest.startIndex..<second]),
      dataset: try DatasetName(text[last.startIndex...]))
  }

  /// Whether this is a country's own register of its own records.
  public var isHome: Bool { origin == recipient }

  /// The form `SV/GT/migration`.
  public var description: String { "\(origin)/\(recipient)/\(dataset)" }

  /// The checkpoint's origin line (C2SP tlog-checkpoint): `<realm>/<stream>`.
  public func checkpointOrigin(in realm: Realm) -> String { "\(realm)/\(self)" }

  /// Alphabetical order of the written form.
  public static func < (a: Self, b: Self) -> Bool {
    (a.origin, a.recipient, a.dataset) < (b.origin, b.recipient, b.dataset)
  }
}
