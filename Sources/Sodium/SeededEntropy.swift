import CSodium
import Synchronization
import Terms

/// Random-looking bytes from a seed, for simulations and tests: the same seed gives the same bytes. Never for real keys.
public final class SeededEntropy: Entropy {
  private let seed: [UInt8]
  private let drawn = Mutex<UInt64>(0)

  /// The bytes of seed number `seed`.
  public init(seed: UInt64) {
    _ = Library.ready
    self.seed = BLAKE2b.hash(Array("istmo simulation \(seed)".utf8))
  }

  /// Fills the buffer with the next bytes of the sequence.
  public func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    let draw = drawn.withLock { count in
      count += 1
      return count
    }
    var nonce = [UInt8](repeating: 0, count: Int(crypto_stream_xchacha20_NONCEBYTES))
    for position in 0..<8 { nonce[position] = UInt8(truncatingIfNeeded: draw >> UInt64(8 * position)) }
    guard let start = buffer.baseAddress else { return }
    crypto_stream_xchacha20(start.assumingMemoryBound(to: UInt8.self), UInt64(buffer.count), nonce, seed)
  }
}
