import Exchange
import Officers
import Sodium
import Synchronization
import Terms

/// Attachments that officers gave with forms and that no record bears yet. A form may be kept as a draft or never be stored; so they are
/// noted before they are kept, and those that no record bears are removed a day after the last draft that could name them is gone. The
/// list lies sealed beside the store.
final class LooseAttachments: Sendable {
  /// Milliseconds after which an attachment that no record bears is removed, counted from when it was given or kept in a draft last.
  static let age = SavedForms.age + 86_400_000
  /// Attachments that may wait for their records at once.
  static let most = 4_096
  /// The longest file, in bytes.
  private static let longest = 1 << 20
  private static let head = Array("istmo loose attachments v1\n".utf8)

  private let path: String
  private let key: SymmetricKey
  private let entries: Mutex<[Digest: Instant]>

  /// The list at a path. One that does not open is given up: its attachments then stay.
  init(path: String, storage: borrowing SymmetricKey, log: Installation.Log) throws(SodiumError) {
    self.path = path
    key = try storage.derived("istmo loose attachments")
    var known: [Digest: Instant] = [:]
    if Files.exists(path) {
      if let sealed = try? Files.read(path, longest: Self.longest, what: "attachments without a record"),
        let text = try? key.openBox(sealed, associatedData: Self.head)
      {
        known = Self.read(text)
      } else {
        log(
          .warning, "attachments",
          "\(path) does not open with this home's storage key and is begun anew: attachments of forms that were never stored stay"
        )
      }
    }
    entries = Mutex(known)
  }

  private static func read(_ text: [UInt8]) -> [Digest: Instant] {
    var out: [Digest: Instant] = [:]
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 2, let digest = Digest(hex: parts[0]), let time = try? Instant(parts[1]) else { continue }
      out[digest] = time
    }
    return out
  }

  private func write(_ entries: [Digest: Instant]) throws(HomeError) {
    let text = entries.map { "\($0.key) \($0.value)\n" }.sorted().joined()
    let bytes: [UInt8]
    do { bytes = try key.sealBox(Array(text.utf8), associatedData: Self.head, SystemEntropy()) } catch {
      throw .failed(path, operation: "cannot seal", reason: error.description)
    }
    try Files.write(bytes, to: path)
  }

  /// Notes durably that an attachment is given with a form. One that is held already, for a record or by a system's wish, is none of
  /// these.
  func note(_ digest: Digest, isHeld: Bool, at now: Instant) throws(StoreError) {
    try change { (entries) throws(StoreError) in
      guard !isHeld || entries[digest] != nil else { return false }
      guard entries[digest] != nil || entries.count < Self.most else {
        throw .failed("too many attachments of forms wait for their records; store some of the forms, or wait a day")
      }
      entries[digest] = now
      return true
    }
  }

  /// These are named by a form that is kept now, or stored.
  func renew(_ digests: [Digest], at now: Instant) throws(StoreError) {
    guard !digests.isEmpty else { return }
    try change { (entries) throws(StoreError) in
      let own = digests.filter { entries[$0] != nil }
      for digest in own { entries[digest] = now }
      return !own.isEmpty
    }
  }

  /// An attachment is given by a system too, and stays whatever becomes of forms.
  func forget(_ digest: Digest) throws(StoreError) {
    try change { (entries) throws(StoreError) in entries.removeValue(forKey: digest) != nil }
  }

  /// Removes what waited too long, unless a record bears it.
  /// - Returns: how many were removed.
  func sweep(
    at now: Instant, isBorne: (Digest) throws(ReadError) -> Bool, remove: (Digest) throws(HomeError) -> Void
  ) throws -> Int {
    try entries.withLock { entries in
      let due = entries.filter { now.milliseconds(since: $0.value) >= Self.age }.map(\.key)
      guard !due.isEmpty else { return 0 }
      var rest = entries
      var removed = 0
      for digest in due {
        if try !isBorne(digest) {
          try remove(digest)
          removed += 1
        }
        rest[digest] = nil
      }
      try write(rest)
      entries = rest
      return removed
    }
  }

  private func change(_ body: (inout [Digest: Instant]) throws(StoreError) -> Bool) throws(StoreError) {
    try entries.withLock { (entries) throws(StoreError) in
      var changed = entries
      guard try body(&changed) else { return }
      do throws(HomeError) { try write(changed) } catch { throw BlobStore.storeError(error) }
      entries = changed
    }
  }
}
