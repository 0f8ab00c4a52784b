import Exchange
import Glibc

/// The file in which small commits become durable before the database has them: one write and one sync each. Its bytes are
/// written once at start, so that a sync later has only data to write and nothing about the file. It does not grow: when
/// it is full, the database takes over what waits, and it begins again.
struct Journal: Sendable {
  /// More than this is not read of a file that lies in a journal's place.
  private static let bytesMax = 16 << 20
  /// No more than this share of the disk is taken.
  private static let diskShare: UInt64 = 32

  let path: String
  private let lineage: UInt64
  private var file: Int32
  /// The same file past the system's cache; nil where that cannot be.
  private var direct: DirectFile?
  /// Bytes that may be used; none when there was no room to make the file.
  private var capacity = 0
  /// Where the next record goes.
  private var end = JournalFormat.start
  /// Up to where something may stand.
  private var used = JournalFormat.start
  private var mustWipe = false
  /// The number of the next commit, journalled or not.
  private(set) var next: UInt64
  private(set) var lostSync = false

  /// What lies at a journal's path.
  struct Found {
    let path: String
    let bytes: [UInt8]
    let content: JournalFormat.Content
  }

  /// Reads the journal at `path` of a database with this manifest; `confirmed` is the newest commit that is known to have been
  /// synced here. Nothing is written: a journal that is refused is left as it was found.
  static func find(_ path: String, of manifest: Manifest, confirmed: UInt64) throws(StoreError) -> Found {
    let bytes = try content(path)
    let content = try JournalFormat.read(
      bytes, lineage: manifest.lineage, applied: manifest.applied, confirmed: confirmed, path)
    return Found(path: path, bytes: bytes, content: content)
  }

  /// Makes the journal ready: of the length wanted when the disk has room, and synced, with all that waits in it. After a process was
  /// killed that may only have been in the system's cache; it is written again, so that the sync has it to write. What stood
  /// behind it goes: it may have been erased from the database since.
  /// - Parameter longest: bytes of the longest commit that goes into it.
  init(_ found: Found, lineage: UInt64, capacity wanted: Int, longest: Int) throws(StoreError) {
    (path, next, end) = (found.path, found.content.last + 1, found.content.end)
    self.lineage = lineage
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else {
      let error = LockFile.failure(path)
      if case .full = error, found.bytes.isEmpty { return }
      throw error
    }
    var bytes = JournalFormat.block(lineage: lineage)
    if !found.content.waiting.isEmpty { bytes += found.bytes[bytes.count..<min(end, found.bytes.count)] }
    used = bytes.count
    let room = max(found.bytes.count, min(wanted, Self.share(of: path)))
    bytes += [UInt8](repeating: 0, count: max(0, room - bytes.count))
    var isWritten = write(bytes[...], at: 0)
    if !isWritten {
      // Without room for more it keeps the length that it has, in which all that waits stands.
      bytes = Array(bytes.prefix(found.bytes.count))
      isWritten = write(bytes[...], at: 0)
    }
    capacity = bytes.count / JournalFormat.alignment * JournalFormat.alignment
    guard isWritten, ftruncate(file, off_t(capacity)) == 0, fsync(file) == 0, LockFile.syncFolder(of: path)
    else {
      let error = LockFile.failure(path)
      Glibc.close(file)
      throw error
    }
    direct = DirectFile(path: path, longest: longest)
  }

  /// What lies at the path; nothing when there is nothing.
  private static func content(_ path: String) throws(StoreError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT { return [] }
      throw LockFile.failure(path)
    }
    defer { Glibc.close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw LockFile.failure(path) }
    guard status.st_size <= bytesMax else { throw .damaged("\(path): \(status.st_size) bytes are no journal") }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var have = 0
    while have < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(file, buffer.baseAddress.map { $0 + have }, buffer.count - have, off_t(have))
      }
      guard count >= 0 else { throw LockFile.failure(path) }
      guard count > 0 else { break }
      have += count
    }
    return Array(bytes.prefix(have))
  }

  private static func share(of path: String) -> Int {
    var disk = statvfs()
    guard statvfs(path, &disk) == 0 else { return 0 }
    let bytes = UInt64(disk.f_blocks).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue
    return Int(clamping: bytes / diskShare) / 4096 * 4096
  }

  private func write(_ bytes: ArraySlice<UInt8>, at place: Int) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let start = buffer.baseAddress {
        let count = pwrite(file, start + done, buffer.count - done, off_t(place + done))
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }

  /// Whether a commit of so many bytes has room.
  func hasRoom(_ count: Int) -> Bool { file >= 0 && JournalFormat.length(count) <= capacity - end }

  /// Whether the database should take over what waits before it is full.
  var isHalfFull: Bool { end > capacity / 2 }

  /// Makes the commit durable.
  /// - Returns: its number.
  mutating func append(_ commit: [UInt8]) throws(StoreError) -> UInt64 {
    let record = JournalFormat.encode(commit, sequence: next, lineage: lineage)
    let outcome = write(durably: record)
    guard outcome == .synced else {
      let error = LockFile.failure(path)
      // A second sync would not tell what is on the disk now.
      if outcome == .unknown { lostSync = true }
      throw error
    }
    end += JournalFormat.length(commit.count)
    used = max(used, end)
    return takeNumber()
  }

  private mutating func write(durably record: [UInt8]) -> DirectFile.Outcome {
    if let outcome = direct?.write(record, at: end), outcome != .notWritten { return outcome }
    // Some file systems refuse only now.
    direct = nil
    guard write(record[...], at: end) else { return .notWritten }
    return fdatasync(file) == 0 ? .synced : .unknown
  }

  /// A number for a commit that does without the journal.
  mutating func takeNumber() -> UInt64 {
    defer { next += 1 }
    return next
  }

  /// Begins again: the database has all of it, durably. When that is `wiping`, something was erased there, and all that ever stood
  /// here is written over, lest it be found here; should that fail, the next time.
  mutating func restart(wiping: Bool) {
    (end, mustWipe) = (JournalFormat.start, mustWipe || wiping)
    guard mustWipe, file >= 0 else { return }
    let nothing = [UInt8](repeating: 0, count: used - end)
    guard write(nothing[...], at: end) else { return }
    guard fdatasync(file) == 0 else {
      lostSync = true
      return
    }
    (used, mustWipe) = (end, false)
  }

  /// Ends it; without `keeping` the file goes too.
  mutating func close(keeping: Bool) {
    guard file >= 0 else { return }
    Glibc.close(file)
    (file, direct) = (-1, nil)
    if !keeping { unlink(path) }
  }
}
