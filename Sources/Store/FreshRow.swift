import Terms

/// What one commit did to the blind index, as one row: read again at start until a run holds it.
struct FreshRow {
  /// New lines with their partitions, in order.
  var items: [MemoryTable.Line] = []
  /// Partitions dropped after these lines were added.
  var dropped: [Int32] = []

  var isEmpty: Bool { items.isEmpty && dropped.isEmpty }

  /// The row's bytes: a sum over its number and the rest, then lines that lean on the line before.
  func encoded(sequence: Int64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32 + items.count * Self.lineBytesMax + dropped.count * 10)
    let end = bytes.withUnsafeMutableBytes { out in
      var place = 8
      out.store(varint: UInt64(items.count), at: &place)
      var (partition, index) = (Int32(0), UInt64(0))
      for (itemPartition, item) in items {
        out.store(varint: ZigZag.encode(Int64(itemPartition) - Int64(partition)), at: &place)
        out.store(low: item.key.byteSwapped, 8, at: &place)
        out.store(varint: UInt64(item.stream), at: &place)
        out.store(varint: ZigZag.encode(Int64(bitPattern: item.index &- index)), at: &place)
        (partition, index) = (itemPartition, item.index)
      }
      out.store(varint: UInt64(dropped.count), at: &place)
      for partition in dropped { out.store(varint: ZigZag.encode(Int64(partition)), at: &place) }
      return place
    }
    bytes.removeLast(bytes.count - end)
    bytes.store(Self.sum(of: bytes, sequence).byteSwapped, at: 0)
    return bytes
  }

  /// A partition, a key, a stream and an index, at their longest.
  private static let lineBytesMax = 5 + 8 + 5 + 10

  /// Reads a row; nil when it is damaged.
  init?(_ bytes: [UInt8], sequence: Int64) {
    var reader = ByteReader(bytes)
    do throws(ByteError) {
      guard try reader.uint64("sum") == Self.sum(of: bytes, sequence) else { return nil }
      let count = try reader.varint("count")
      var (partition, index) = (Int64(0), UInt64(0))
      for _ in 0..<count {
        partition &+= ZigZag.decode(try reader.varint("partition"))
        let key = try reader.uint64("key")
        let stream = try reader.varint("stream")
        index &+= UInt64(bitPattern: ZigZag.decode(try reader.varint("index")))
        guard let whole = Int32(exactly: partition), let number = UInt32(exactly: stream) else { return nil }
        items.append((whole, IndexItem(key: key, stream: number, index: index)))
      }
      for _ in 0..<(try reader.varint("dropped")) {
        guard let whole = Int32(exactly: ZigZag.decode(try reader.varint("partition"))) else { return nil }
        dropped.append(whole)
      }
      try reader.finish("fresh row")
    } catch {
      return nil
    }
  }

  init() {}

  private static func sum(of bytes: [UInt8], _ sequence: Int64) -> UInt64 {
    bytes.withUnsafeBytes { buffer in
      var sum = Checksum(UInt64(bitPattern: sequence), 0xF5E5)
      sum.add(UnsafeRawBufferPointer(rebasing: buffer.dropFirst(8)))
      return sum.value
    }
  }
}

/// Small numbers of either sign as small numbers without one.
enum ZigZag {
  static func encode(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
  static func decode(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}
