import Terms

/// Streams of which more than a batch can be sent at once. Each batch has a turn of the core of its own: what this node's users want of it
/// waits for one batch and not for a whole window of them. A stream goes on until its window is full, then the next.
struct StreamsToSend {
  private var names: [StreamName] = []
  /// What was read for the last batch of the first.
  private var sources = BatchSources()
  /// A turn was asked for and has not come.
  private var isAsked = false

  func contains(_ name: StreamName) -> Bool { names.contains(name) }

  /// A batch was sent, for which this was read, and more can be.
  mutating func add(_ name: StreamName, _ sources: BatchSources) {
    if names.isEmpty { self.sources = sources }
    names.append(name)
  }

  /// The stream whose turn it is, and what was read for it; nil when there is none.
  mutating func takeFirst() -> (name: StreamName, sources: BatchSources)? {
    guard !names.isEmpty else { return nil }
    defer { sources = BatchSources() }
    return (names.removeFirst(), sources)
  }

  /// It has the next turn, too.
  mutating func goOn(_ name: StreamName, _ sources: BatchSources) {
    self.sources = sources
    names.insert(name, at: 0)
  }

  /// Something of what was read may have been erased.
  mutating func forgetSources() { sources = BatchSources() }

  /// Whether a turn is to be asked for, which it then is.
  mutating func mustAsk() -> Bool {
    guard !names.isEmpty, !isAsked else { return false }
    isAsked = true
    return true
  }

  /// The turn that was asked for.
  mutating func turnCame() { isAsked = false }
}
