// Bytes are looked at where they lie: an array slice that is passed about counts its owners each time.
extension Span<UInt8> {
  /// The text that the bytes are in UTF-8.
  var string: String { withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }

  /// Whether two runs of bytes are the same.
  @inline(__always)
  func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    let (mine, others) = (bytes, other.bytes)
    var at = 0
    while at + 8 <= count {
      guard
        mine.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
          == others.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
      else { return false }
      at += 8
    }
    while at < count {
      guard self[at] == other[at] else { return false }
      at += 1
    }
    return true
  }
}

extension String {
  /// Whether the text is this one in UTF-8.
  func isSame(as other: Span<UInt8>) -> Bool {
    var text = self
    return text.withUTF8 { $0.span.isEqual(to: other) }
  }
}
