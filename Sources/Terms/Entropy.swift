/// A source of random bytes. The system's own in a node; a seeded one in a simulation, so that a seed reproduces a run.
public protocol Entropy: Sendable {
  /// Fills the buffer with random bytes.
  func fill(_ buffer: UnsafeMutableRawBufferPointer)
}

extension Entropy {
  /// A random number of 64 bits.
  public func uint64() -> UInt64 {
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value) { fill($0) }
    return value
  }

  /// Random bytes. For secrets use a secret type instead.
  public func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }
}

/// The time of day. The system's own in a node; a simulated one in a simulation.
public protocol Clock: Sendable {
  /// The time of day now, as this machine believes it.
  func now() -> Instant
}
