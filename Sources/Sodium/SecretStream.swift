import CSodium
import Terms

/// libsodium's secret stream (`crypto_secretstream_xchacha20poly1305`): a long text sealed in pieces, of which none can be
/// altered, left out, doubled or put elsewhere, and whose end is marked, so that one that was cut short is seen to be.
public enum SecretStream {
  /// The length of what stands before the first piece, in bytes. It is random, not secret, and makes the stream's own key.
  public static let headerByteCount = 24
  /// What sealing adds to a piece's length, in bytes.
  public static let overheadByteCount = 17

  /// The state of a stream holds its key: it lies in guarded memory and is wiped.
  fileprivate typealias State = crypto_secretstream_xchacha20poly1305_state

  fileprivate static func makeState() throws(SodiumError) -> UnsafeMutablePointer<State> {
    _ = Library.ready
    guard let memory = sodium_malloc(MemoryLayout<State>.size) else { throw .outOfMemory }
    return memory.bindMemory(to: State.self, capacity: 1)
  }
}

/// Seals the pieces of one stream, in their order.
public struct SealingStream: ~Copyable, @unchecked Sendable {
  // @unchecked: the state cannot be copied and changes in mutating calls alone, so one holder at a time has it.
  private let state: UnsafeMutablePointer<SecretStream.State>
  /// What the reader needs before the first piece.
  public let header: [UInt8]

  /// Begins a stream under a key, which may serve any number of streams.
  /// - Throws: `SodiumError.outOfMemory` when there is no guarded memory left.
  public init(_ key: borrowing SymmetricKey) throws(SodiumError) {
    let state = try SecretStream.makeState()
    self.state = state
    header = key.secret.withUnsafeBytes { key in
      [UInt8](unsafeUninitializedCapacity: SecretStream.headerByteCount) { out, initialized in
        _ = crypto_secretstream_xchacha20poly1305_init_push(state, out.u8, key.u8)
        initialized = SecretStream.headerByteCount
      }
    }
  }

  deinit { sodium_free(state) }

  /// Seals the next piece; nothing may follow the last one.
  public mutating func seal(
    _ plaintext: UnsafeRawBufferPointer, isLast: Bool, associatedData: [UInt8] = []
  ) -> [UInt8] {
    let tag =
      isLast ? crypto_secretstream_xchacha20poly1305_tag_final() : crypto_secretstream_xchacha20poly1305_tag_message()
    let count = plaintext.count + SecretStream.overheadByteCount
    return [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      _ = crypto_secretstream_xchacha20poly1305_push(
        state, out.u8, nil, plaintext.u8, UInt64(plaintext.count), associatedData, UInt64(associatedData.count), tag)
      initialized = count
    }
  }

  /// Seals an array; see the form on buffers.
  public mutating func seal(_ plaintext: [UInt8], isLast: Bool, associatedData: [UInt8] = []) -> [UInt8] {
    plaintext.withUnsafeBytes { seal($0, isLast: isLast, associatedData: associatedData) }
  }
}

/// Opens the pieces of one stream, in their order.
public struct OpeningStream: ~Copyable, @unchecked Sendable {
  // @unchecked: as in `SealingStream`.
  private let state: UnsafeMutablePointer<SecretStream.State>
  /// Whether the last piece was opened: nothing opens after it.
  public private(set) var isEnded = false

  /// Begins to read a stream.
  /// - Throws: `SodiumError.wrongLength` for a header of another length, `.outOfMemory` when there is no guarded memory.
  public init(header: [UInt8], _ key: borrowing SymmetricKey) throws(SodiumError) {
    guard header.count == SecretStream.headerByteCount else {
      throw .wrongLength(what: "a stream's header", expected: SecretStream.headerByteCount, found: header.count)
    }
    let state = try SecretStream.makeState()
    self.state = state
    key.secret.withUnsafeBytes { key in _ = crypto_secretstream_xchacha20poly1305_init_pull(state, header, key.u8) }
  }

  deinit { sodium_free(state) }

  /// Opens the next piece; `isEnded` tells whether it was the last.
  /// - Throws: `SodiumError.doesNotOpen` when it is not the next piece of this stream, or the stream has ended.
  public mutating func open(
    _ sealed: UnsafeRawBufferPointer, associatedData: [UInt8] = []
  ) throws(SodiumError) -> [UInt8] {
    guard !isEnded, sealed.count >= SecretStream.overheadByteCount else { throw .doesNotOpen(what: "a piece") }
    let count = sealed.count - SecretStream.overheadByteCount
    var tag: UInt8 = 0
    var opened = false
    let plaintext = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      opened =
        crypto_secretstream_xchacha20poly1305_pull(
          state, out.u8, nil, &tag, sealed.u8, UInt64(sealed.count), associatedData, UInt64(associatedData.count)) == 0
      initialized = opened ? count : 0
    }
    guard opened else { throw .doesNotOpen(what: "a piece") }
    isEnded = tag == crypto_secretstream_xchacha20poly1305_tag_final()
    return plaintext
  }

  /// Opens an array; see the form on buffers.
  public mutating func open(_ sealed: [UInt8], associatedData: [UInt8] = []) throws(SodiumError) -> [UInt8] {
    let result: Result<[UInt8], SodiumError> = sealed.withUnsafeBytes { bytes in
      do throws(SodiumError) { return .success(try open(bytes, associatedData: associatedData)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
