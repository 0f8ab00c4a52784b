import Exchange
import Glibc
import Sodium
import Synchronization
import Terms

/// Takes one attachment in, piece by piece, in bounded memory. What is not kept is gone with the writer.
final class BlobWriter: Sendable {
  private struct State: ~Copyable {
    var stream: SealingStream
    var hash = SHA256()
    /// Plain bytes that are not sealed yet.
    var waiting: [UInt8] = []
    var byteCount: UInt64 = 0
    var descriptor: Int32
    var failure: StoreError?
  }

  private let store: BlobStore
  private let temporary: String
  private let state: Mutex<State>

  init(_ store: BlobStore) throws(StoreError) {
    try store.checkRoom()
    self.store = store
    temporary = "\(store.folder)/\(Files.leftover)\(SystemEntropy().bytes(16).hex)"
    let stream: SealingStream
    do throws(SodiumError) { stream = try SealingStream(store.streamKey) } catch { throw .failed("\(error)") }
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BlobStore.failure(temporary, "cannot write") }
    // Room for the head, which is known last.
    guard lseek(descriptor, off_t(BlobHead.byteCount), SEEK_SET) >= 0 else {
      let failure = BlobStore.failure(temporary, "cannot write")
      close(descriptor)
      unlink(temporary)
      throw failure
    }
    // Nothing throws from here on: an object that is whole gives its place back when it ends.
    state = Mutex(State(stream: stream, descriptor: descriptor))
  }

  deinit {
    let isOpen = state.withLock { state in
      guard state.descriptor >= 0 else { return false }
      close(state.descriptor)
      return true
    }
    if isOpen { unlink(temporary) }
    store.writerEnds()
  }

  /// Adds bytes.
  /// - Throws: `StoreError`; then the attachment cannot be kept any more.
  func append(_ bytes: [UInt8]) throws(StoreError) {
    try state.withLock { (state) throws(StoreError) in
      if let failure = state.failure { throw failure }
      do throws(StoreError) { try append(bytes[...], &state) } catch {
        state.failure = error
        throw error
      }
    }
  }

  private func append(_ bytes: ArraySlice<UInt8>, _ state: inout State) throws(StoreError) {
    var rest = bytes
    while !rest.isEmpty {
      // A full piece waits until more comes: the last one is sealed as the last.
      if state.waiting.count == BlobStore.pieceByteCount { try seal(&state, isLast: false) }
      let part = rest.prefix(BlobStore.pieceByteCount - state.waiting.count)
      state.waiting += part
      rest = rest.dropFirst(part.count)
    }
    state.byteCount += UInt64(bytes.count)
    guard state.byteCount <= AttachmentExchange.longestByteCount else {
      throw .failed("an attachment has at most \(AttachmentExchange.longestByteCount) bytes")
    }
  }

  private func seal(_ state: inout State, isLast: Bool) throws(StoreError) {
    try store.checkRoom()
    state.hash.update(state.waiting)
    try write(state.stream.seal(state.waiting, isLast: isLast), state.descriptor)
    state.waiting.removeAll(keepingCapacity: true)
  }

  /// The digest of all that was added.
  var digest: Digest {
    state.withLock { state in
      var hash = state.hash
      hash.update(state.waiting)
      return hash.finish()
    }
  }

  /// Makes the attachment durable under its digest. One that is there already is replaced by itself, which also mends it.
  func keep() throws(StoreError) -> BlobStore.Blob {
    try state.withLock { (state) throws(StoreError) in
      if let failure = state.failure { throw failure }
      guard state.descriptor >= 0 else { throw .failed("the attachment was kept already") }
      try seal(&state, isLast: true)
      let hash = state.hash
      let head = BlobHead(digest: hash.finish(), byteCount: state.byteCount, streamHeader: state.stream.header)
      let bytes: [UInt8]
      do throws(SodiumError) { bytes = try head.sealed(store.headKey) } catch { throw .failed("\(error)") }
      guard lseek(state.descriptor, 0, SEEK_SET) == 0 else { throw BlobStore.failure(temporary, "cannot write") }
      try write(bytes, state.descriptor)
      guard fsync(state.descriptor) == 0 else { throw BlobStore.failure(temporary, "cannot write") }
      let path = store.path(of: head.digest)
      do throws(HomeError) {
        try Files.makeFolder(Files.split(path).folder)
        try Files.move(temporary, to: path)
      } catch { throw BlobStore.storeError(error) }
      close(state.descriptor)
      state.descriptor = -1
      return BlobStore.Blob(digest: head.digest, byteCount: head.byteCount)
    }
  }

  private func write(_ bytes: [UInt8], _ descriptor: Int32) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw BlobStore.failure(temporary, "cannot write") }
      done += count
    }
  }
}
