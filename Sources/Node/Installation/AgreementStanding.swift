import Catalog
import Ceremony
import Terms

/// Which agreement with a neighbour is in force at a moment, and which follows when.
public struct AgreementStanding: Hashable, Sendable {
  /// The neighbour.
  public let country: CountryCode
  /// The one in force; nil when none is.
  public let inForce: Agreement?
  /// The one that comes into force next, and when; nil when there is none.
  public let next: (agreement: Agreement, begins: Instant)?
  /// The one to speak of: that in force, else the newest.
  public let shown: Agreement?

  /// Looks at the agreements with a neighbour that can be in force, given in the order of signing.
  public init(_ agreements: [Agreement], with country: CountryCode, at now: Instant) {
    self.country = country
    inForce = agreements.inForce(at: now)
    next = agreements.next(after: now).map { ($0.element, $0.begins) }
    shown = inForce ?? agreements.last
  }

  /// Why nothing may be exchanged with the neighbour; nil while an agreement is in force.
  public var problem: String? {
    guard inForce == nil else { return nil }
    let what = "no agreement with \(country) is in force: nothing that is published now goes there"
    if let next { return "\(what) until \(next.begins.wholeSeconds), when the next one begins" }
    return what + (shown.map { "; the last ended on \($0.terms.validUntil)" } ?? "") + "; hold a new ceremony"
  }

  /// What there is, for people.
  public var sentence: String {
    let ended = next == nil ? shown.map { "expired on \($0.terms.validUntil)" } : nil
    let state = inForce.map { "in force until \($0.terms.validUntil)" } ?? ended ?? "none in force"
    return state + (next.map { "; \($0.agreement.digest) takes over at \($0.begins.wholeSeconds)" } ?? "")
  }

  /// The same moment of the same agreements.
  public static func == (a: Self, b: Self) -> Bool {
    a.country == b.country && a.inForce == b.inForce && a.next?.agreement == b.next?.agreement
      && a.next?.begins == b.next?.begins && a.shown == b.shown
  }

  /// Feeds whose they are.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(country)
    hasher.combine(inForce?.digest)
    hasher.combine(next?.begins)
  }

  /// The form for programs.
  public var json: JSONValue {
    [
      "with": .text(country.description), "in_force": JSONValue(inForce?.digest.description),
      "valid_until": JSONValue(inForce?.terms.validUntil.description),
      "next": JSONValue(next?.agreement.digest.description), "next_begins": JSONValue(next?.begins.wholeSeconds),
    ]
  }
}
