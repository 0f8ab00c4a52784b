import Catalog
import Terms

extension TrafficTruth {
  /// The line of the file of truths.
  public var line: JSONValue {
    switch self {
    case .passage(let fact):
      Self.object(
        "passage", fact.journey,
        [
          ("crossing", .text(fact.crossing)), ("from", .text(fact.from.description)),
          ("to", .text(fact.to.description)),
          ("tag", fact.tag.json), ("plate", fact.plate.json), ("container", Self.time(fact.container)),
          ("declared", Self.time(fact.declared)), ("arrived", Self.time(fact.arrived)),
          ("released", Self.time(fact.released)),
        ])
    case .control(let fact):
      Self.object(
        "control", fact.journey,
        [
          ("crossing", .text(fact.crossing)), ("acts", .text(fact.acts.description)),
          ("to", .text(fact.to.description)),
          ("time", Self.time(fact.time)), ("admitted", .boolean(fact.isAdmitted)),
          ("answered", Self.time(fact.answered)),
          ("refused", .boolean(fact.isRefused)),
        ])
    case .certificate(let fact):
      Self.object(
        "certificate", fact.journey,
        [
          ("destination", .text(fact.destination.description)), ("crossing", .text(fact.crossing)),
          ("issued", Self.time(fact.issued)), ("used", Self.time(fact.used)),
        ])
    case .outage(let fact):
      Self.object(
        "outage", fact.journey,
        [
          ("post", .text(fact.post)), ("equipment", .text(fact.equipment)), ("from", Self.time(fact.from)),
          ("until", Self.time(fact.until)),
        ])
    case .alert(let fact):
      Self.object(
        "alert", fact.journey,
        [
          ("author", .text(fact.author.description)), ("issued", Self.time(fact.issued)),
          ("teller", fact.teller.map { .text($0.description) }), ("told", Self.time(fact.told)),
          ("crossing", fact.crossing.map { .text($0) }), ("outcome", fact.outcome.map { .text($0) }),
        ])
    }
  }

  private static func object(_ what: String, _ journey: Int, _ fields: [(String, JSONValue?)]) -> JSONValue {
    .object(present([("truth", .text(what)), ("journey", JSONValue(journey))] + fields))
  }

  fileprivate static func time(_ moment: Instant?) -> JSONValue? { moment.map { .text($0.wholeSeconds) } }
}

extension TrafficTruth.Seen {
  fileprivate var json: JSONValue {
    .object(
      present([
        ("arrives", TrafficTruth.time(arrives)), ("leaves", TrafficTruth.time(leaves)),
        ("enters", TrafficTruth.time(enters)), ("departs", TrafficTruth.time(departs)),
      ]))
  }
}
