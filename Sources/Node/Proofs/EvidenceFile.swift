import Ledger
import Terms

/// A file that proves one record offline: text sections with their lengths, so that a person can read it and a program
/// cannot misread it.
///
///     istmo evidence v1
///     <name> <length in bytes>
///     <bytes>
///     ...
public struct EvidenceFile: Hashable, Sendable {
  /// The longest file that is read, in bytes.
  public static let longest = 1 << 20
  static let title = "istmo evidence v1"

  /// The sections.
  public enum Section: String, Hashable, Sendable, CaseIterable {
    /// The agreement with both root signatures; absent for a record of a home register.
    case agreement
    /// The origin's card.
    case originCard = "origin-card"
    /// The recipient's card; absent for a record of a home register.
    case recipientCard = "recipient-card"
    /// The entry's canonical bytes.
    case entry
    /// The salt, in hexadecimal digits.
    case salt
    /// The record's body.
    case body
    /// The C2SP tlog-proof, with checkpoint, receipt and "as of".
    case proof
  }

  /// The sections' bytes.
  public var sections: [Section: [UInt8]]

  /// A file of these sections.
  public init(sections: [Section: [UInt8]]) { self.sections = sections }

  /// The file's bytes.
  public var bytes: [UInt8] {
    var out = Array("\(Self.title)\n".utf8)
    for section in Section.allCases {
      guard let content = sections[section] else { continue }
      out += "\(section.rawValue) \(content.count)\n".utf8
      out += content
      out.append(0x0A)
    }
    return out
  }

  /// Reads a file.
  /// - Throws: `NoteError` when it is not well formed.
  public init(_ bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= Self.longest else { throw NoteError("an evidence file has at most \(Self.longest) bytes") }
    var rest = bytes[...]
    guard Self.line(&rest) == Self.title else { throw NoteError("not an evidence file: it begins with \(Self.title)") }
    sections = [:]
    while !rest.isEmpty {
      guard let head = Self.line(&rest)?.split(separator: " "), head.count == 2,
        let section = Section(rawValue: String(head[0])), let count = Int(head[1]), count >= 0, count < rest.count,
        sections[section] == nil
      else { throw NoteError("a section's head is malformed") }
      sections[section] = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      guard rest.popFirst() == 0x0A else { throw NoteError("the section \(section.rawValue) has another length") }
    }
  }

  private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard let end = rest.prefix(200).firstIndex(of: 0x0A) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(validating: rest[..<end], as: UTF8.self)
  }
}
