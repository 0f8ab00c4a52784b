import Exchange
import Foundation
import Glibc
import Store
import Synchronization
import Terms

/// What a backup of a home holds, piece by piece, while the node goes on: the records as of one moment, and the home's files as they
/// are read. Files are read after that moment, so whatever a record of the backup names is in it. The storage key is not among them:
/// who writes the backup seals it apart.
public final class BackupSource: Sendable {
  /// Bytes of a file that are read at once.
  static let partByteCount = 256 << 10

  private enum Step: Sendable {
    case about
    case store
    case files
    case end
    case done
  }

  private struct Walk: Sendable {
    var step = Step.about
    /// Folders and files still to come, as paths inside the home.
    var waiting = [""]
    /// The file under way.
    var file: OpenFile?
    var files: UInt64 = 0
  }

  /// Closed with the last reference to it.
  private final class OpenFile: Sendable {
    let (descriptor, path): (Int32, String)
    init(_ descriptor: Int32, _ path: String) { (self.descriptor, self.path) = (descriptor, path) }
    deinit { close(descriptor) }
  }

  /// What the backup says of itself.
  public let about: BackupAbout
  private let home: String
  private let snapshot: StoreSnapshot
  private let walk = Mutex(Walk())

  init(home: String, snapshot: StoreSnapshot, about: BackupAbout) {
    (self.home, self.snapshot, self.about) = (home, snapshot, about)
  }

  /// The next bytes of the items; nil after the last ones.
  public func next() throws(StoreError) -> [UInt8]? {
    try walk.withLock { (walk) throws(StoreError) in try next(&walk) }
  }

  private func next(_ walk: inout Walk) throws(StoreError) -> [UInt8]? {
    var out = ByteWriter(capacity: Self.partByteCount)
    switch walk.step {
    case .about:
      out.uint8(1)
      out.vector16(Array(about.text.utf8))
      out.uint8(3)
      walk.step = .store
    case .store:
      guard let piece = try snapshot.next() else {
        out.vector24([UInt8]())
        walk.step = .files
        break
      }
      for start in stride(from: 0, to: piece.count, by: BackupItems.longestPart) {
        out.vector24(piece[start..<min(start + BackupItems.longestPart, piece.count)])
      }
    case .files:
      while out.bytes.isEmpty {
        if let file = walk.file {
          let part = try read(file)
          out.vector24(part)
          if part.isEmpty { walk.file = nil }
        } else if let path = walk.waiting.popLast() {
          try open(path, &walk, &out)
        } else {
          walk.step = .end
          return try next(&walk)
        }
      }
    case .end:
      out.uint8(4)
      out.uint64(walk.files)
      walk.step = .done
    case .done: return nil
    }
    return out.bytes
  }

  /// Notes what a folder holds, or begins a file. What went meanwhile is passed over: only temporary files go.
  private func open(_ relative: String, _ walk: inout Walk, _ out: inout ByteWriter) throws(StoreError) {
    let path = home + relative
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw BlobStore.failure(path, "cannot look at")
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      do throws(HomeError) {
        let names = try Files.names(in: path)
        walk.waiting += names.map { "\(relative)/\($0)" }.filter { holds($0) }.reversed()
      } catch { throw BlobStore.storeError(error) }
    case S_IFREG:
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else {
        if errno == ENOENT { return }
        throw BlobStore.failure(path, "cannot open")
      }
      walk.file = OpenFile(descriptor, path)
      walk.files += 1
      out.uint8(2)
      out.vector16(Array(relative.dropFirst().utf8))
    default: break
    }
  }

  private func read(_ file: OpenFile) throws(StoreError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Self.partByteCount)
    while true {
      let count = Glibc.read(file.descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw BlobStore.failure(file.path, "cannot read") }
      return Array(buffer[..<count])
    }
  }

  /// Whether a path inside the home belongs into a backup.
  private func holds(_ path: String) -> Bool {
    if !about.hasAttachments, path == "/store/blobs" { return false }
    return !Self.left.contains(path) && !path.hasPrefix("/store/istmo.db")
  }

  /// What the node makes anew, what is sealed apart, and what is only true of this home.
  static let left: Set<String> = ["/lock", "/node.sock", "/keys/storage.key", BackupNote.path]
}
