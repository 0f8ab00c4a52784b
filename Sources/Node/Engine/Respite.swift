/// When the core rests from what goes to and comes from neighbours in great number, because somebody asks this node something. A lookup is
/// handed from thread to thread several times, and each of these waits for a processor behind whatever computes; while a backlog is sent or
/// taken in as fast as can be, something always does. So after each batch the core leaves the processor alone for as long as the
/// batch took, on a fast machine as on a slow one. What users wait for is done meanwhile. Times are in nanoseconds since any moment.
struct Respite {
  /// How long somebody counts as present after what they last wanted.
  static let presence: UInt64 = 1_000_000_000

  /// No rest is longer: a batch for which a disk was waited for, or a program that was stopped in between, took no processor's time.
  static let longest: UInt64 = 10_000_000

  private var lastAsked: UInt64?
  /// While it lasts, when it ends.
  private(set) var end: UInt64?
  /// How often the core came for something and got nothing because of it.
  private var missed = 0

  /// Somebody waits for an answer of this node.
  mutating func asked(at now: UInt64) { lastAsked = now }

  /// Whether somebody is there who asks.
  func isAsked(at now: UInt64) -> Bool { lastAsked.map { now < $0 &+ Self.presence } ?? false }

  /// A batch was done with.
  mutating func begin(after start: UInt64, at now: UInt64) {
    guard isAsked(at: now), now > start else { return }
    end = now &+ min(now - start, Self.longest)
  }

  /// Whether the core rests. Who is told so has a turn left when it is over.
  mutating func holdsBack(at now: UInt64) -> Bool {
    guard let end, now < end else { return false }
    missed += 1
    return true
  }

  /// Ends what is over.
  /// - Returns: how many turns are left.
  mutating func endIfOver(at now: UInt64) -> Int {
    guard let end, now >= end else { return 0 }
    defer { missed = 0 }
    self.end = nil
    return missed
  }
}
