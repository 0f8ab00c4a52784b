import Ledger

/// A file of named text sections with their lengths, so that a person can read it and a program cannot misread it.
///
///     <title>
///     <name> <length in bytes>
///     <bytes>
///     ...
struct SectionedFile: Hashable, Sendable {
  /// The longest file that is read, in bytes.
  static let longest = 1 << 20

  let title: String
  /// Names and bytes, in order.
  private(set) var sections: [Section] = []

  struct Section: Hashable, Sendable {
    let name: String
    let bytes: [UInt8]
  }

  /// A file without sections yet.
  init(_ title: String) { self.title = title }

  subscript(_ name: String) -> [UInt8]? { sections.first { $0.name == name }?.bytes }

  mutating func add(_ name: String, _ bytes: [UInt8]) { sections.append(Section(name: name, bytes: bytes)) }

  /// The file's bytes.
  var bytes: [UInt8] {
    var out = Array("\(title)\n".utf8)
    for section in sections {
      out += "\(section.name) \(section.bytes.count)\n".utf8
      out += section.bytes
      out.append(0x0A)
    }
    return out
  }

  /// Whether bytes begin as a file of this title.
  static func isTitled(_ title: String, _ bytes: [UInt8]) -> Bool { bytes.starts(with: "\(title)\n".utf8) }

  /// Reads a file that has this title and some of these sections, each at most once.
  /// - Throws: `NoteError` when it is not well formed.
  init(_ bytes: [UInt8], title: String, names: [String]) throws(NoteError) {
    guard bytes.count <= Self.longest else { throw NoteError("such a file has at most \(Self.longest) bytes") }
    var rest = bytes[...]
    guard Self.line(&rest) == title else { throw NoteError("not the file that was expected: it begins with \(title)") }
    self.init(title)
    while !rest.isEmpty {
      guard let head = Self.line(&rest)?.split(separator: " "), head.count == 2, names.contains(String(head[0])),
        let count = Int(head[1]), count >= 0, count < rest.count, self[String(head[0])] == nil
      else { throw NoteError("a section's head is malformed") }
      add(String(head[0]), Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
      guard rest.popFirst() == 0x0A else { throw NoteError("the section \(head[0]) has another length") }
    }
  }

  private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard let end = rest.prefix(200).firstIndex(of: 0x0A) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(validating: rest[..<end], as: UTF8.self)
  }
}
