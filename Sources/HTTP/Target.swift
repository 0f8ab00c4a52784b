/// The target of a request line, in origin form (RFC 9112 section 3.2.1), taken apart and checked.
struct Target {
  let path: String
  let query: [(name: String, value: String)]

  /// Why a target is refused: the status and a sentence for whoever wrote the client.
  struct Refusal: Error {
    let status: Int
    let detail: String
  }

  init(_ bytes: some Collection<UInt8>) throws(Refusal) {
    guard bytes.count <= Limits.targetBytes else {
      throw Refusal(
        status: 414, detail: "the target is longer than \(Limits.targetBytes) bytes")
    }
    guard bytes.first == 0x2F else {
      throw Refusal(status: 400, detail: "the target must be a path that starts with /")
    }
    let mark = bytes.firstIndex(of: 0x3F)
    path = try Self.path(bytes[..<(mark ?? bytes.endIndex)])
    query =
      try mark.map { at throws(Refusal) in
        try Self.fields(bytes[bytes.index(after: at)...], most: Limits.queryFields, what: "query")
      } ?? []
  }

  /// The fields of a query or of a form, divided by `&`.
  static func fields(
    _ bytes: some Collection<UInt8>, most: Int, what: String
  ) throws(Refusal) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    for field in bytes.split(separator: 0x26) {
      guard fields.count < most else {
        throw Refusal(status: 400, detail: "the \(what) has more than \(most) fields")
      }
      let equals = field.firstIndex(of: 0x3D)
      let name = try text(field[..<(equals ?? field.endIndex)], plusIsSpace: true)
      let value = try equals.map { at throws(Refusal) in
        try text(field[field.index(after: at)...], plusIsSpace: true)
      }
      fields.append((name: name, value: value ?? ""))
    }
    return fields
  }

  private static func path(_ bytes: some Collection<UInt8>) throws(Refusal) -> String {
    let path = try text(bytes, plusIsSpace: false)
    // Checked after decoding, so that %2e%2e and %2f cannot bring in what is refused in clear.
    for segment in path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
    where segment.elementsEqual([0x2E]) || segment.elementsEqual([0x2E, 0x2E]) {
      throw Refusal(status: 400, detail: "the path has a . or .. segment; write it out")
    }
    guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }) else {
      throw Refusal(status: 400, detail: "the path has a control character or a backslash")
    }
    return path
  }

  private static func text(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) throws(Refusal) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case 0x25:
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
          throw Refusal(status: 400, detail: "a % in the target is not followed by two hexadecimal digits")
        }
        out.append(high << 4 | low)
      case 0x2B where plusIsSpace: out.append(0x20)
      case 0x21...0x7E: out.append(byte)
      default: throw Refusal(status: 400, detail: "the target has a byte that must be percent-encoded")
      }
    }
    guard !out.contains(0), let text = string(out) else {
      throw Refusal(status: 400, detail: "the target does not decode to UTF-8 without NUL")
    }
    return text
  }

  /// The text of bytes that came from outside; nil when they are not UTF-8. Nearly all are ASCII, of which there is nothing to validate.
  static func string(_ bytes: some Collection<UInt8>) -> String? {
    bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  /// Percent-encodes everything that is not unreserved (RFC 3986 section 2.3), for use in a path or query.
  static func encode(_ text: String, keeping kept: [UInt8] = []) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
      case _ where kept.contains(byte): out.append(byte)
      default: out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
