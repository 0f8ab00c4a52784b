import Exchange
import Glibc
import Sodium
import Synchronization
import Terms

/// Where answers that are too long for memory wait until they are sent: files without a name beside the store, sealed
/// under a key that only this process has, as a refusal may quote what was personal.
final class SpoolRoom: Sendable {
  let folder: String
  /// One key for all: keys lie in locked memory, of which there is little.
  let key = SymmetricKey(SystemEntropy())
  /// Why the disk has no room; nil while it has.
  let shortage: @Sendable () -> StoreError?

  /// A room in a folder.
  init(folder: String, shortage: @escaping @Sendable () -> StoreError?) {
    (self.folder, self.shortage) = (folder, shortage)
  }

  /// A new file that nobody else can open and that is gone with the process.
  func makeFile() -> Int32? {
    let path = "\(folder)/\(Files.leftover)results-\(SystemEntropy().bytes(8).hex)"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    unlink(path)
    return descriptor
  }
}

/// The lines of an answer of any length, in bounded memory: first all are added, then all are read.
public final class ResultSpool: Sendable {
  /// Bytes kept in memory; more go to a file in pieces of this size.
  static let pieceBytes = 256 << 10
  private static let sealedBytes = pieceBytes + SymmetricKey.nonceByteCount + SymmetricKey.tagByteCount

  private struct State {
    /// Lines that are in no file; without an end when there is no room for one.
    var tail: [UInt8] = []
    var file: Int32?
    var pieces = 0
    var nextPiece = 0
    var failure: StoreError?
  }

  private let room: SpoolRoom
  private let state = Mutex(State())

  init(_ room: SpoolRoom) { self.room = room }

  deinit { if let file = state.withLock({ $0.file }) { close(file) } }

  /// Adds a line of JSON. It is kept in any case; when it cannot be in a file, `failure` says why, and no more should come.
  public func add(_ line: [UInt8]) {
    state.withLock { state in
      state.tail += line
      state.tail.append(0x0A)
      while state.failure == nil, state.tail.count >= Self.pieceBytes {
        state.failure = write(Array(state.tail.prefix(Self.pieceBytes)), &state)
        if state.failure == nil { state.tail.removeFirst(Self.pieceBytes) }
      }
    }
  }

  /// Why lines are no longer kept outside of memory; nil while they can be.
  var failure: StoreError? { state.withLock { $0.failure } }

  /// The length of all lines that were added and not read.
  public var byteCount: UInt64 {
    state.withLock { UInt64($0.pieces - $0.nextPiece) * UInt64(Self.pieceBytes) + UInt64($0.tail.count) }
  }

  /// Whether the next piece lies on the disk.
  public var isOnDisk: Bool { state.withLock { $0.nextPiece < $0.pieces } }

  /// The next piece; nil at the end.
  /// - Throws: `StoreError` when the disk does not give back what was written.
  public func next() throws(StoreError) -> [UInt8]? {
    try state.withLock { (state) throws(StoreError) in
      guard state.nextPiece < state.pieces else {
        defer { state.tail = [] }
        return state.tail.isEmpty ? nil : state.tail
      }
      let piece = try read(state.nextPiece, state)
      state.nextPiece += 1
      return piece
    }
  }

  private func write(_ piece: [UInt8], _ state: inout State) -> StoreError? {
    if let shortage = room.shortage() { return shortage }
    guard let file = state.file ?? room.makeFile() else { return Self.systemFailure() }
    state.file = file
    guard let box = try? room.key.sealBox(piece, associatedData: Self.place(state.pieces), SystemEntropy()) else {
      return .failed("results cannot be sealed")
    }
    var done = 0
    while done < box.count {
      let count = box.withUnsafeBytes {
        pwrite(
          file, $0.baseAddress?.advanced(by: done), box.count - done, off_t(state.pieces * Self.sealedBytes + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return Self.systemFailure() }
      done += count
    }
    state.pieces += 1
    return nil
  }

  private func read(_ piece: Int, _ state: borrowing State) throws(StoreError) -> [UInt8] {
    guard let file = state.file else { throw .failed("results have no file") }
    var box = [UInt8](repeating: 0, count: Self.sealedBytes)
    var done = 0
    while done < box.count {
      let count = box.withUnsafeMutableBytes {
        pread(file, $0.baseAddress?.advanced(by: done), $0.count - done, off_t(piece * Self.sealedBytes + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.systemFailure() }
      done += count
    }
    guard let opened = try? room.key.openBox(box, associatedData: Self.place(piece)) else {
      throw .damaged("results that were written a moment ago")
    }
    return opened
  }

  private static func place(_ piece: Int) -> [UInt8] { Array("results \(piece)".utf8) }

  private static func systemFailure() -> StoreError {
    let code = errno
    let reason = "results cannot be kept: \(String(cString: strerror(code)))"
    return code == ENOSPC || code == EDQUOT ? .full(reason) : .failed(reason)
  }
}
