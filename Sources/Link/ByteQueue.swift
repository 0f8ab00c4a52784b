/// Bytes that are added at the end and taken from the front, in one piece of memory that is kept between uses.
struct ByteQueue: Sendable {
  /// Memory above this is given back when the queue runs empty, so that one long message does not stay resident.
  private static let keptByteCount = 256 << 10
  /// Taken bytes are moved out of the way once there are this many, and more than are left.
  private static let gapByteLimit = 64 << 10

  private var bytes: [UInt8] = []
  private var start = 0

  /// Bytes in the queue.
  var count: Int { bytes.count - start }

  /// Bytes of memory that the queue holds on to.
  var memoryByteCount: Int { bytes.capacity }

  mutating func append(_ more: [UInt8]) {
    close()
    bytes.append(contentsOf: more)
  }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    close()
    bytes.append(contentsOf: more)
  }

  /// Adds `count` bytes that `body` fills.
  mutating func append(count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    close()
    let end = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    bytes.withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0[end...])) }
  }

  /// Lends all bytes.
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
  }

  /// A copy of the first bytes: `limit` of them, or all when there are fewer.
  func prefix(_ limit: Int) -> [UInt8] { Array(bytes[start..<(start + min(limit, count))]) }

  /// Takes `taken` bytes, or all when there are fewer.
  mutating func drop(_ taken: Int) {
    start += min(max(0, taken), count)
    guard start == bytes.count else { return }
    start = 0
    if bytes.capacity > Self.keptByteCount { bytes = [] } else { bytes.removeAll(keepingCapacity: true) }
  }

  private mutating func close() {
    guard start > Self.gapByteLimit, start > count else { return }
    bytes.removeSubrange(..<start)
    start = 0
  }
}
