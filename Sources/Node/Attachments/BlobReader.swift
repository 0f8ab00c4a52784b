import Exchange
import Glibc
import Sodium
import Synchronization
import Terms

/// Reads one attachment, piece by piece, in bounded memory. Every piece is checked before it is given.
public final class BlobReader: Sendable {
  private struct State: ~Copyable {
    var stream: OpeningStream
    var left: UInt64
  }

  /// What it is.
  public let blob: BlobStore.Blob
  private let store: BlobStore
  private let path: String
  private let descriptor: Int32
  private let state: Mutex<State>

  /// Opens a file; nil when there is none.
  init?(_ path: String, _ store: BlobStore) throws(StoreError) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw BlobStore.failure(path, "cannot read")
    }
    do throws(StoreError) {
      let bytes = try Self.read(BlobHead.byteCount, descriptor, path)
      guard let head = BlobHead(bytes, store.headKey) else { throw .damaged("the head of \(path) does not open") }
      var status = stat()
      guard fstat(descriptor, &status) == 0, UInt64(clamping: status.st_size) == head.fileByteCount else {
        throw .damaged("\(path) has another length than its head says")
      }
      let stream: OpeningStream
      do throws(SodiumError) { stream = try OpeningStream(header: head.streamHeader, store.streamKey) } catch {
        throw .failed("\(error)")
      }
      state = Mutex(State(stream: stream, left: head.byteCount))
      blob = BlobStore.Blob(digest: head.digest, byteCount: head.byteCount)
    } catch {
      close(descriptor)
      throw error
    }
    (self.store, self.path, self.descriptor) = (store, path, descriptor)
  }

  deinit {
    close(descriptor)
    store.readerEnds()
  }

  /// The next piece, of at most 64 KiB; nil at the end.
  /// - Throws: `StoreError.damaged` when it is not what was written.
  public func next() throws(StoreError) -> [UInt8]? {
    try state.withLock { (state) throws(StoreError) in
      guard !state.stream.isEnded else { return nil }
      let count = Int(min(state.left, UInt64(BlobStore.pieceByteCount)))
      let sealed = try Self.read(count + SecretStream.overheadByteCount, descriptor, path)
      guard let piece = try? state.stream.open(sealed) else { throw .damaged("a piece of \(path) does not open") }
      state.left -= UInt64(count)
      guard state.stream.isEnded == (state.left == 0) else {
        throw .damaged("\(path) ends elsewhere than its head says")
      }
      return piece
    }
  }

  private static func read(_ count: Int, _ descriptor: Int32, _ path: String) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw BlobStore.failure(path, "cannot read") }
      guard got > 0 else { throw .damaged("\(path) was cut short") }
      done += got
    }
    return bytes
  }
}
