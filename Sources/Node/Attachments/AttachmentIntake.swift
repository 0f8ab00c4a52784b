import Dispatch
import Exchange
import Sodium
import Synchronization
import Terms

/// Takes one attachment in pieces from a connection, whose thread never waits for the disk, in bounded memory: while too
/// much waits for the disk, no more is taken.
public final class AttachmentIntake: Sendable {
  /// Why an attachment was not taken.
  public enum Problem: Error, Sendable {
    /// It has more bytes than an attachment may have.
    case tooLong
    /// It has no bytes.
    case empty
    /// It is not what its sender said it is.
    case otherContent(Digest)
    /// It cannot be kept.
    case store(StoreError)
  }

  /// Bytes that may wait for the disk.
  static let mostWaiting = 256 << 10

  private struct State {
    var waiting = 0
    var byteCount: UInt64 = 0
    var isPaused = false
    var isOver = false
    var writer: BlobWriter?
  }

  private let blobs: BlobStore
  private let expected: Digest?
  private let willKeep: @Sendable (Digest) throws(StoreError) -> Void
  private let resume: @Sendable () -> Void
  private let done: @Sendable (Result<BlobStore.Blob, Problem>) -> Void
  private let disk = DispatchQueue(label: "istmo-intake", target: .global())
  private let state = Mutex(State())

  /// `willKeep` is called when all came, before it is kept; `resume` when more may be given after `receive` said no; `done` once, perhaps
  /// before all came.
  init(
    _ blobs: BlobStore, expected: Digest?, willKeep: @escaping @Sendable (Digest) throws(StoreError) -> Void,
    resume: @escaping @Sendable () -> Void,
    done: @escaping @Sendable (Result<BlobStore.Blob, Problem>) -> Void
  ) {
    (self.blobs, self.expected, self.willKeep, self.resume, self.done) = (blobs, expected, willKeep, resume, done)
  }

  /// Takes the next piece. False: nothing more before `resume`.
  public func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    let bytes = Array(piece)
    let (mayGoOn, isTooLong) = state.withLock { state in
      guard !state.isOver else { return (true, false) }
      state.byteCount += UInt64(bytes.count)
      guard state.byteCount <= AttachmentExchange.longestByteCount else { return (true, true) }
      state.waiting += bytes.count
      state.isPaused = state.waiting >= Self.mostWaiting
      disk.async { [self] in write(bytes) }
      return (!state.isPaused, false)
    }
    if isTooLong { end(.failure(.tooLong)) }
    return mayGoOn
  }

  /// There is no more.
  public func finish() { disk.async { [self] in keep() } }

  /// The sender has gone: nothing is kept.
  public func cancel() {
    state.withLock { state in
      state.isOver = true
      state.writer = nil
    }
  }

  private func write(_ bytes: [UInt8]) {
    do throws(StoreError) {
      if let writer = try writer() { try writer.append(bytes) }
    } catch { end(.failure(.store(error))) }
    let mustResume = state.withLock { state in
      state.waiting -= bytes.count
      guard state.isPaused, state.waiting < Self.mostWaiting / 2 else { return false }
      state.isPaused = false
      return true
    }
    if mustResume { resume() }
  }

  /// The writer, made with the first piece; nil when all is over.
  private func writer() throws(StoreError) -> BlobWriter? {
    let (known, isOver) = state.withLock { ($0.writer, $0.isOver) }
    if isOver || known != nil { return known }
    let writer = try blobs.writer()
    return state.withLock { state in
      if !state.isOver { state.writer = writer }
      return state.writer
    }
  }

  private func keep() {
    let (writer, isOver) = state.withLock { ($0.writer, $0.isOver) }
    guard !isOver else { return }
    guard let writer else { return end(.failure(.empty)) }
    do throws(StoreError) {
      let digest = writer.digest
      if let expected, digest != expected { return end(.failure(.otherContent(digest))) }
      try willKeep(digest)
      end(.success(try writer.keep()))
    } catch { end(.failure(.store(error))) }
  }

  private func end(_ result: Result<BlobStore.Blob, Problem>) {
    let isFirst = state.withLock { state in
      defer {
        state.isOver = true
        state.writer = nil
      }
      return !state.isOver
    }
    if isFirst { done(result) }
  }
}
