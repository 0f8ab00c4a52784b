import HTTP

/// The bytes of a response that come while it is being sent: those that wait for the client, and the server that waits for more.
struct PushedBytes {
  /// What waits for the client.
  var waiting: [UInt8] = []
  /// Whether nothing more comes.
  var isEnded = false
  private var wake: (@Sendable () -> Void)?

  /// The next piece of at most `max` bytes; without one, `wake` is kept for when there is something.
  mutating func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    guard !waiting.isEmpty else {
      if isEnded { return .end }
      self.wake = wake
      return .later
    }
    let piece = Array(waiting.prefix(max))
    waiting.removeFirst(piece.count)
    return .bytes(piece)
  }

  /// Whom to wake now, once: nil when nobody waits, or there is nothing to tell.
  mutating func takeWake() -> (@Sendable () -> Void)? {
    guard !waiting.isEmpty || isEnded else { return nil }
    defer { wake = nil }
    return wake
  }
}
