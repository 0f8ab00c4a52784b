/// Thirty-two bytes that a hash function gave, kept inline so that millions of them need no allocation.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// The number of bytes.
  public static let byteCount = 32

  /// All bytes zero.
  public init() { words = (0, 0, 0, 0) }

  /// Copies exactly thirty-two bytes; nil for any other length.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init()
    withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
  }

  /// Reads 64 hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// The bytes, to read.
  public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try Swift.withUnsafeBytes(of: words, body)
  }

  /// The bytes, to write.
  public mutating func withUnsafeMutableBytes<R, E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try Swift.withUnsafeMutableBytes(of: &words, body)
  }

  /// The bytes as an array.
  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Lower-case hexadecimal digits.
  public var description: String { bytes.hex }

  /// Whether all bytes are equal. Digests are public: comparing need not take constant time.
  public static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  /// Feeds the bytes to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

extension [UInt8] {
  /// Appends a digest's bytes.
  public mutating func append(_ digest: Digest) {
    digest.withUnsafeBytes { append(contentsOf: $0) }
  }
}
