import Exchange
import Foundation
import Glibc
import Sodium
import Synchronization
import Terms

/// Attachments as they lie in a home: one sealed file each, found by the SHA-256 of its plain bytes.
///
/// ```
/// store/blobs/4f/4f09…   named by a keyed hash of the digest: the folder tells nobody who lacks the key what is in it
/// ```
///
/// A file is a title, a sealed head (digest, size, header of the stream) and the bytes in pieces of 64 KiB as one sealed stream.
/// What was altered, cut, exchanged for another or put in another order does not open. See Docs/Attachments.md.
public final class BlobStore: Sendable {
  /// Plain bytes of a piece; the last one may be shorter.
  static let pieceByteCount = 64 << 10
  /// Attachments that may be written at once: each takes some 150 KiB of memory and an open file.
  static let mostWriters = 64
  /// Attachments that may be read at once: each is an open file, of which a process has a limited number.
  static let mostReaders = 256

  let folder: String
  let headKey: SymmetricKey
  let streamKey: SymmetricKey
  private let nameKey: SymmetricKey
  private let shortage: @Sendable () -> StoreError?
  private let writerCount = Mutex(0)
  private let readerCount = Mutex(0)

  /// The attachments in a folder, which is made if need be. Leftovers of an earlier process are cleared away with the home's.
  /// - Parameter shortage: why the disk has no room; nil while it has.
  init(
    folder: String, storage: borrowing SymmetricKey, shortage: @escaping @Sendable () -> StoreError?
  ) throws(StoreError) {
    self.folder = folder
    self.shortage = shortage
    do throws(SodiumError) {
      headKey = try storage.derived("istmo/blob/head/v1")
      streamKey = try storage.derived("istmo/blob/stream/v1")
      nameKey = try storage.derived("istmo/blob/name/v1")
    } catch { throw .failed("\(error)") }
    do throws(HomeError) { try Files.makeFolder(folder) } catch { throw Self.storeError(error) }
  }

  /// An attachment that is durable here.
  public struct Blob: Hashable, Sendable {
    /// SHA-256 of its bytes.
    public let digest: Digest
    /// How many bytes.
    public let byteCount: UInt64
  }

  /// Begins to take an attachment in.
  /// - Throws: `StoreError.full` when the disk is, `.failed` when too many are being taken in at once.
  func writer() throws(StoreError) -> BlobWriter {
    guard Self.take(writerCount, most: Self.mostWriters) else {
      throw .failed("too many attachments are being stored at once; send it again in a moment")
    }
    do throws(StoreError) { return try BlobWriter(self) } catch {
      writerEnds()
      throw error
    }
  }

  func writerEnds() { writerCount.withLock { $0 -= 1 } }
  func readerEnds() { readerCount.withLock { $0 -= 1 } }

  private static func take(_ count: borrowing Mutex<Int>, most: Int) -> Bool {
    count.withLock { count in
      guard count < most else { return false }
      count += 1
      return true
    }
  }

  /// Reads a file as an attachment; nil when there is none.
  private func reader(_ path: String) throws(StoreError) -> BlobReader? {
    guard Self.take(readerCount, most: Self.mostReaders) else {
      throw .failed("too many attachments are being read at once; ask again in a moment")
    }
    do throws(StoreError) {
      if let reader = try BlobReader(path, self) { return reader }
      readerEnds()
      return nil
    } catch {
      readerEnds()
      throw error
    }
  }

  /// Opens an attachment; nil when it is not here.
  /// - Throws: `StoreError.damaged` when what is here is not it.
  func open(_ digest: Digest) throws(StoreError) -> BlobReader? {
    let path = path(of: digest)
    guard let reader = try reader(path) else { return nil }
    guard reader.blob.digest == digest else { throw .damaged(Self.otherAttachment(path)) }
    return reader
  }

  /// Whether an attachment is here.
  func holds(_ digest: Digest) -> Bool { Files.exists(path(of: digest)) }

  /// Takes an attachment away, durably; nothing happens when it is not here.
  func remove(_ digest: Digest) throws(HomeError) {
    let path = path(of: digest)
    if Files.exists(path) { try Files.remove(path) }
  }

  func checkRoom() throws(StoreError) { if let shortage = shortage() { throw shortage } }

  /// Where an attachment lies.
  func path(of digest: Digest) -> String {
    let name = digest.withUnsafeBytes { nameKey.keyedHash($0, outputBytes: 32) }.hex
    return "\(folder)/\(name.prefix(2))/\(name)"
  }

  /// Opens every attachment and compares it with its digest and its name.
  /// - Returns: how many there are, and what is wrong, one sentence each.
  func verify(progress: (Double) -> Void = { _ in }) -> (count: Int, problems: [String]) {
    var count = 0
    var problems: [String] = []
    let folders = names(in: folder, &problems)
    for (place, name) in folders.enumerated() {
      for file in names(in: "\(folder)/\(name)", &problems) {
        count += 1
        if let problem = problem(of: "\(folder)/\(name)/\(file)"), problems.count < StoreVerifier.mostProblems {
          problems.append("\(problem); attach it again, or fetch it again from the neighbour")
        }
      }
      progress(Double(place + 1) / Double(folders.count))
    }
    return (count, problems)
  }

  private func names(in folder: String, _ problems: inout [String]) -> [String] {
    do throws(HomeError) { return try Files.names(in: folder) } catch {
      problems.append("\(error)")
      return []
    }
  }

  private func problem(of path: String) -> String? {
    do throws(StoreError) {
      guard let reader = try reader(path) else { return nil }
      var hash = SHA256()
      while let piece = try reader.next() { hash.update(piece) }
      guard hash.finish() == reader.blob.digest else { return "\(path) is not what its digest says" }
      guard self.path(of: reader.blob.digest) == path else { return Self.otherAttachment(path) }
      return nil
    } catch {
      if case .damaged(let what) = error { return what }
      return error.description
    }
  }

  private static func otherAttachment(_ path: String) -> String {
    "\(path) holds another attachment than its name says"
  }

  static func storeError(_ error: HomeError) -> StoreError {
    if case .noRoom(let path) = error { return .full(path) }
    return .failed(error.description)
  }

  /// What the system refused, at a path.
  static func failure(_ path: String, _ operation: String) -> StoreError {
    storeError(Files.failure(path, operation))
  }
}

/// What stands at the beginning of an attachment's file.
struct BlobHead {
  static let title = Array("istmo blob v1\n".utf8)
  private static let plainByteCount = Digest.byteCount + 8 + SecretStream.headerByteCount
  static let byteCount = title.count + SymmetricKey.nonceByteCount + plainByteCount + SymmetricKey.tagByteCount

  let digest: Digest
  let byteCount: UInt64
  let streamHeader: [UInt8]

  /// The length of the whole file.
  var fileByteCount: UInt64 {
    let pieces = max(1, (byteCount + UInt64(BlobStore.pieceByteCount) - 1) / UInt64(BlobStore.pieceByteCount))
    return UInt64(Self.byteCount) + byteCount + pieces * UInt64(SecretStream.overheadByteCount)
  }

  func sealed(_ key: borrowing SymmetricKey) throws(SodiumError) -> [UInt8] {
    var writer = ByteWriter(capacity: Self.plainByteCount)
    writer.digest(digest)
    writer.uint64(byteCount)
    writer.raw(streamHeader)
    return Self.title + (try key.sealBox(writer.bytes, associatedData: Self.title, SystemEntropy()))
  }

  /// Opens a head; nil when it is none of this home.
  init?(_ bytes: [UInt8], _ key: borrowing SymmetricKey) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.title),
      let plain = try? key.openBox(Array(bytes.dropFirst(Self.title.count)), associatedData: Self.title)
    else { return nil }
    var reader = ByteReader(plain)
    guard let digest = try? reader.digest("digest"), let byteCount = try? reader.uint64("size"),
      byteCount <= AttachmentExchange.longestByteCount,
      let header = try? reader.raw(SecretStream.headerByteCount, "header")
    else { return nil }
    self.init(digest: digest, byteCount: byteCount, streamHeader: Array(header))
  }

  init(digest: Digest, byteCount: UInt64, streamHeader: [UInt8]) {
    (self.digest, self.byteCount, self.streamHeader) = (digest, byteCount, streamHeader)
  }
}
