import Sodium
import Terms

/// One line of a stream's log: a commitment to a record, never its content.
public struct Entry: Hashable, Sendable {
  /// What an entry is about.
  public enum Kind: Hashable, Sendable {
    /// A new record.
    case record
    /// A record that takes the place of an earlier one.
    case replaces(RecordID)
    /// An earlier record is withdrawn.
    case withdraws(RecordID)
    /// From here on bodies are sealed under the key of this epoch (a day, counted from 1970-01-01).
    case epoch(UInt32)
    /// The key of this epoch was destroyed: its bodies can no longer be read by anyone.
    case erased(UInt32)
  }

  /// The record's identity; its moment is the entry's time. Ids of a stream rise from entry to entry.
  public let id: RecordID
  /// What the entry is about.
  public let kind: Kind
  /// SHA-256(salt || body); for an epoch SHA-256 of the sealed key; for an erasure zero.
  public let commitment: Digest

  /// One line of a stream's log.
  public init(id: RecordID, kind: Kind, commitment: Digest) {
    (self.id, self.kind, self.commitment) = (id, kind, commitment)
  }

  /// Whether a body belongs to it.
  public var hasBody: Bool {
    switch kind {
    case .record, .replaces, .withdraws: true
    case .epoch, .erased: false
    }
  }

  /// SHA-256(salt || body).
  public static func commit(to body: [UInt8], salt: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.update(salt)
    hash.update(body)
    return hash.finish()
  }

  /// SHA-256(salt || body).
  public static func commit(to body: [UInt8], salt: [UInt8]) -> Digest {
    salt.withUnsafeBytes { commit(to: body, salt: $0) }
  }
}

/// What all entries of a stretch of a stream have in common: the lines of the canonical text that do not change.
public struct EntryContext: Hashable, Sendable {
  /// The longest canonical bytes that are read: more than twice what the longest names and numbers need.
  public static let longest = 1024

  /// The stream's checkpoint origin: `<realm>/<stream>`.
  public let origin: String
  /// The digest of the agreement in force, or zero in a home stream.
  public let agreement: Digest
  /// The version of the dataset's definition.
  public let version: UInt32
  private let head: Head

  /// The canonical text up to the entry's id, and a leaf's hash begun with it: what does not change is hashed once for all entries.
  private final class Head: Sendable {
    let bytes: [UInt8]
    let leaf: SHA256

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      var leaf = SHA256()
      leaf.update([0])
      leaf.update(bytes)
      self.leaf = leaf
    }
  }

  /// What the entries of a stretch have in common.
  public init(origin: String, agreement: Digest, version: UInt32) {
    (self.origin, self.agreement, self.version) = (origin, agreement, version)
    head = Head(Array("istmo/entry/v1\n\(origin)\nagreement \(agreement)\nversion \(version)\nid ".utf8))
  }

  /// Whether the entries of both begin with the same bytes.
  public static func == (a: Self, b: Self) -> Bool { a.head === b.head || a.head.bytes == b.head.bytes }

  /// Feeds what differs to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(head.bytes) }

  /// The canonical bytes of an entry: the leaf of the log. Seven lines of text:
  /// ```
  /// istmo/entry/v1
  /// istmo.sieca.int/SV/GT/migration
  /// agreement 0f1e...            (64 hexadecimal digits, zeros in a home stream)
  /// version 1
  /// id 0198c5a8-7c1e-7000-8000-000000000001
  /// record                       (or: replaces ID, withdraws ID, epoch N, erased N)
  /// body 2Gq...=                 (base64 of the commitment)
  /// ```
  public func canonicalBytes(of entry: Entry) -> [UInt8] {
    EntryTail.lend(entry) { tail in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(head.bytes.count + tail.count)
      bytes += head.bytes
      bytes.append(contentsOf: tail)
      return bytes
    }
  }

  /// The leaf hash of an entry.
  public func leaf(_ entry: Entry) -> NodeHash {
    EntryTail.lend(entry) { tail in
      var hash = head.leaf
      hash.update(tail)
      return NodeHash(hash.finish())
    }
  }

  /// Reads the canonical bytes of an entry.
  /// - Throws: `NoteError` when they are not exactly what `canonicalBytes` writes.
  public static func read(_ bytes: [UInt8]) throws(NoteError) -> (EntryContext, Entry) {
    guard bytes.count <= longest, !bytes.contains(where: { $0 < 0x20 && $0 != 0x0A }),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw NoteError("not an entry: too long, not UTF-8 or with control characters")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 8, lines[0] == "istmo/entry/v1", lines[7].isEmpty,
      let agreement = value(lines[2], "agreement").flatMap({ Digest(hex: $0) }),
      let version = value(lines[3], "version").flatMap({ UInt32($0) }),
      let id = value(lines[4], "id").flatMap({ try? RecordID($0) }),
      let commitment = value(lines[6], "body").flatMap({ Base64.decode($0) }).flatMap({ Digest($0) })
    else { throw NoteError("not an entry: seven lines are expected, the first istmo/entry/v1") }
    let kind: Entry.Kind
    if lines[5] == "record" {
      kind = .record
    } else if let target = value(lines[5], "replaces").flatMap({ try? RecordID($0) }) {
      kind = .replaces(target)
    } else if let target = value(lines[5], "withdraws").flatMap({ try? RecordID($0) }) {
      kind = .withdraws(target)
    } else if let number = value(lines[5], "epoch").flatMap({ UInt32($0) }) {
      kind = .epoch(number)
    } else if let number = value(lines[5], "erased").flatMap({ UInt32($0) }) {
      kind = .erased(number)
    } else {
      throw NoteError("the entry's kind \"\(lines[5].prefix(40))\" is unknown")
    }
    let context = EntryContext(origin: String(lines[1]), agreement: agreement, version: version)
    let entry = Entry(id: id, kind: kind, commitment: commitment)
    guard context.canonicalBytes(of: entry) == bytes else { throw NoteError("the entry is not in its canonical form") }
    return (context, entry)
  }

  private static func value(_ line: Substring, _ key: String) -> Substring? {
    line.hasPrefix(key + " ") ? line.dropFirst(key.count + 1) : nil
  }
}
