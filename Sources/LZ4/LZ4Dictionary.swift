import CLZ4

/// Blocks of LZ4 (the block format, without a frame) that may refer to bytes which both sides know, by liblz4.
///
/// What a block says once, a dictionary has said before: short texts become short that would not by themselves.
public final class LZ4Dictionary: @unchecked Sendable {
  // @unchecked: neither is written after `init`.
  private let words: UnsafeRawBufferPointer
  private let prepared: UnsafeMutablePointer<LZ4_stream_t>

  /// A dictionary. Of more than 64 KiB the last 64 KiB count.
  public init(_ bytes: [UInt8]) {
    // liblz4 keeps the address, and reads there whenever something is compressed.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyBytes(from: bytes)
    words = UnsafeRawBufferPointer(copy)
    prepared = .allocate(capacity: 1)
    LZ4_initStream(prepared, MemoryLayout<LZ4_stream_t>.size)
    LZ4_loadDict(prepared, words.baseAddress, Int32(clamping: words.count))
  }

  deinit {
    prepared.deallocate()
    words.deallocate()
  }

  /// Compresses into a block; gives its length, nil when it is longer than there is room for.
  public func compress(_ plain: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
    guard let plainCount = Int32(exactly: plain.count), plainCount > 0, let roomCount = Int32(exactly: room.count)
    else { return nil }
    let count = withUnsafeTemporaryAllocation(of: LZ4_stream_t.self, capacity: 1) { stream in
      // Compressing writes into the table: each time begins with a copy.
      guard let stream = stream.baseAddress else { return Int32(0) }
      stream.initialize(to: prepared.pointee)
      return LZ4_compress_fast_continue(stream, plain.baseAddress, room.baseAddress, plainCount, roomCount, 1)
    }
    return count > 0 ? Int(count) : nil
  }

  /// Whether a block is whole and what it holds fills `room`; then it is there.
  public func decompress(_ block: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Bool {
    guard let blockCount = Int32(exactly: block.count), let roomCount = Int32(exactly: room.count) else { return false }
    return LZ4_decompress_safe_usingDict(
      block.baseAddress, room.baseAddress, blockCount, roomCount, words.baseAddress, Int32(clamping: words.count))
      == roomCount
  }
}
