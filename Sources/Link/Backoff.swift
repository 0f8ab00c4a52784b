import Terms

/// The pauses between attempts to connect: each twice as long as the one before up to a longest, and of each a random
/// half, so that two nodes that lost each other do not dial in step. In milliseconds.
struct Backoff: Sendable {
  private let first: Int64
  private let longest: Int64
  private var full: Int64

  init(first: Int64, longest: Int64) {
    self.first = max(1, first)
    self.longest = max(self.first, longest)
    full = self.first
  }

  /// The next pause: between half of its full length and the whole.
  mutating func next(_ entropy: any Entropy) -> Int64 {
    let half = full / 2
    defer { full = min(longest, full * 2) }
    return half + Int64(entropy.uint64() % UInt64(full - half + 1))
  }

  /// Begins again with the first pause.
  mutating func reset() { full = first }
}
