/// What counts between two moments, such as an agreement.
public protocol Dated {
  /// The first moment at which it counts.
  var validFrom: Instant { get }
  /// The first moment at which it counts no more.
  var validUntil: Instant { get }
}

extension Dated {
  /// Whether the dates cover a moment.
  public func isInForce(at now: Instant) -> Bool { validFrom <= now && now < validUntil }
}

// A list in the order in which its members were signed. A later one takes the place of an earlier one where the dates of both
// cover a moment, and only there.
extension BidirectionalCollection where Element: Dated {
  /// The one in force at a moment: the newest whose dates cover it.
  public func inForce(at now: Instant) -> Element? { last { $0.isInForce(at: now) } }

  /// The moments around `now` in which nothing begins or ends: while time stays there, what is in force stays the same.
  public func steady(around now: Instant) -> Range<Instant> {
    var (start, end) = (Instant.earliest, Instant.latest)
    for date in lazy.flatMap({ [$0.validFrom, $0.validUntil] }) {
      if date <= now { start = Swift.max(start, date) } else { end = Swift.min(end, date) }
    }
    return Swift.min(start, end)..<end
  }
}

extension BidirectionalCollection where Element: Dated & Equatable {
  /// What is in force next, other than now, and from when; nil when nothing begins any more.
  public func next(after now: Instant) -> (element: Element, begins: Instant)? {
    let current = inForce(at: now)
    for moment in lazy.flatMap({ [$0.validFrom, $0.validUntil] }).filter({ $0 > now }).sorted() {
      if let next = inForce(at: moment), next != current { return (next, moment) }
    }
    return nil
  }
}
