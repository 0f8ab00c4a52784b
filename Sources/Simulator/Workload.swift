import Exchange
import Ledger
import Terms

/// What national systems publish at one node: new records, the same again, the same reference with other content,
/// corrections and withdrawals.
struct Workload {
  /// A record that was accepted, as its publisher remembers it.
  struct Known {
    let id: RecordID
    let draft: Draft
  }

  private(set) var known: [Known] = []
  private var changed: Set<RecordID> = []
  private var serial = 0
  /// Drafts whose fate is unknown since a crash or a failure; published again when they bear a reference.
  var unanswered: [Draft] = []

  mutating func accepted(_ id: RecordID, _ draft: Draft) {
    known.append(Known(id: id, draft: draft))
    if let target = draft.target { changed.insert(target) }
  }

  mutating func failed(_ drafts: [Draft]) { unanswered += drafts.filter { $0.reference != nil } }

  mutating func drafts(of datasets: [DatasetName], at country: CountryCode, _ chance: Chance) -> [Draft] {
    var drafts: [Draft] = []
    if let again = unanswered.popLast() { drafts.append(again) }
    let count = chance.happens(15) ? chance.within(150...320) : chance.within(1...5)
    for _ in 0..<count {
      guard let dataset = chance.one(of: datasets) else { continue }
      drafts.append(draft(dataset, country, chance))
    }
    return drafts
  }

  private mutating func draft(_ dataset: DatasetName, _ country: CountryCode, _ chance: Chance) -> Draft {
    serial += 1
    let earlier = chance.one(of: known)
    switch chance.below(20) {
    case 0: if let earlier, earlier.draft.reference != nil { return earlier.draft }
    case 1:
      if let earlier, let reference = earlier.draft.reference {
        return fresh(earlier.draft.dataset, country, chance, reference: reference)
      }
    case 2, 3, 4:
      if let earlier {
        let reference = chance.happens(300) ? earlier.draft.reference : chance.happens(500) ? "c\(serial)" : nil
        return fresh(earlier.draft.dataset, country, chance, reference: reference, kind: .replaces(earlier.id))
      }
    case 5: if let earlier { return fresh(earlier.draft.dataset, country, chance, kind: .withdraws(earlier.id)) }
    default: break
    }
    return fresh(dataset, country, chance, reference: chance.happens(600) ? "r\(serial)" : nil)
  }

  private func fresh(
    _ dataset: DatasetName, _ country: CountryCode, _ chance: Chance, reference: String? = nil,
    kind: Entry.Kind = .record
  ) -> Draft {
    var fields = [
      "crossing": ["a1", "a2", "b1"][chance.below(3)], "name": "name \(chance.below(40))",
      "serial": "\(country) \(serial)",
      "secret": "secret \(serial)",
    ]
    if chance.happens(10) { fields["secret"] = String(repeating: "s", count: chance.within(1000...60_000)) }
    fields["reference"] = reference
    return Draft(dataset: dataset, version: 1, body: SimulatedRules.body(fields), reference: reference, kind: kind)
  }

  /// Whether a publisher was told that something replaced or withdrew this record.
  func isChanged(_ id: RecordID) -> Bool { changed.contains(id) }
}

extension Draft {
  var target: RecordID? {
    switch kind {
    case .replaces(let target), .withdraws(let target): target
    default: nil
    }
  }
}
