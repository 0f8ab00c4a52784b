import Terms

/// The lines of an entry's canonical text that are its own, from its id on, written into lent memory: they are hashed and forgotten
/// some five times on a record's way, so no array is made for them.
struct EntryTail {
  /// Room for the longest: two ids, a commitment in base64 and the words between.
  private static let mostByteCount = 160

  private let memory: UnsafeMutableRawBufferPointer
  private var end = 0

  private init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

  /// Lends the text of an entry to `body`.
  static func lend<R>(_ entry: Entry, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    withUnsafeTemporaryAllocation(byteCount: mostByteCount, alignment: 1) { memory in
      var tail = EntryTail(memory)
      tail.append(entry)
      return body(UnsafeRawBufferPointer(rebasing: memory[..<tail.end]))
    }
  }

  private mutating func append(_ entry: Entry) {
    append(entry.id)
    switch entry.kind {
    case .record: append("\nrecord")
    case .replaces(let target):
      append("\nreplaces ")
      append(target)
    case .withdraws(let target):
      append("\nwithdraws ")
      append(target)
    case .epoch(let number):
      append("\nepoch ")
      append(number)
    case .erased(let number):
      append("\nerased ")
      append(number)
    }
    append("\nbody ")
    entry.commitment.withUnsafeBytes { bytes in
      Base64.write(bytes, to: room(Base64.byteCount(of: bytes.count)))
    }
    append("\n")
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { room($0.count).copyMemory(from: UnsafeRawBufferPointer($0)) }
  }

  private mutating func append(_ id: RecordID) { id.write(to: room(RecordID.textByteCount)) }

  private mutating func append(_ number: UInt32) {
    let digits = String(number).utf8
    room(digits.count).copyBytes(from: digits)
  }

  /// The next bytes to be written.
  private mutating func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    precondition(memory.count - end >= count, "an entry's own lines are shorter than this")
    defer { end += count }
    return UnsafeMutableRawBufferPointer(rebasing: memory[end..<(end + count)])
  }
}
