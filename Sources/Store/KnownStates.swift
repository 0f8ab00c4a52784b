/// What was read lately of the state: every lookup asks for the same few values. Durable, as all of the view.
struct KnownStates: Sendable {
  /// Beyond so many values all are forgotten; a node has a few hundred streams.
  private static let most = 1_024
  /// Longer values, of which there are few, are read each time.
  private static let longest = 16 << 10

  private var values: [[UInt8]: [UInt8]] = [:]
  /// How many commits have changed states. Who reads in the meantime cannot say which of the two it got.
  private(set) var changes: UInt64 = 0

  /// The value under a key; nil when it was not read lately.
  func value(_ key: [UInt8]) -> [UInt8]? { values[key] }

  /// Keeps what the database gave, unless a commit came after `changes` of them.
  mutating func note(_ value: [UInt8], of key: [UInt8], asOf changes: UInt64) {
    guard changes == self.changes, value.count <= Self.longest else { return }
    if values.count >= Self.most { values = [:] }
    values[key] = value
  }

  /// A commit has become visible.
  mutating func change(_ states: [(key: String, value: [UInt8]?)]) {
    guard !states.isEmpty else { return }
    changes += 1
    guard !values.isEmpty else { return }
    for (key, value) in states {
      let key = Array(key.utf8)
      if values[key] != nil { values[key] = value.flatMap { $0.count <= Self.longest ? $0 : nil } }
    }
  }
}
