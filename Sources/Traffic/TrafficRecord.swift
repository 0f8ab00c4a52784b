import Catalog
import Terms

/// One record of generated traffic, as a national system would send it, and what the generator knows of it.
public struct TrafficRecord: Sendable {
  /// The country that publishes it.
  public let origin: CountryCode
  /// The dataset it belongs to.
  public let dataset: DatasetName
  /// The publisher's own reference; no other record of the region bears it.
  public let reference: String
  /// The reference of the record that it refers to; nil when to none. The line has it in `refers`: whoever publishes puts the
  /// record's id in its place.
  public let refers: String?
  /// When it happened.
  public let time: Instant
  /// When the national system sends it.
  public let published: Instant
  /// The journey that it belongs to, by its number.
  public let journey: Int
  /// By what it is found: plates, containers, documents, tags, numbers.
  public let keys: [JSONValue.Member]
  /// What is wrong with it on purpose; nil when nothing is.
  public let defect: Defect?
  /// The line without `refers`.
  let members: [JSONValue.Member]

  /// What goes wrong at real posts.
  public enum Defect: String, Sendable, CaseIterable {
    /// Sent hours after it happened.
    case late
    /// A camera took one character of the plate for another.
    case misread
    /// The same line as before, sent once more by a system that had lost the answer.
    case resent
    /// The same tag read again a moment later.
    case echo
  }

  /// The line with `refers` as the generator has it: a reference.
  public var line: JSONValue { line(referringTo: refers) }

  /// The line to publish, which refers to the record of this id.
  public func line(referringTo id: String?) -> JSONValue {
    guard let id else { return .object(members) }
    return .object(members + [JSONValue.Member(name: "refers", value: .text(id))])
  }

  /// The same line once more.
  func resent(at moment: Instant) -> TrafficRecord {
    TrafficRecord(
      origin: origin, dataset: dataset, reference: reference, refers: refers, time: time, published: moment,
      journey: journey, keys: keys, defect: .resent, members: members)
  }

  /// Whether an agreement's filter lets it go.
  public func isAdmitted(by terms: StreamTerms) -> Bool {
    guard origin == terms.stream.origin, dataset == terms.stream.dataset else { return false }
    return terms.filter.allSatisfy { clause in
      switch members.first(where: { $0.name == clause.field })?.value {
      case .text(let text): clause.admits(text)
      case .list(let values): values.contains { $0.string.map { clause.admits($0) } ?? false }
      default: false
      }
    }
  }

  /// The ledger's line: what an independent check needs, and nothing of who may hold it.
  /// - Parameter definition: the dataset's; its filterable fields are named.
  public func ledgerLine(_ definition: Definition?) -> JSONValue {
    let facts = members.filter { member in definition?.field(member.name)?.isFilterable == true }
    return [
      "origin": .text(origin.description), "dataset": .text(dataset.description), "reference": .text(reference),
      "refers": JSONValue(refers), "time": .text(time.wholeSeconds), "published": .text(published.wholeSeconds),
      "journey": JSONValue(journey), "keys": .object(keys), "facts": .object(facts),
      "defect": JSONValue(defect?.rawValue),
    ]
  }
}
