/// Writes wire values in the manner of RFC 8446 section 3: big-endian numbers, vectors with their length before them.
public struct ByteWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty writer with room for `capacity` bytes.
  public init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

  /// One byte.
  public mutating func uint8(_ value: UInt8) { bytes.append(value) }
  /// Two bytes, big-endian.
  public mutating func uint16(_ value: UInt16) { memory(of: value.bigEndian) }
  /// Three bytes, big-endian; `value` must be below 2^24.
  public mutating func uint24(_ value: UInt32) {
    uint8(UInt8(truncatingIfNeeded: value >> 16))
    uint16(UInt16(truncatingIfNeeded: value))
  }
  /// Four bytes, big-endian.
  public mutating func uint32(_ value: UInt32) { memory(of: value.bigEndian) }
  /// Eight bytes, big-endian.
  public mutating func uint64(_ value: UInt64) { memory(of: value.bigEndian) }
  /// Thirty-two bytes.
  public mutating func digest(_ value: Digest) { bytes.append(value) }
  /// Sixteen bytes.
  public mutating func recordID(_ value: RecordID) { memory(of: (value.high.bigEndian, value.low.bigEndian)) }
  /// Bytes without a length.
  public mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }
  /// A vector `opaque v<0..2^8-1>`; longer values are cut, so the caller keeps the limit.
  public mutating func vector8(_ value: some Collection<UInt8>) {
    uint8(UInt8(clamping: value.count))
    raw(value.prefix(0xFF))
  }
  /// A vector `opaque v<0..2^16-1>`; longer values are cut, so the caller keeps the limit.
  public mutating func vector16(_ value: some Collection<UInt8>) {
    uint16(UInt16(clamping: value.count))
    raw(value.prefix(0xFFFF))
  }
  /// A vector `opaque v<0..2^24-1>`; longer values are cut, so the caller keeps the limit.
  public mutating func vector24(_ value: some Collection<UInt8>) {
    uint24(UInt32(min(value.count, 0xFF_FFFF)))
    raw(value.prefix(0xFF_FFFF))
  }
  /// An unsigned LEB128 number: seven bits a byte, lowest first.
  public mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// All bytes of a value at once, as they lie in memory: byte by byte costs five times as much.
  private mutating func memory<Value: BitwiseCopyable>(of value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }
}

/// What went wrong when bytes from outside were read.
public struct ByteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being read.
  public let field: String
  /// Where, counted in bytes from the start.
  public let offset: Int
  /// What is wrong with it.
  public let problem: String

  /// Describes bytes that could not be read.
  public init(field: String, offset: Int, problem: String) {
    self.field = field
    self.offset = offset
    self.problem = problem
  }

  /// One sentence for a person.
  public var description: String { "\(field) at byte \(offset): \(problem)" }
}

/// Reads wire values in the manner of RFC 8446 section 3. Never reads past the end, never traps.
public struct ByteReader: Sendable {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// Reads from the start of `bytes`.
  public init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Reads from the start of `bytes`.
  public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// Bytes not yet read.
  public var remaining: Int { bytes.endIndex - position }
  /// Bytes already read.
  public var offset: Int { position - bytes.startIndex }

  /// The next `count` bytes.
  public mutating func raw(_ count: Int, _ field: String) throws(ByteError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw tooFew(count, field) }
    defer { position += count }
    return bytes[position..<(position + count)]
  }
  /// Goes on behind the next `count` bytes.
  public mutating func skip(_ count: Int, _ field: String) throws(ByteError) {
    guard count >= 0, count <= remaining else { throw tooFew(count, field) }
    position += count
  }
  /// One byte.
  public mutating func uint8(_ field: String) throws(ByteError) -> UInt8 { try number(field) }
  /// Two bytes, big-endian.
  public mutating func uint16(_ field: String) throws(ByteError) -> UInt16 { try number(field) }
  /// Three bytes, big-endian.
  public mutating func uint24(_ field: String) throws(ByteError) -> UInt32 {
    guard remaining >= 3 else { throw tooFew(3, field) }
    return UInt32(try uint8(field)) << 16 | UInt32(try uint16(field))
  }
  /// Four bytes, big-endian.
  public mutating func uint32(_ field: String) throws(ByteError) -> UInt32 { try number(field) }
  /// Eight bytes, big-endian.
  public mutating func uint64(_ field: String) throws(ByteError) -> UInt64 { try number(field) }
  /// Thirty-two bytes.
  public mutating func digest(_ field: String) throws(ByteError) -> Digest {
    let at = offset
    guard let digest = Digest(try raw(Digest.byteCount, field)) else {
      throw ByteError(field: field, offset: at, problem: "32 bytes expected")
    }
    return digest
  }
  /// Sixteen bytes that are a UUIDv7.
  public mutating func recordID(_ field: String) throws(ByteError) -> RecordID {
    let at = offset
    let (high, low) = (try uint64(field), try uint64(field))
    do { return try RecordID(high: high, low: low) } catch {
      throw ByteError(field: field, offset: at, problem: error.description)
    }
  }
  /// A vector with one byte of length.
  public mutating func vector8(_ field: String) throws(ByteError) -> ArraySlice<UInt8> {
    try raw(Int(try uint8(field)), field)
  }
  /// A vector with two bytes of length.
  public mutating func vector16(_ field: String) throws(ByteError) -> ArraySlice<UInt8> {
    try raw(Int(try uint16(field)), field)
  }
  /// A vector with three bytes of length.
  public mutating func vector24(_ field: String) throws(ByteError) -> ArraySlice<UInt8> {
    try raw(Int(try uint24(field)), field)
  }
  /// An unsigned LEB128 number in its shortest form.
  public mutating func varint(_ field: String) throws(ByteError) -> UInt64 {
    let at = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let byte = try uint8(field)
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        guard byte != 0 || shift == 0 else { break }
        return value
      }
    }
    throw ByteError(field: field, offset: at, problem: "not a number in its shortest form below 2^64")
  }
  /// A text in UTF-8.
  public static func text(_ bytes: ArraySlice<UInt8>, _ field: String) throws(ByteError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ByteError(field: field, offset: 0, problem: "not UTF-8")
    }
    return text
  }
  /// Refuses bytes after the last field.
  public func finish(_ field: String) throws(ByteError) {
    guard remaining == 0 else {
      throw ByteError(field: field, offset: offset, problem: "\(remaining) bytes too many")
    }
  }

  private mutating func number<N: FixedWidthInteger & BitwiseCopyable>(_ field: String) throws(ByteError) -> N {
    let count = MemoryLayout<N>.size
    guard count <= remaining else { throw tooFew(count, field) }
    // A span looks once that all of the bytes are there.
    let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: N.self)
    position += count
    return N(bigEndian: value)
  }

  private func tooFew(_ count: Int, _ field: String) -> ByteError {
    ByteError(field: field, offset: offset, problem: "\(count) bytes expected, \(remaining) left")
  }
}
