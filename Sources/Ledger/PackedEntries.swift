import Terms

/// Entries in the tight form in which they are kept and sent: 49 bytes for a record instead of 300. The canonical bytes
/// follow from these and the stretch's `EntryContext`.
///
///     struct {
///         uint8 kind;                  // 0 record, 1 replaces, 2 withdraws, 3 epoch, 4 erased
///         opaque id[16];
///         select (kind) {
///             case replaces, withdraws: opaque target[16];
///             case epoch, erased: uint32 number;
///         };
///         opaque commitment[32];
///     } PackedEntry;
public enum PackedEntries {
  /// Bytes of the longest entry, one that changes a record.
  public static let longest = 65

  /// Appends one entry.
  public static func append(_ entry: Entry, to writer: inout ByteWriter) {
    switch entry.kind {
    case .record: writer.uint8(0)
    case .replaces: writer.uint8(1)
    case .withdraws: writer.uint8(2)
    case .epoch: writer.uint8(3)
    case .erased: writer.uint8(4)
    }
    writer.recordID(entry.id)
    switch entry.kind {
    case .record: break
    case .replaces(let target), .withdraws(let target): writer.recordID(target)
    case .epoch(let number), .erased(let number): writer.uint32(number)
    }
    writer.digest(entry.commitment)
  }

  /// Reads one entry.
  /// - Throws: `ByteError` when the bytes are not an entry.
  public static func read(_ reader: inout ByteReader) throws(ByteError) -> Entry {
    let at = reader.offset
    let tag = try reader.uint8("entry kind")
    let id = try reader.recordID("entry id")
    let kind: Entry.Kind
    switch tag {
    case 0: kind = .record
    case 1: kind = .replaces(try reader.recordID("replaced id"))
    case 2: kind = .withdraws(try reader.recordID("withdrawn id"))
    case 3: kind = .epoch(try reader.uint32("epoch number"))
    case 4: kind = .erased(try reader.uint32("erased epoch"))
    default: throw ByteError(field: "entry kind", offset: at, problem: "\(tag) is unknown")
    }
    return Entry(id: id, kind: kind, commitment: try reader.digest("commitment"))
  }

  /// Passes over one entry.
  /// - Throws: `ByteError` when there is none.
  public static func skip(_ reader: inout ByteReader) throws(ByteError) {
    let at = reader.offset
    let tag = try reader.uint8("entry kind")
    switch tag {
    case 0: try reader.skip(48, "record")
    case 1, 2: try reader.skip(64, "change of a record")
    case 3, 4: try reader.skip(52, "epoch")
    default: throw ByteError(field: "entry kind", offset: at, problem: "\(tag) is unknown")
    }
  }

  /// Reads exactly `count` entries.
  /// - Throws: `ByteError` when the bytes are not that.
  public static func read(_ bytes: ArraySlice<UInt8>, count: Int) throws(ByteError) -> [Entry] {
    var reader = ByteReader(bytes)
    // The shortest entry has 49 bytes: a count that cannot be true is refused before anything is reserved.
    guard count >= 0, count <= bytes.count / 49 else {
      throw ByteError(field: "entries", offset: 0, problem: "\(bytes.count) bytes cannot hold \(count) entries")
    }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for _ in 0..<count { entries.append(try read(&reader)) }
    try reader.finish("entries")
    return entries
  }
}
