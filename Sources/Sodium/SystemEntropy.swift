import CSodium
import Terms

/// The operating system's random bytes, through libsodium.
public struct SystemEntropy: Entropy {
  /// The operating system's source.
  public init() { _ = Library.ready }

  /// Fills the buffer with unpredictable bytes.
  public func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let start = buffer.baseAddress else { return }
    randombytes_buf(start, buffer.count)
  }
}
