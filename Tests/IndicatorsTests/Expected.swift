import Catalog
import Terms

@testable import Traffic

/// Indicators of a country as the generator's truth has them: plainly counted, with nothing of the code that is tested.
struct Expected {
  private let region: Region
  private let country: CountryCode
  private var durations: [String: [Int64]] = [:]
  private var shares: [String: (part: Int64, whole: Int64, cases: Int)] = [:]
  private var counts: [String: Int] = [:]

  init(_ region: Region, at country: CountryCode, days: Int64) {
    (self.region, self.country) = (region, country)
    var journeys: [Int: [TrafficTruth.Passage]] = [:]
    var certified: Set<Int> = []
    var pieces: [String: Int64] = [:]
    for truth in region.truths {
      switch truth {
      case .passage(let passage) where passage.from == country || passage.to == country:
        let held = asHeld(passage)
        add(held)
        journeys[passage.journey, default: []].append(held)
      case .control(let control) where isAt(control.crossing): add(control)
      case .certificate(let certificate):
        certified.insert(certificate.journey)
        if certificate.destination == country, let used = certificate.used {
          time("certificate-lead-time", nil, certificate.crossing, certificate.issued, used)
        }
      case .outage(let outage) where outage.post.hasSuffix("/\(country)"):
        pieces["\(outage.post) \(outage.equipment)", default: 0] += outage.until.milliseconds(since: outage.from)
      case .alert(let alert): add(alert)
      default: continue
      }
    }
    let length = days * 86_400_000
    for (piece, down) in pieces {
      let words = piece.split(separator: " ").map(String.init)
      let crossing = words[0].split(separator: "/").dropLast().joined(separator: "/")
      for dimension in ["all", words[1]] {
        share("post-availability", dimension, crossing, length - down, length, 1)
      }
    }
    for (journey, passages) in journeys where passages.contains(where: { $0.declared != nil }) {
      guard declarationIsHeld(journey) else { continue }
      counts["volume//declarations/count", default: 0] += 1
      let isSeen = passages.contains { firstKnown($0) != nil }
      share("unmatched", "declarations", nil, isSeen ? 0 : 1, 1, 1)
      if certified.contains(journey) { share("electronic-certificates", nil, nil, 1, 1, 1) }
      for passage in passages {
        guard let declared = passage.declared, let first = firstKnown(passage) else { continue }
        share("advance-declarations", nil, passage.crossing, declared < first ? 1 : 0, 1, 1)
      }
    }
  }

  /// By name, with value and sample; those of few cases too.
  var figures: [String: String] {
    var out: [String: String] = [:]
    for (name, values) in durations {
      let unit: Int64 = name.hasPrefix("certificate") ? 3600 : 60
      let sorted = values.sorted()
      for (statistic, percent) in [("median", 50), ("p90", 90)] {
        let value = sorted[(sorted.count * percent + 99) / 100 - 1]
        out["\(name)/\(statistic)"] = "\((value + unit / 2) / unit) of \(sorted.count)"
      }
    }
    for (name, sum) in shares {
      out["\(name)/share"] = "\((sum.part * 200_000 + sum.whole) / (2 * sum.whole)) of \(sum.cases)"
    }
    for (name, count) in counts { out[name] = "\(count * 1000) of \(count)" }
    return out
  }

  // MARK: What the country holds

  private func isAt(_ crossing: String) -> Bool {
    region.topology.crossing(crossing)?.countries.contains(country) == true
  }

  private func asHeld(_ passage: TrafficTruth.Passage) -> TrafficTruth.Passage {
    var held = passage
    let other = passage.from == country ? passage.to : passage.from
    let reads = region.terms("rfid-reads", from: other, to: country)
    let clause = reads?.filter.first { $0.field == "direction" }
    func sends(_ direction: String) -> Bool { reads != nil && clause?.admits(direction) ?? true }
    let sendsCaptures = region.terms("captures", from: other, to: country) != nil
    if passage.from == country {
      if !sends("in") { held.tag.enters = nil }
      if !sends("out") { held.tag.departs = nil }
      if !sendsCaptures { (held.plate.enters, held.plate.departs, held.container) = (nil, nil, nil) }
    } else {
      if !sends("approach") { held.tag.arrives = nil }
      if !sends("out") { held.tag.leaves = nil }
      if !sendsCaptures { (held.plate.arrives, held.plate.leaves) = (nil, nil) }
    }
    return held
  }

  private func firstKnown(_ passage: TrafficTruth.Passage) -> Instant? {
    passage.plate.arrives ?? passage.plate.leaves ?? passage.plate.enters ?? passage.plate.departs ?? passage.container
  }

  private func declarationIsHeld(_ journey: Int) -> Bool {
    region.records.contains { record, _ in
      record.journey == journey && record.dataset.description == "manifests" && record.line["lines"] != nil
        && region.holds(record, country)
    }
  }

  // MARK: Counting

  private mutating func add(_ passage: TrafficTruth.Passage) {
    let (tag, crossing) = (passage.tag, passage.crossing)
    time("crossing-time", "tag", crossing, tag.arrives, tag.departs)
    time("crossing-time", "camera", crossing, passage.plate.arrives, passage.plate.departs)
    if passage.to == country { time("step-time", "customs", crossing, passage.arrived, passage.released) }
    guard tag.isSeen else { return }
    for name in ["volume//units/count", "volume/\(crossing)/units/count"] { counts[name, default: 0] += 1 }
    let own = passage.from == country ? [tag.arrives, tag.leaves] : [tag.enters, tag.departs]
    share("read-rate", nil, crossing, Int64(own.count { $0 != nil }), 2, 2)
    guard tag.arrives ?? tag.leaves != nil, tag.enters ?? tag.departs != nil else { return }
    time("step-time", "exit-post", crossing, tag.arrives, tag.leaves)
    time("step-time", "between-posts", crossing, tag.leaves, tag.enters)
    time("step-time", "entry-post", crossing, tag.enters, tag.departs)
  }

  private mutating func add(_ control: TrafficTruth.Control) {
    for name in ["volume//departures/count", "volume/\(control.crossing)/departures/count"] {
      counts[name, default: 0] += 1
    }
    guard control.isAdmitted else { return }
    let isConfirmed = control.answered != nil && !control.isRefused
    let isOfEntry = control.acts == control.to
    share("one-stop-migration", nil, control.crossing, isOfEntry || isConfirmed ? 1 : 0, 1, 1)
    guard !isOfEntry else { return }
    share("unmatched", "departures", control.crossing, control.answered == nil ? 1 : 0, 1, 1)
    if isConfirmed { time("step-time", "migration", control.crossing, control.time, control.answered) }
  }

  private mutating func add(_ alert: TrafficTruth.Alert) {
    if alert.author == country { share("alert-hit-rate", "alerts", nil, alert.teller == nil ? 0 : 1, 1, 1) }
    guard alert.teller == country, let outcome = alert.outcome else { return }
    share(
      "alert-hit-rate", "outcomes", alert.crossing, ["confirmed", "other-finding"].contains(outcome) ? 1 : 0, 1, 1)
  }

  private mutating func time(
    _ kind: String, _ dimension: String?, _ crossing: String, _ from: Instant?, _ to: Instant?
  ) {
    guard let from, let to else { return }
    for place in ["", crossing] {
      durations["\(kind)/\(place)/\(dimension ?? "")", default: []].append(to.milliseconds(since: from))
    }
  }

  private mutating func share(
    _ kind: String, _ dimension: String?, _ crossing: String?, _ part: Int64, _ whole: Int64, _ cases: Int
  ) {
    for place in crossing.map({ ["", $0] }) ?? [""] {
      let name = "\(kind)/\(place)/\(dimension ?? "")"
      let sum = shares[name] ?? (0, 0, 0)
      shares[name] = (sum.part + part, sum.whole + whole, sum.cases + cases)
    }
  }
}
