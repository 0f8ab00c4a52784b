import Catalog
import Terms

// Cargo declared in advance, and customs' time.
extension IndicatorBook {
  mutating func declare(_ record: Statement) {
    switch record.text("event") {
    case "declared":
      guard let legs = legs(of: record) else { return }
      papers.named(record)
      let own = Set(record.units)
      let units = record.subjects.values.filter { $0.field == "vehicle.plate" || $0.subject == .container }.map(\.key)
        .filter(own.contains)
      cargo.declared.insert(CargoBook.Declared(units: units, legs: legs), for: record.id, at: record.time)
      keepEarlier(of: record)
      // Between two countries a truck chooses its crossing: of one crossing nothing can be said of what was declared for it.
      if scope.crossing == nil, scope.period.contains(record.time) { tally.count("declarations", at: nil) }
    case "arrived":
      guard let refers = ownReference(record), let crossing = crossing(of: record) else { return }
      cargo.arrived.insert(crossing, for: refers, at: record.time)
    case "released":
      guard let refers = ownReference(record), crossing(of: record) != nil else { return }
      cargo.released.insert(true, for: refers, at: record.time)
    default: return
    }
  }

  /// The countries between which a declaration goes, one leg after the other; nil when none of its legs is asked for.
  private func legs(of record: Statement) -> Set<Set<CountryCode>>? {
    let route = record.texts("route").compactMap { try? CountryCode($0) }
    let legs = Set(zip(route, route.dropFirst()).map { Set([$0, $1]) })
    return crossings.values.contains { legs.contains(Set($0)) } ? legs : nil
  }

  /// Whether a record is a declaration whose lane is asked for.
  public func wantsLane(of record: Statement) -> Bool {
    record.dataset == Consignment.dataset && record.text("event") == "declared" && scope.period.contains(record.time)
      && scope.crossing == nil && legs(of: record) != nil
  }

  /// Takes the lane of such a declaration.
  public mutating func take(_ lane: Lane) {
    for other in Lane.allCases { tally.add(.laneShare, other.rawValue, at: nil, holds: lane == other) }
  }

  /// The declaration that a record of the country's own refers to.
  private func ownReference(_ record: Statement) -> RecordID? {
    guard record.origin == country, let refers = record.record("refers") else { return nil }
    return corrected[refers] ?? refers
  }

  mutating func closeCargo(before moment: Instant?, now: Instant?) {
    for (_, time, declaration) in cargo.closeDeclared(before: moment) {
      let arrivals = cargo.arrivals(of: declaration, declared: time, crossings)
      for (crossing, arrival) in arrivals where scope.period.contains(arrival) {
        tally.add(.advanceDeclarations, nil, at: crossing, holds: time < arrival)
      }
      let isDue = now.map { time.advanced(byMilliseconds: CargoBook.after) <= $0 } ?? true
      if scope.crossing == nil, scope.period.contains(time), !arrivals.isEmpty || isDue {
        tally.add(.unmatched, "declarations", at: nil, holds: arrivals.isEmpty)
      }
    }
    for (declaration, time, crossing) in cargo.closeArrived(before: moment) {
      guard scope.period.contains(time), let release = cargo.released[declaration], release.time >= time,
        release.time.milliseconds(since: time) <= CargoBook.release
      else { continue }
      tally.add(.stepTime, "customs", at: crossing, milliseconds: release.time.milliseconds(since: time))
    }
    cargo.forget(before: moment)
  }
}
