import Catalog
import Forms

/// The kinds of files that a form takes as attachments, told by how their bytes begin and not by what a browser calls them.
enum FileKind: String, CaseIterable, Sendable {
  case jpeg = "image/jpeg"
  case png = "image/png"
  case webp = "image/webp"
  case pdf = "application/pdf"
  case xml = "application/xml"

  /// Bytes by which a kind is told; a shorter file has all of them in view.
  static let toldBy = 64

  /// The kind of a file that begins so; nil when it is none of these.
  init?(_ first: [UInt8]) {
    func begins(_ bytes: [UInt8], at place: Int = 0) -> Bool { first.dropFirst(place).starts(with: bytes) }
    if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
      self = .webp
    } else if begins(Array("%PDF-".utf8)) {
      self = .pdf
    } else if Self.isXML(first) {
      self = .xml
    } else {
      return nil
    }
  }

  /// UTF-8, perhaps with a byte order mark: a declaration, a comment or an element, and no document type.
  private static func isXML(_ first: [UInt8]) -> Bool {
    var rest = first[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard rest.first == 0x3C, let next = rest.dropFirst().first else { return false }
    if rest.starts(with: Array("<?xml".utf8)) || rest.starts(with: Array("<!--".utf8)) { return true }
    return (0x41...0x5A).contains(next) || (0x61...0x7A).contains(next) || next == 0x5F
  }

  /// The kinds that an attachment's field takes. Definitions name such fields by what they hold: `image_digest`, `xml_digest`, and others
  /// for papers that were scanned.
  static func permitted(in field: String) -> [FileKind] {
    switch field {
    case "image_digest": [.jpeg, .png, .webp]
    case "xml_digest": [.xml]
    default: [.pdf, .jpeg, .png, .webp]
    }
  }

  /// The word that people use.
  var word: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    case .webp: "WebP"
    case .pdf: "PDF"
    case .xml: "XML"
    }
  }
}

extension Definition {
  /// The fields of which a form takes files. Within groups there are none: what stands beside a digest is named for whole records.
  var fileFields: [Field] { fields.filter(\.bearsAttachment) }

  /// What stands beside an attachment's digest and is known from the file: its size and media type, where the dataset has them.
  func besides(_ field: Field) -> (bytes: String, mediaType: String)? {
    guard case .digest = field.type, field.name.hasSuffix("_digest") else { return nil }
    let stem = field.name.dropLast("digest".count)
    return ("\(stem)bytes", "\(stem)media_type")
  }

  /// The fields that a form does not ask because its files tell them.
  var toldByFiles: Set<String> {
    Set(fileFields.compactMap { besides($0) }.flatMap { [$0.bytes, $0.mediaType] }.filter { field($0) != nil })
  }

  /// The field of a place that takes a file, `image_digest` or `scans_digest.2`; nil when it takes none.
  func fileField(at place: String) -> Field? {
    let parts = place.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let field = fileFields.first(where: { $0.name == parts.first }) else { return nil }
    guard let limit = field.rowLimit else { return parts.count == 1 ? field : nil }
    guard parts.count == 2, let row = Int(parts[1]), (1...max(1, limit)).contains(row) else { return nil }
    return field
  }
}
