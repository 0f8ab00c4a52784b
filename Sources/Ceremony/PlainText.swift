/// The alphabet of everything that officials read aloud and print: printable Latin letters, digits and punctuation.
///
/// Nothing invisible, nothing that turns the direction of writing, no combining marks: two texts that look different on
/// paper are the only texts that differ, and every text has one spelling in bytes.
enum PlainText {
  static func admits(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: true
    case 0xAD: false  // the soft hyphen is invisible
    case 0xA1...0x17F: true  // Latin-1 letters and signs, Latin Extended-A
    case 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D: true  // dashes and quotation marks
    default: false
    }
  }

  /// Whether a text is one line that reads the same in every hand: not empty, at most `longest` bytes, single spaces
  /// between words and none at either end.
  static func isLine(_ text: String, longest: Int) -> Bool {
    let bytes = text.utf8
    guard (1...longest).contains(bytes.count), text.unicodeScalars.allSatisfy(admits), bytes.first != 0x20 else {
      return false
    }
    var previous: UInt8 = 0
    for byte in bytes {
      if byte == 0x20, previous == 0x20 { return false }
      previous = byte
    }
    return previous != 0x20
  }

  /// Whether a text is a name as datasets use them: 1 to `longest` of a-z, 0-9, `-`, `_` and `.`, a letter first.
  static func isWord(_ text: String, longest: Int = 64) -> Bool {
    guard (1...longest).contains(text.utf8.count), let first = text.utf8.first, (0x61...0x7A).contains(first) else {
      return false
    }
    return text.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
    }
  }

  /// A found text, short and harmless enough to be shown in an error.
  static func shown(_ text: some StringProtocol) -> String {
    var out = ""
    for scalar in text.unicodeScalars.prefix(80) { out.unicodeScalars.append(admits(scalar) ? scalar : "?") }
    return out
  }

  /// A whole number written without sign and leading zeros.
  static func number(_ text: some StringProtocol) -> UInt64? {
    guard (1...20).contains(text.utf8.count), let value = UInt64(text), text.utf8.elementsEqual(String(value).utf8)
    else { return nil }
    return value
  }
}

/// What is wrong with a text of this module, with the line.
public struct TextError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being read, such as `card`.
  public let what: String
  /// The line, counted from 1.
  public let line: Int
  /// What is wrong and what is expected instead.
  public let problem: String

  /// Describes a text that could not be read.
  public init(what: String, line: Int, problem: String) { (self.what, self.line, self.problem) = (what, line, problem) }

  /// One sentence for a person.
  public var description: String { "\(what), line \(line): \(problem)" }
}
