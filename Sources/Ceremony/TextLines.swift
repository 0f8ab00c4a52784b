import Ledger
import Sodium
import Terms

/// Reads a text of `Label: value` lines in their one order. Every reader renders again what it read and refuses the text
/// unless it is the same bytes, so that one meaning has one form.
struct TextLines {
  private let what: String
  private let lines: [Substring]
  private var next = 0

  /// - Throws: `TextError` when the text is too long, holds a sign outside `PlainText`, or does not end in a newline.
  init(_ text: String, what: String, longest: Int) throws(TextError) {
    self.what = what
    guard text.utf8.count <= longest else {
      throw TextError(what: what, line: 1, problem: "longer than \(longest) bytes")
    }
    var line = 1
    for scalar in text.unicodeScalars {
      if scalar == "\n" {
        line += 1
      } else if !PlainText.admits(scalar) {
        let code = String(scalar.value, radix: 16, uppercase: true)
        throw TextError(what: what, line: line, problem: "the character U+\(code) is not allowed")
      }
    }
    var pieces = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard pieces.popLast() == "", !pieces.isEmpty else {
      throw TextError(what: what, line: line, problem: "the text does not end in a newline")
    }
    lines = pieces
  }

  /// An error at the line read last.
  func error(_ problem: String) -> TextError { TextError(what: what, line: max(next, 1), problem: problem) }

  /// A whole line that must be this one.
  mutating func literal(_ expected: String) throws(TextError) {
    let found = take()
    guard let found, found == expected else {
      throw error("\"\(expected)\" expected, found \"\(PlainText.shown(found ?? "the end"))\"")
    }
  }

  /// The value of the line `label: value`.
  mutating func value(_ label: String, after separator: String = ": ") throws(TextError) -> String {
    let found = take()
    guard let found, let value = Self.value(of: found, label + separator) else {
      throw error("\"\(label): ...\" expected, found \"\(PlainText.shown(found ?? "the end"))\"")
    }
    return value
  }

  /// The value of the line `label: value`, or nil when the next line is another.
  mutating func valueIfNext(_ label: String) -> String? {
    guard next < lines.count, let value = Self.value(of: lines[next], label + ": ") else { return nil }
    next += 1
    return value
  }

  /// The value of a line, made by `read`; nil from it is an error that names what is expected.
  mutating func value<T>(_ label: String, _ expected: String, _ read: (String) -> T?) throws(TextError) -> T {
    let text = try value(label)
    guard let value = read(text) else {
      throw error("\(label): \(expected) expected, found \"\(PlainText.shown(text))\"")
    }
    return value
  }

  /// Refuses lines after the last.
  func finish() throws(TextError) {
    guard next == lines.count else {
      throw TextError(
        what: what, line: next + 1, problem: "nothing more expected, found \"\(PlainText.shown(lines[next]))\"")
    }
  }

  private mutating func take() -> Substring? {
    guard next < lines.count else {
      next = lines.count + 1
      return nil
    }
    next += 1
    return lines[next - 1]
  }

  private static func value(of line: Substring, _ start: String) -> String? {
    guard line.hasPrefix(start) else { return nil }
    let value = line.dropFirst(start.count)
    return value.isEmpty ? nil : String(value)
  }
}

// What stands in the lines.
extension TextLines {
  mutating func country(_ label: String) throws(TextError) -> CountryCode {
    try value(label, "a country code such as SV") { try? CountryCode($0) }
  }
  mutating func realm() throws(TextError) -> Realm {
    try value("Realm", "a realm such as istmo.sieca.int") { try? Realm($0) }
  }
  /// Two countries in alphabetical order, written `GT and SV`.
  mutating func pair(_ label: String) throws(TextError) -> (CountryCode, CountryCode) {
    try value(label, "two countries in alphabetical order, such as GT and SV") { text in
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1] == "and", let a = try? CountryCode(parts[0]),
        let b = try? CountryCode(parts[2]), a < b
      else { return nil }
      return (a, b)
    }
  }
  mutating func number(_ label: String, _ range: ClosedRange<UInt64>) throws(TextError) -> UInt64 {
    try value(label, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      PlainText.number(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
  mutating func time(_ label: String) throws(TextError) -> Instant {
    try value(label, "a time such as 2026-11-24T14:03:22Z") { text in
      guard let instant = try? Instant(text), instant.wholeSeconds == text else { return nil }
      return instant
    }
  }
  mutating func day(_ label: String) throws(TextError) -> CalendarDay {
    try value(label, "a date such as 2026-11-24") { try? CalendarDay($0) }
  }
  mutating func digest(_ label: String) throws(TextError) -> Digest {
    try value(label, "64 lower-case hexadecimal digits") { text in
      Digest(hex: text).flatMap { $0.description == text ? $0 : nil }
    }
  }
  mutating func bytes32(_ label: String) throws(TextError) -> Digest {
    try value(label, "32 bytes in base64") { Base64.decode($0).flatMap { Digest($0) } }
  }
  mutating func noteKey(_ label: String) throws(TextError) -> NoteKey {
    let text = try value(label)
    do { return try NoteKey(text) } catch { throw self.error("\(label): \(error)") }
  }
}
