import Ledger
import Terms

/// A file that proves one record offline; how it is written is `SectionedFile`'s subject.
public struct EvidenceFile: Hashable, Sendable {
  /// The longest file that is read, in bytes.
  public static let longest = SectionedFile.longest
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
    var file = SectionedFile(Self.title)
    for section in Section.allCases {
      if let content = sections[section] { file.add(section.rawValue, content) }
    }
    return file.bytes
  }

  /// Reads a file.
  /// - Throws: `NoteError` when it is not well formed.
  public init(_ bytes: [UInt8]) throws(NoteError) {
    let file = try SectionedFile(bytes, title: Self.title, names: Section.allCases.map(\.rawValue))
    sections = [:]
    for section in Section.allCases { sections[section] = file[section.rawValue] }
  }
}
