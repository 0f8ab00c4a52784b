import Terms

/// What a request asks with: the members of its body, or the fields of its query. One table reads them and describes them to
/// clients, so that neither can differ from the other.
public struct RequestShape: Sendable {
  /// One member.
  public struct Member: Sendable {
    /// Its name.
    public let name: String
    /// What it may be.
    public let kind: Kind
    /// Whether every request has it.
    public let isNeeded: Bool
    /// What it means, in one sentence.
    public let words: String

    /// A member that may be left out.
    public static func may(_ name: String, _ kind: Kind, _ words: String) -> Self {
      Self(name: name, kind: kind, isNeeded: false, words: words)
    }

    /// A member that every request has.
    public static func must(_ name: String, _ kind: Kind, _ words: String) -> Self {
      Self(name: name, kind: kind, isNeeded: true, words: words)
    }
  }

  /// What a member may be.
  public enum Kind: Hashable, Sendable {
    /// A text on one line that hides nothing, of at most so many characters.
    case line(Int)
    /// What somebody typed or a scanner read: any text of at most so many bytes.
    case typed(Int)
    /// True or false.
    case flag
    /// A whole number within limits.
    case number(ClosedRange<Int64>)
    /// A country.
    case country
    /// Two countries, `GT-SV`.
    case pair
    /// A moment, RFC 3339.
    case time
    /// A day.
    case day
    /// A post of the topology.
    case post
    /// The name of a dataset.
    case dataset
    /// The name of a stream, such as `SV/GT/migration`.
    case stream
    /// The id of a record.
    case record
    /// The SHA-256 of an attachment.
    case digest
    /// Names and typed texts, at most so many.
    case typedByName(Int)
  }

  /// What it asks for, such as `lookup`.
  public let what: String
  /// The members.
  public let members: [Member]

  /// The longest text of `typedByName`, in bytes.
  public static let longestTyped = 500

  /// A shape of these members.
  public init(_ what: String, _ members: [Member]) { (self.what, self.members) = (what, members) }

  /// The same asked for by another name, with members before these, and without some.
  public func with(_ what: String, _ more: [Member] = [], without names: Set<String> = []) -> RequestShape {
    RequestShape(what, more + members.filter { !names.contains($0.name) })
  }

  /// Reads a body.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public func read(_ json: JSONValue) throws(TermError) -> Asked {
    guard case .object(let given) = json else {
      throw TermError(kind: what, found: "", expected: "a JSON object")
    }
    var asked = Asked()
    asked.values.reserveCapacity(given.count)
    for member in given {
      let known = try known(member.name)
      if member.value == .null, !known.isNeeded { continue }
      asked.values[member.name] = try known.checked(member.value)
    }
    try refuseMissing(asked)
    return asked
  }

  /// Reads the fields of a query.
  /// - Throws: `TermError` naming the field that is missing, wrong or there twice.
  public func read(_ fields: [(name: String, value: String)]) throws(TermError) -> Asked {
    var asked = Asked()
    for field in fields {
      let known = try known(field.name)
      guard asked.values[field.name] == nil else {
        throw TermError(kind: what, found: "\(field.name) twice", expected: "it once")
      }
      asked.values[field.name] = try known.checked(known.value(of: field.value))
    }
    try refuseMissing(asked)
    return asked
  }

  private func known(_ name: String) throws(TermError) -> Member {
    if let member = members.first(where: { $0.name == name }) { return member }
    let names = members.map(\.name).joined(separator: ", ")
    throw TermError(
      kind: "member of a \(what)", found: ShownText.line(name, longest: 40),
      expected: names.isEmpty ? "none" : names)
  }

  private func refuseMissing(_ asked: Asked) throws(TermError) {
    for member in members where member.isNeeded && asked.values[member.name] == nil {
      throw TermError(kind: what, found: "no \(member.name)", expected: "the member \"\(member.name)\"")
    }
  }

  /// What was asked, checked.
  public struct Asked: Sendable {
    fileprivate var values: [String: JSONValue] = [:]

    /// The text of a member; nil when it was left out.
    public func text(_ name: String) -> String? { values[name]?.string }

    /// The text of a member that every request has.
    public func needed(_ name: String) -> String { text(name) ?? "" }

    /// Whether a flag was set.
    public func flag(_ name: String) -> Bool { values[name] == .boolean(true) }

    /// The number of a member; nil when it was left out.
    public func number(_ name: String) -> Int? {
      guard case .number(let number)? = values[name] else { return nil }
      return Int(number)
    }

    /// The moment of a member.
    public func time(_ name: String) -> Instant? { text(name).flatMap { try? Instant($0) } }

    /// The day of a member.
    public func day(_ name: String) -> CalendarDay? { text(name).flatMap { try? CalendarDay($0) } }

    /// The country of a member.
    public func country(_ name: String) -> CountryCode? { text(name).flatMap { try? CountryCode($0) } }

    /// The stream of a member.
    public func stream(_ name: String) -> StreamName? { text(name).flatMap { try? StreamName($0) } }

    /// Names and texts of a member, in the order given.
    public func typed(_ name: String) -> [(name: String, text: String)] {
      guard case .object(let members)? = values[name] else { return [] }
      return members.map { ($0.name, $0.value.string ?? "") }
    }
  }
}

extension RequestShape.Member {
  /// A query has texts alone.
  fileprivate func value(of text: String) -> JSONValue {
    switch kind {
    case .flag where text == "true" || text == "false": .boolean(text == "true")
    case .number: Int64(text).map { .number($0) } ?? .text(text)
    default: .text(text)
    }
  }

  /// The value, when it is one of this member.
  fileprivate func checked(_ value: JSONValue) throws(TermError) -> JSONValue {
    func wrong(_ expected: String) -> TermError {
      TermError(kind: name, found: ShownText.line(value.string ?? value.json, longest: 60), expected: expected)
    }
    switch (kind, value) {
    case (.flag, .boolean): return value
    case (.flag, _): throw wrong("true or false")
    case (.number(let limits), .number(let number)) where limits.contains(number): return value
    case (.number(let limits), _): throw wrong("a number from \(limits.lowerBound) to \(limits.upperBound)")
    case (.typedByName(let most), .object(let members)) where members.count <= most:
      for member in members {
        guard let text = member.value.string, Self.isTyped(text, RequestShape.longestTyped),
          Self.isTyped(member.name, RequestShape.longestTyped)
        else {
          throw wrong("{\"FIELD\": \"VALUE\"}, values of 1 to \(RequestShape.longestTyped) bytes")
        }
      }
      return value
    case (.typedByName(let most), _): throw wrong("{\"FIELD\": \"VALUE\"}, at most \(most)")
    case (_, .text(let text)):
      try check(text, wrong)
      return value
    case (.line(let most), _): throw wrong("a text of 1 to \(most) characters")
    case (.typed(let most), _): throw wrong("a text of 1 to \(most) bytes")
    default: throw wrong("a text")
    }
  }

  private func check(_ text: String, _ wrong: (String) -> TermError) throws(TermError) {
    switch kind {
    case .line(let most):
      guard Self.isLine(text, most) else {
        throw wrong("1 to \(most) characters on one line, without control characters and outer spaces")
      }
    case .typed(let most): guard Self.isTyped(text, most) else { throw wrong("a text of 1 to \(most) bytes") }
    case .country: _ = try CountryCode(text)
    case .pair:
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ (try? CountryCode($0)) != nil }) else {
        throw wrong("two countries, such as GT-SV")
      }
    case .time: _ = try Instant(text)
    case .day: _ = try CalendarDay(text)
    case .dataset: _ = try DatasetName(text)
    case .stream: _ = try StreamName(text)
    case .record: _ = try RecordID(text)
    case .post:
      let bytes = Array(text.utf8)
      guard PlaceName.isPost(bytes.span) else { throw wrong("a post, such as GT-SV/la-hachadura/SV") }
    case .digest: guard Digest(hex: text) != nil else { throw wrong("64 hexadecimal digits, as sha256sum prints them") }
    case .flag, .number, .typedByName: break
    }
  }

  private static func isLine(_ text: String, _ most: Int) -> Bool {
    let scalars = text.unicodeScalars
    return (1...most).contains(scalars.count) && scalars.first != " " && scalars.last != " "
      && !scalars.contains { ShownText.isHidden($0.value) }
  }

  private static func isTyped(_ text: String, _ most: Int) -> Bool { (1...most).contains(text.utf8.count) }
}
