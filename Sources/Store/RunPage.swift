/// One page of a sorted run: a sum over the run's number, the page's number and the rest; how many lines; the first key;
/// then a line as a tag (high half: bytes of the key's distance from the line before, low half: bytes of the index),
/// the distance, the stream's number and the index, little-endian. About 11 bytes a line in a run of a million.
enum RunPage {
  /// Bytes of a row, so that one row fills one database page and no byte flows over to another.
  static let byteCount = Database.pageBytes - 64

  private static let headerBytes = 18
  private static let lineBytesMax = 1 + 8 + 5 + 8
  /// Lines that a page may hold: of each at least the tag and a stream's number.
  static let linesMax = (byteCount - headerBytes) / 2

  /// Packs lines, in order of key, into pages.
  struct Packer {
    /// Room for a page; `end` bytes of it are used.
    private var bytes: [UInt8] = []
    private var end = 0
    private var count: UInt16 = 0
    private var last: UInt64 = 0

    var isEmpty: Bool { count == 0 }
    /// Whether another line might not fit.
    var isFull: Bool { end + lineBytesMax > byteCount }

    /// Adds lines until all are added or the page is full.
    /// - Returns: how many were added.
    mutating func add(_ lines: ArraySlice<IndexItem>) -> Int {
      guard let first = lines.first else { return 0 }
      if isEmpty {
        bytes = [UInt8](repeating: 0, count: byteCount)
        bytes.store(first.key, at: 10)
        (end, last) = (headerBytes, first.key)
      }
      var (place, key, added) = (end, last, 0)
      bytes.withUnsafeMutableBytes { page in
        for line in lines {
          guard place + lineBytesMax <= byteCount else { break }
          RunPage.put(line, after: key, page, &place)
          key = line.key
          added += 1
        }
      }
      (end, last) = (place, key)
      count += UInt16(added)
      return added
    }

    /// The page, and an empty packer again.
    mutating func finish(run: Int64, page: Int) -> [UInt8] {
      bytes.removeLast(bytes.count - end)
      bytes[8] = UInt8(truncatingIfNeeded: count)
      bytes[9] = UInt8(truncatingIfNeeded: count >> 8)
      bytes.store(RunPage.sum(of: bytes, run, page), at: 0)
      defer { (bytes, end, count) = ([], 0, 0) }
      return bytes
    }
  }

  @inline(__always)
  private static func put(
    _ line: IndexItem, after key: UInt64, _ page: UnsafeMutableRawBufferPointer, _ place: inout Int
  ) {
    let distance = line.key &- key
    let distanceBytes = (71 - distance.leadingZeroBitCount) >> 3
    let indexBytes = (71 - line.index.leadingZeroBitCount) >> 3
    page.store(low: UInt64(distanceBytes << 4 | indexBytes), 1, at: &place)
    page.store(low: distance, distanceBytes, at: &place)
    page.store(varint: UInt64(line.stream), at: &place)
    page.store(low: line.index, indexBytes, at: &place)
  }

  /// Calls `body` with each line until it returns false.
  /// - Returns: false when the page is damaged.
  @inline(__always)
  static func read(_ bytes: UnsafeRawBufferPointer, run: Int64, page: Int, _ body: (IndexItem) -> Bool) -> Bool {
    guard bytes.count >= headerBytes,
      UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) == sum(of: bytes, run, page)
    else { return false }
    let count = Int(bytes[8]) | Int(bytes[9]) << 8
    var key = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 10, as: UInt64.self))
    var position = headerBytes
    for _ in 0..<count {
      guard position < bytes.count else { return false }
      let distanceBytes = Int(bytes[position] >> 4)
      let indexBytes = Int(bytes[position] & 15)
      position += 1
      guard let distance = number(bytes, &position, distanceBytes), let stream = varint(bytes, &position),
        let index = number(bytes, &position, indexBytes)
      else { return false }
      key = key &+ distance
      if !body(IndexItem(key: key, stream: stream, index: index)) { return true }
    }
    return true
  }

  @inline(__always)
  private static func number(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ width: Int) -> UInt64? {
    guard width <= 8, position + width <= bytes.count else { return nil }
    // Eight bytes at once, of which those that belong to it are kept, wherever eight are left.
    if position + 8 <= bytes.count {
      defer { position += width }
      return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        & (UInt64.max >> UInt64(64 - 8 * width))
    }
    var value: UInt64 = 0
    for offset in 0..<width { value |= UInt64(bytes[position + offset]) << UInt64(8 * offset) }
    position += width
    return value
  }

  @inline(__always)
  private static func varint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt32? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 28, by: 7) {
      guard position < bytes.count else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return UInt32(exactly: value) }
    }
    return nil
  }

  static func sum(of page: UnsafeRawBufferPointer, _ run: Int64, _ number: Int) -> UInt64 {
    var sum = Checksum(UInt64(bitPattern: run), UInt64(number))
    sum.add(UnsafeRawBufferPointer(rebasing: page.dropFirst(8)))
    return sum.value
  }

  static func sum(of page: [UInt8], _ run: Int64, _ number: Int) -> UInt64 {
    page.withUnsafeBytes { sum(of: $0, run, number) }
  }
}

/// A page of a run's filter: the sum, then words of the filter.
enum FilterPage {
  static let wordCount = (RunPage.byteCount - 8) / 8

  static func encode(_ words: ArraySlice<UInt64>, run: Int64, page: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8 + words.count * 8)
    bytes.withUnsafeMutableBytes { out in
      var place = 8
      for word in words { out.store(low: word, 8, at: &place) }
    }
    bytes.store(RunPage.sum(of: bytes, run, page), at: 0)
    return bytes
  }

  /// Appends the page's words; false when the page is damaged.
  static func read(_ bytes: UnsafeRawBufferPointer, run: Int64, page: Int, into words: inout [UInt64]) -> Bool {
    guard bytes.count >= 8, bytes.count.isMultiple(of: 8),
      UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) == RunPage.sum(of: bytes, run, page)
    else { return false }
    for position in stride(from: 8, to: bytes.count, by: 8) {
      words.append(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
    }
    return true
  }
}
