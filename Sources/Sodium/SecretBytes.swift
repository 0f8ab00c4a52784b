import CSodium
import Terms

/// Bytes that nobody may see: in guarded memory that is locked, zeroed when freed, and read-only once made
/// (`sodium_malloc`). It cannot be copied, printed or encoded.
public struct SecretBytes: ~Copyable, @unchecked Sendable {
  // @unchecked: the memory is never written after `init` (it is mapped read-only), so threads may share it.
  private let pointer: UnsafeMutableRawPointer
  /// The number of bytes.
  public let count: Int

  /// Makes `count` secret bytes and lets `body` fill them.
  public init<E: Error>(count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
    _ = Library.ready
    guard let pointer = sodium_malloc(count) else {
      fatalError("no locked memory left for a secret key; raise the limit of locked memory (ulimit -l)")
    }
    do { try body(UnsafeMutableRawBufferPointer(start: pointer, count: count)) } catch {
      // `self` is not made yet, so that `deinit` does not free the memory a second time.
      sodium_free(pointer)
      throw error
    }
    sodium_mprotect_readonly(pointer)
    self.pointer = pointer
    self.count = count
  }

  /// Random secret bytes.
  public init(random count: Int, _ entropy: some Entropy) {
    self.init(count: count) { entropy.fill($0) }
  }

  /// Copies bytes into guarded memory. The caller wipes its own copy.
  public init(copying bytes: some Collection<UInt8>) {
    self.init(count: bytes.count) { buffer in
      for (offset, byte) in bytes.enumerated() { buffer[offset] = byte }
    }
  }

  deinit { sodium_free(pointer) }

  /// The bytes, for as long as `body` runs. They must not be copied out but into another secret or a sealed form.
  public func withUnsafeBytes<R: ~Copyable, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: pointer, count: count))
  }

  /// Whether both hold the same bytes, compared in constant time.
  public func isEqual(to other: borrowing SecretBytes) -> Bool {
    count == other.count && sodium_memcmp(pointer, other.pointer, count) == 0
  }
}

/// Overwrites bytes that held a secret, in a way that the compiler does not remove.
public func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
  bytes.removeAll()
}
