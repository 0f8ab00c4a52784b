import Terms

/// A record that met its definition: what a node commits to and stores.
public struct CheckedRecord: Hashable, Sendable {
  /// Canonical JSON: members sorted, no white space, texts in NFC with the fewest escapes (RFC 8785, with NFC).
  public let body: [UInt8]
  /// The publisher's own name for it.
  public let reference: String?
  /// Whether it is new, or does something to an earlier one.
  public let change: RecordChange
  /// The record that this one is about.
  public let refers: RecordID?
  /// The record's own time; the time of day where it has none.
  public let time: Instant

  /// A record that met its definition.
  public init(body: [UInt8], reference: String?, change: RecordChange, refers: RecordID?, time: Instant) {
    (self.body, self.reference, self.change) = (body, reference, change)
    (self.refers, self.time) = (refers, time)
  }
}

/// What a record does.
public enum RecordChange: Hashable, Sendable {
  /// It is new.
  case record
  /// It stands in the place of an earlier one.
  case replaces(RecordID)
  /// It withdraws an earlier one; its body holds a reason at most.
  case withdraws(RecordID)
}
