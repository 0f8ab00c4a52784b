import Terms

// How one stream's terms are written, one line a term.
extension StreamTerms {
  /// Limits of one stream's terms: what a printed page and a patient reader can bear.
  static let (mostFields, mostRoles, mostClauses, mostValues) = (128, 32, 16, 64)
  static let longestPurpose = 400
  /// A hundred years: a retention beyond it is a mistake of typing.
  static let mostRetentionDays: UInt32 = 36_525
  private static let everything = "all records"

  /// The same terms with every list in alphabetical order.
  var canonical: StreamTerms {
    var terms = self
    terms.filter = filter.sorted { ($0.field, $0.description) < ($1.field, $1.description) }
    terms.fields.sort()
    terms.roles.sort()
    return terms
  }

  var lines: [(label: String, value: String)] {
    [
      ("Direction", "\(stream.origin) to \(stream.recipient)"),
      ("Dataset", stream.dataset.description),
      ("Version", "\(version)"),
      ("Definition", definition.description),
      ("Filter", filter.isEmpty ? Self.everything : filter.map(\.description).joined(separator: "; ")),
      ("Fields", fields.joined(separator: ", ")),
      ("Mode", mode.rawValue),
      ("Purpose", purpose),
      ("Roles", roles.joined(separator: ", ")),
      ("Retention", "\(retentionDays) days"),
    ]
  }

  /// Reads the ten lines. Whether they can be agreed is for `check`.
  init(from lines: inout TextLines) throws(TextError) {
    let direction = try lines.value("Direction", "two countries, such as SV to GT") { text in
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1] == "to", let from = try? CountryCode(parts[0]),
        let to = try? CountryCode(parts[2])
      else { return nil as (CountryCode, CountryCode)? }
      return (from, to)
    }
    let dataset = try lines.value("Dataset", "a dataset such as migration") { try? DatasetName($0) }
    let version = UInt32(clamping: try lines.number("Version", 1...UInt64(UInt32.max)))
    let definition = try lines.digest("Definition")
    let filter = try lines.value("Filter", "\(Self.everything), or field = value, value; field = value") {
      $0 == Self.everything ? [] : Self.clauses($0)
    }
    let fields = Self.list(try lines.value("Fields"))
    let mode = try lines.value("Mode", "replicate or query") { Mode(rawValue: $0) }
    let purpose = try lines.value("Purpose")
    let roles = Self.list(try lines.value("Roles"))
    let days = try lines.value("Retention", "a number of days, such as 1095 days") { text in
      text.hasSuffix(" days") ? PlainText.number(text.dropLast(5)).flatMap { UInt32(exactly: $0) } : nil
    }
    self.init(
      stream: StreamName(origin: direction.0, recipient: direction.1, dataset: dataset), version: version,
      definition: definition, filter: filter, fields: fields, mode: mode, purpose: purpose, roles: roles,
      retentionDays: days)
  }

  private static func list(_ text: String) -> [String] { split(text, ",") }

  private static func clauses(_ text: String) -> [FilterClause]? {
    var out: [FilterClause] = []
    for clause in split(text, ";") {
      let sides = clause.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard sides.count == 3, sides[1] == "=" else { return nil }
      out.append(FilterClause(field: String(sides[0]), values: list(String(sides[2]))))
    }
    return out
  }

  // The pieces between `separator` and one space.
  private static func split(_ text: String, _ separator: Character) -> [String] {
    text.split(separator: separator, omittingEmptySubsequences: false).enumerated().map { position, piece in
      String(position > 0 && piece.first == " " ? piece.dropFirst() : piece)
    }
  }

  /// Refuses terms that cannot be agreed, or whose text could be read in two ways.
  func check() throws(AgreementError) {
    func refuse(_ term: String, _ problem: String) -> AgreementError { .badTerm(stream, term: term, problem: problem) }
    if stream.origin.isObserver {
      throw refuse("Direction", "an observer sends nothing; only the other direction can be")
    }
    if version == 0 { throw refuse("Version", "begins at 1") }
    try Self.checkList(fields, most: Self.mostFields) { problem in refuse("Fields", problem) }
    try Self.checkList(roles, most: Self.mostRoles) { problem in refuse("Roles", problem) }
    guard PlainText.isLine(purpose, longest: Self.longestPurpose) else {
      throw refuse(
        "Purpose", "1 to \(Self.longestPurpose) bytes of plain Latin text on one line with single spaces expected")
    }
    guard (1...Self.mostRetentionDays).contains(retentionDays) else {
      throw refuse("Retention", "1 to \(Self.mostRetentionDays) days expected")
    }
    guard filter.count <= Self.mostClauses else { throw refuse("Filter", "at most \(Self.mostClauses) conditions") }
    guard Set(filter).count == filter.count else { throw refuse("Filter", "one condition stands twice") }
    for clause in filter {
      guard PlainText.isWord(clause.field) else {
        throw refuse("Filter", "\"\(PlainText.shown(clause.field))\" is not a field's name")
      }
      guard (1...Self.mostValues).contains(clause.values.count), Set(clause.values).count == clause.values.count else {
        throw refuse("Filter", "1 to \(Self.mostValues) different values of \(clause.field) expected")
      }
      for value in clause.values where !Self.isFilterValue(value) {
        throw refuse(
          "Filter", "\"\(PlainText.shown(value))\" cannot be a value: letters, digits and . _ - / : +, perhaps a last *"
        )
      }
    }
  }

  private static func checkList(
    _ words: [String], most: Int, _ refuse: (String) -> AgreementError
  ) throws(AgreementError) {
    guard (1...most).contains(words.count) else { throw refuse("1 to \(most) expected, \(words.count) found") }
    guard Set(words).count == words.count else { throw refuse("one stands twice") }
    for word in words where !PlainText.isWord(word) {
      throw refuse("\"\(PlainText.shown(word))\" is not a name: a-z, 0-9, - _ and ., a letter first")
    }
  }

  private static func isFilterValue(_ value: String) -> Bool {
    let body = value.hasSuffix("*") ? value.dropLast() : value[...]
    return (1...128).contains(value.utf8.count)
      && body.utf8.allSatisfy {
        (0x30...0x3A).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || [0x2B, 0x2D, 0x2E, 0x2F, 0x5F].contains($0)
      }
  }
}
