import Catalog
import Exchange
import Terms

/// Refuses that what ends or changes something reaches fewer countries than that which it changes: a suspension that a country does
/// not learn of leaves a suspended operator trusted there, and nobody would see that it was forgotten. A country's own records only;
/// of whom another country told is that one's to say.
struct ReachGate: Sendable {
  /// For each dataset: the field that says whom a record reaches, and the events that must reach whoever has the first record.
  private static let reaches: [String: (field: String, events: Set<String>)] = [
    OperatorStanding.dataset: ("recognised_by", ["suspended", "reinstated", "revoked"]),
    Alert.dataset: ("route", ["lifted"]), Hold.dataset: ("route", ["released", "returned", "destroyed"]),
    "certificates": ("route", ["replaced", "withdrawn"]),
  ]

  private let lookups: Lookups

  /// A gate over the country's own register.
  init(_ lookups: Lookups) { self.lookups = lookups }

  /// - Throws: `Refusal` naming the countries that would not learn of it.
  func check(_ draft: Draft) throws(Refusal) {
    guard let reach = Self.reaches[draft.dataset.description], let body = try? JSONValue(parsing: draft.body),
      let event = body["event"]?.string, reach.events.contains(event),
      let refers = body["refers"]?.string.flatMap({ try? RecordID($0) })
    else { return }
    let home = StreamName(origin: lookups.country, recipient: lookups.country, dataset: draft.dataset)
    var first: Statement?
    do throws(ReadError) {
      let size = try lookups.reader.state(of: home).size
      guard let index = try lookups.reader.find(refers, in: home, size: size) else { return }
      first = try lookups.reader.record(home, at: index).flatMap { lookups.registry.statement(of: $0) }
    } catch {
      // What is erased was not in force any more.
      if case .erased = error { return }
      throw Refusal(
        field: "refers", problem: "the record that it changes cannot be read: \(error)",
        whatToDo: "send the line again when the node can read its store")
    }
    guard let first else { return }
    var named: Set<String> = []
    if case .list(let countries)? = body[reach.field] { named = Set(countries.compactMap(\.string)) }
    let missing = first.texts(reach.field).filter { !named.contains($0) }
    guard !missing.isEmpty else { return }
    throw Refusal(
      field: reach.field, problem: "\(missing.joined(separator: ", ")) would not learn of it, and has the first record",
      whatToDo: "name here every country that the first record names")
  }
}
