import Exchange

/// The journal's bytes: a block of `alignment` bytes, then records one after the other, each beginning at a multiple of that. Numbers
/// have 64 bits, little-endian. The block is `ISTMOJNL`, the lineage of the store, and a sum of these. A record is the commit's
/// number, its length, the sum of its bytes and the sum of these three, then the commit's bytes.
///
/// The lineage goes into the sums: nobody outside knows it, so no bytes that a neighbour sends look like a record.
enum JournalFormat {
  static let alignment = DirectFile.blockBytes
  static let headerBytes = 32
  /// Where the first record goes.
  static let start = alignment
  private static let magic: UInt64 = 0x4C4E_4A4F_4D54_5349

  /// A record of the journal.
  struct Record {
    let sequence: UInt64
    let bytes: ArraySlice<UInt8>
  }

  /// What a journal holds.
  struct Content {
    /// Commits that the database does not have yet, in order.
    var waiting: [Record] = []
    /// Where the next record belongs.
    var end = start
    /// The number of the newest commit that is in the journal or in the database.
    var last: UInt64
  }

  /// Room that a commit of so many bytes takes.
  static func length(_ count: Int) -> Int { (headerBytes + count + alignment - 1) / alignment * alignment }

  /// The block with which the journal of a store begins.
  static func block(lineage: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: start)
    bytes.store(magic, at: 0)
    bytes.store(lineage, at: 8)
    bytes.store(Checksum(magic, lineage).value, at: 16)
    return bytes
  }

  /// Whether a journal with records begins here. One that holds nothing yet was perhaps cut short when it was made.
  private static func begins(_ bytes: [UInt8], lineage: UInt64, _ path: String) throws(StoreError) -> Bool {
    guard bytes.count > start else { return false }
    let block = block(lineage: lineage)
    guard !bytes.starts(with: block.prefix(24)) else { return true }
    guard bytes[start...].contains(where: { $0 != 0 }) else { return false }
    let (magic, other, sum) = bytes.withUnsafeBytes { buffer in
      (buffer.number(0), buffer.number(8), buffer.number(16))
    }
    guard magic == Self.magic, Checksum(magic, other).value == sum else { throw .damaged("\(path), byte 0") }
    throw .damaged("\(path) is the journal of another store")
  }

  static func encode(_ commit: [UInt8], sequence: UInt64, lineage: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: headerBytes)
    bytes.reserveCapacity(length(commit.count))
    let sum = sum(of: commit[...], sequence, lineage)
    bytes.store(sequence, at: 0)
    bytes.store(UInt64(commit.count), at: 8)
    bytes.store(sum, at: 16)
    bytes.store(headerSum(sequence, UInt64(commit.count), sum, lineage), at: 24)
    bytes += commit
    bytes += [UInt8](repeating: 0, count: length(commit.count) - bytes.count)
    return bytes
  }

  /// Reads the journal of a database that has all commits up to number `applied`.
  ///
  /// A commit is written only after the one before it was synced, and over others only when the database has all of those. So
  /// a record that does not fit ends the journal, as a power cut leaves it, unless a newer one lies behind it: then something
  /// was damaged. A damaged last record looks like one cut short; `confirmed`, noted beside the journal after each sync, tells.
  static func read(
    _ bytes: [UInt8], lineage: UInt64, applied: UInt64, confirmed: UInt64, _ path: String
  ) throws(StoreError) -> Content {
    var content = Content(last: applied)
    var previous: UInt64?
    var at = try begins(bytes, lineage: lineage, path) ? start : bytes.count
    while let header = Header(bytes, at, lineage), previous.map({ $0 &+ 1 == header.sequence }) ?? true,
      let record = header.record(bytes, at, lineage)
    {
      if record.sequence > applied {
        guard record.sequence == content.last &+ 1 else {
          throw .damaged("\(path): commits \(content.last &+ 1) to \(record.sequence &- 1) are missing")
        }
        content.waiting.append(record)
        content.last = record.sequence
      }
      previous = record.sequence
      at += length(record.bytes.count)
    }
    content.end = content.waiting.isEmpty ? start : at
    for place in stride(from: at, to: bytes.count, by: alignment) {
      guard let header = Header(bytes, place, lineage), header.sequence > content.last else { continue }
      // The next one, cut short: it stands where it belongs.
      if place == at, header.sequence == content.last + 1 { continue }
      throw .damaged("\(path), byte \(at): commits after it would be lost")
    }
    guard content.last >= confirmed else {
      throw .damaged("\(path): commits up to \(confirmed) were confirmed, only those up to \(content.last) are there")
    }
    return content
  }

  /// Says that the journal was synced up to a commit.
  static func confirmation(_ sequence: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    bytes.store(sequence, at: 0)
    bytes.store(Checksum(sequence, 0xC0F1).value, at: 8)
    return bytes
  }

  /// What `confirmation` said; 0 when it says nothing, or was cut short.
  static func confirmed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    guard bytes.count >= 16 else { return 0 }
    let (sequence, sum) = bytes.withUnsafeBytes { ($0.number(0), $0.number(8)) }
    return Checksum(sequence, 0xC0F1).value == sum ? sequence : 0
  }

  private struct Header {
    let sequence: UInt64
    private let length: Int
    private let sum: UInt64

    /// Nil where no header stands.
    init?(_ bytes: [UInt8], _ at: Int, _ lineage: UInt64) {
      guard at >= 0, bytes.count - at >= headerBytes else { return nil }
      let numbers = bytes.withUnsafeBytes { buffer in
        (buffer.number(at), buffer.number(at + 8), buffer.number(at + 16), buffer.number(at + 24))
      }
      // A commit's number is never zero, so that nothing is no header.
      guard numbers.0 > 0, numbers.0 < .max, let length = Int(exactly: numbers.1),
        headerSum(numbers.0, numbers.1, numbers.2, lineage) == numbers.3
      else { return nil }
      (sequence, self.length, sum) = (numbers.0, length, numbers.2)
    }

    /// Nil when the commit's bytes are not those that were written.
    func record(_ bytes: [UInt8], _ at: Int, _ lineage: UInt64) -> Record? {
      let start = at + headerBytes
      guard length <= bytes.count - start else { return nil }
      let commit = bytes[start..<start + length]
      return JournalFormat.sum(of: commit, sequence, lineage) == sum ? Record(sequence: sequence, bytes: commit) : nil
    }
  }

  private static func sum(of commit: ArraySlice<UInt8>, _ sequence: UInt64, _ lineage: UInt64) -> UInt64 {
    var sum = Checksum(sequence, lineage)
    sum.add(commit)
    return sum.value
  }

  private static func headerSum(_ sequence: UInt64, _ length: UInt64, _ sum: UInt64, _ lineage: UInt64) -> UInt64 {
    var header = Checksum(lineage, sequence)
    header.add(length)
    header.add(sum)
    return header.value
  }
}

extension UnsafeRawBufferPointer {
  /// The number at `position`, where eight bytes must be.
  fileprivate func number(_ position: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }
}
