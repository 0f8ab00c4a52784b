import Catalog
import Exchange

/// What a record is asked that the definition cannot ask: whether it fits what is known here.
/// A class, as every upload takes them along.
final class PublishGates: Sendable {
  private let release: ReleaseGate
  private let reach: ReachGate

  /// Gates over what is known here.
  init(_ lookups: Lookups) { (release, reach) = (ReleaseGate(lookups), ReachGate(lookups)) }

  /// - Throws: `Refusal` of the first gate that a record does not pass.
  func check(_ draft: Draft) throws(Refusal) {
    try reach.check(draft)
    try release.check(draft)
  }
}
