import Terms
import Testing

@testable import Catalog

/// A dataset of the sample topology, and a good record of it to change.
struct Dataset {
  let definition: Definition
  let topology: Topology
  let good: [(name: String, value: String)]

  /// - Parameter good: a whole record of the dataset, as JSON.
  init(_ name: String, _ good: String) throws {
    topology = try Sample.topology()
    definition = try Sample.definition(name)
    guard case .object(let members) = try JSONValue(parsing: Array(good.utf8)) else { throw Refusal.noObject }
    self.good = members.map { ($0.name, $0.value.json) }
  }

  /// The canonical body of the good record with members changed (nil leaves one out) or added.
  @discardableResult
  func check(
    _ changes: [String: String?] = [:], from country: CountryCode = Sample.salvador
  ) throws(Refusal) -> [UInt8] {
    let line = Sample.line(changes, base: good)
    return try definition.check(line, from: country, topology: topology, now: Sample.now).body
  }

  /// The good record with members changed is refused so.
  func refuses(_ changes: [String: String?], _ said: String, at place: SourceLocation = #_sourceLocation) {
    do {
      let body = try check(changes)
      Issue.record("taken as \(String(decoding: body, as: UTF8.self))", sourceLocation: place)
    } catch { #expect(error.description.hasPrefix(said), "\(error)", sourceLocation: place) }
  }

  /// A search finds the good record.
  func finds(_ field: String, _ typed: String, at place: SourceLocation = #_sourceLocation) throws {
    let keys = definition.searchKeys(of: try check())
    #expect(
      keys.contains(try definition.searchKey(field: field, typed: typed)), "\(field)=\(typed)", sourceLocation: place)
  }
}

extension Refusal {
  fileprivate static let noObject = Refusal(field: "line", problem: "no object", whatToDo: "write one")
}
