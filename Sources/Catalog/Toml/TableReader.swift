/// Something read from a file, and where it stood.
struct Located<Value> {
  var value: Value
  var offset: Int
}

/// Reads the members of one table, noting each fault in the source and going on.
struct TableReader {
  let source: TomlSource
  let members: [TomlMember]
  let offset: Int
  /// What the table is, for messages, such as `crossing`.
  let what: String

  /// The table of a value; nil, and the fault noted, when the value is none.
  init?(_ value: TomlValue, _ source: TomlSource, what: String) {
    guard case .table(let members) = value.content else {
      source.report(value.offset, "\(value.words) where a table is expected", "write the \(what) as a table")
      return nil
    }
    (self.source, self.members, self.offset, self.what) = (source, members, value.offset, what)
  }

  func member(_ key: String) -> TomlMember? { members.first { $0.key == key } }

  /// Notes every key that is not among these.
  func refuseOthers(than known: [String]) {
    for member in members where !known.contains(member.key) {
      source.report(
        member.keyOffset, "unknown key \"\(member.key)\" in \(what)",
        NearestName.advice(
          member.key, in: known, else: "leave it out; known are \(known.joined(separator: ", "))"))
    }
  }

  /// Notes that a key is missing, and gives nil.
  func missing<T>(_ key: String, _ example: String) -> T? {
    source.report(offset, "\(what) has no \"\(key)\"", "add \(key) = \(example)")
    return nil
  }

  /// Notes that a table is missing.
  func missing(table key: String, _ advice: String) {
    source.report(offset, "\(what) has no \"\(key)\"", advice)
  }

  private func wrong<T>(_ member: TomlMember, _ expected: String, _ example: String) -> T? {
    source.report(
      member.value.offset, "\(member.value.words) where \(expected) is expected", "write \(member.key) = \(example)")
    return nil
  }

  /// A text that has to be there, unless `optional`.
  func text(_ key: String, example: String, optional: Bool = false) -> Located<String>? {
    guard let member = member(key) else { return optional ? nil : missing(key, "\"\(example)\"") }
    return text(of: member, example: example)
  }

  /// The text of a member.
  func text(of member: TomlMember, example: String) -> Located<String>? {
    guard case .text(let text) = member.value.content else { return wrong(member, "a text", "\"\(example)\"") }
    guard !text.isEmpty, text.utf8.count <= Self.textLengthMax else {
      source.report(
        member.value.offset, text.isEmpty ? "an empty text" : "a text longer than \(Self.textLengthMax) bytes",
        "write \(member.key) = \"\(example)\"")
      return nil
    }
    return Located(value: text, offset: member.value.offset)
  }

  /// The longest text: officials read it aloud.
  static let textLengthMax = 2000
  /// The longest list of texts: more than any list here needs.
  static let listLengthMax = 256

  /// A number within limits.
  func number(_ key: String, in limits: ClosedRange<Int64>, example: Int64, optional: Bool = false) -> Int64? {
    guard let member = member(key) else { return optional ? nil : missing(key, "\(example)") }
    guard case .integer(let number) = member.value.content else { return wrong(member, "a number", "\(example)") }
    guard limits.contains(number) else {
      source.report(
        member.value.offset, "\(key) is not within \(limits.lowerBound) to \(limits.upperBound)",
        "write \(key) = \(example)")
      return nil
    }
    return number
  }

  /// True or false; `standing` when absent.
  func flag(_ key: String, standing: Bool) -> Bool {
    guard let member = member(key) else { return standing }
    guard case .boolean(let flag) = member.value.content else {
      return wrong(member, "true or false", "\(standing)") ?? standing
    }
    return flag
  }

  /// One of some words.
  func word(_ key: String, of words: [String], optional: Bool = false) -> String? {
    let example = words.first ?? ""
    return text(key, example: example, optional: optional).flatMap { known($0, as: key, among: words) }
  }

  /// The text when it is one of these words; reported when it is not.
  func known(_ text: Located<String>, as key: String, among words: [String]) -> String? {
    guard words.contains(text.value) else {
      source.report(
        text.offset, "unknown \(key) \"\(text.value)\"",
        NearestName.advice(text.value, in: words, else: "write one of \(words.joined(separator: ", "))"))
      return nil
    }
    return text.value
  }

  /// A list of texts; nil when absent.
  func texts(_ key: String, example: String) -> [Located<String>]? {
    member(key).flatMap { texts(of: $0, example: example) }
  }

  /// The list of texts that a member is; nil, and the fault noted, when it is none.
  func texts(of member: TomlMember, example: String) -> [Located<String>]? {
    guard case .list(let values) = member.value.content else { return wrong(member, "a list", "[\"\(example)\"]") }
    guard values.count <= Self.listLengthMax else {
      source.report(member.value.offset, "a list of more than \(Self.listLengthMax) values", "write fewer")
      return nil
    }
    return values.compactMap { value in
      guard case .text(let text) = value.content else {
        source.report(
          value.offset, "\(value.words) where a text is expected", "write \(member.key) = [\"\(example)\"]")
        return nil
      }
      return Located(value: text, offset: value.offset)
    }
  }

  /// A table; nil when absent.
  func table(_ key: String, what: String) -> TableReader? {
    member(key).flatMap { TableReader($0.value, source, what: what) }
  }

  /// A list of tables, or one table; empty when absent.
  func tables(_ key: String, what: String, orOne: Bool = false) -> [TableReader] {
    guard let member = member(key) else { return [] }
    if orOne, case .table = member.value.content {
      return [TableReader(member.value, source, what: what)].compactMap { $0 }
    }
    guard case .list(let values) = member.value.content else {
      return wrong(member, "a list of tables", "[ { ... } ]; or head each with [[\(key)]]") ?? []
    }
    return values.compactMap { TableReader($0, source, what: what) }
  }

  /// A text in both languages: `{ es = "...", en = "..." }`, or one text that serves both.
  func translated(_ key: String, example: String) -> Translated? {
    let form = "{ es = \"\(example)\", en = \"\(example)\" }"
    guard let member = member(key) else { return missing(key, form) }
    if case .text = member.value.content {
      return text(of: member, example: example).map { Translated(es: $0.value, en: $0.value) }
    }
    guard case .table = member.value.content, let table = table(key, what: key) else {
      return wrong(member, "a text in both languages", form)
    }
    table.refuseOthers(than: ["es", "en"])
    guard let es = table.text("es", example: example), let en = table.text("en", example: example) else { return nil }
    return Translated(es: es.value, en: en.value)
  }
}
