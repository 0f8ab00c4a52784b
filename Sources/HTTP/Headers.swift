/// The header fields of a message in the order they came, looked up without regard to case (RFC 9110 section 5.1).
public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
  /// Name and value of every field.
  public private(set) var fields: [(name: String, value: String)] = []

  /// No fields.
  public init() {}

  /// The given fields, in order.
  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { (name: $0.0, value: $0.1) }
  }

  /// The value of the first field of that name.
  public subscript(_ name: String) -> String? {
    fields.first { Self.same($0.name, name) }?.value
  }

  /// The values of all fields of that name.
  public func all(_ name: String) -> [String] { fields.filter { Self.same($0.name, name) }.map(\.value) }

  /// Adds a field after the others.
  public mutating func add(_ name: String, _ value: String) { fields.append((name: name, value: value)) }

  /// Whether the bytes of a name are a token of RFC 9110 section 5.6.2.
  static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { isTokenByte($0) }
  }

  /// Whether the bytes of a value have no control character but the tab, so that it cannot end its own line.
  static func isValue(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  static func same(_ a: String, _ b: String) -> Bool {
    guard a.utf8.count == b.utf8.count else { return false }
    var (left, right) = (a.utf8.makeIterator(), b.utf8.makeIterator())
    while let one = left.next(), let other = right.next() {
      guard one == other || lower(one) == lower(other) else { return false }
    }
    return true
  }

  private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
    default: false
    }
  }
}
