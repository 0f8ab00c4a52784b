import Catalog
import Tables

/// What was typed into a form for a record: a text for each place in it, named as a table's columns are (`document.number`,
/// `lines.2.net_kg`). Empty texts count as places too: a list keeps the rows that a person has opened.
public struct FormValues: Hashable, Sendable {
  /// Place to text.
  public private(set) var texts: [String: String]

  /// The most places of a form: a record of 64 KiB has no more.
  public static let mostPlaces = 2_000
  /// The most bytes of all its texts and names.
  public static let longest = 128 << 10

  /// What was typed; nil when it is more than any record holds.
  public init?(_ texts: [String: String]) {
    let bytes = texts.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard texts.count <= Self.mostPlaces, bytes <= Self.longest else { return nil }
    self.texts = texts
  }

  /// Nothing was typed yet.
  public init() { texts = [:] }

  /// The text at a place; empty where there is none.
  public subscript(place: String) -> String {
    get { texts[place] ?? "" }
    set { texts[place] = newValue }
  }

  /// Whether anything stands at a place or within it.
  public func hasText(at place: String) -> Bool {
    texts.contains { ($0.key == place || $0.key.hasPrefix("\(place).")) && !$0.value.isEmpty }
  }

  /// How many rows of a list are open: up to the last that was posted, filled or not.
  public func rows(of list: String) -> Int { texts.keys.compactMap { Self.position(of: $0, in: list) }.max() ?? 0 }

  /// Opens one more row of a list of at most `limit`.
  public mutating func addRow(to list: String, limit: Int) {
    let next = max(rows(of: list), 1) + 1
    if next <= min(limit, Self.mostPlaces), texts.count < Self.mostPlaces { texts["\(list).\(next)"] = "" }
  }

  /// The position, from 1, that a place has in a list; nil when it is not in it.
  private static func position(of place: String, in list: String) -> Int? {
    guard place.hasPrefix("\(list).") else { return nil }
    guard let position = Int(place.dropFirst(list.count + 1).prefix { $0 != "." }), (1...mostPlaces).contains(position)
    else { return nil }
    return position
  }

  /// The same without empty rows, so that a place in the record is the place in the form.
  public func compacted(for definition: Definition) -> FormValues {
    var out = self
    for field in definition.fields where field.rowLimit != nil {
      let places = texts.compactMap { place, text in
        Self.position(of: place, in: field.name).map { (place: place, text: text, position: $0) }
      }
      let filled = Set(places.filter { !$0.text.isEmpty }.map(\.position)).sorted()
      for place in places { out.texts[place.place] = nil }
      for place in places {
        guard let row = filled.firstIndex(of: place.position) else { continue }
        let rest = place.place.dropFirst(field.name.count + 1).drop { $0 != "." }
        out.texts["\(field.name).\(row + 1)\(rest)"] = place.text
      }
    }
    return out
  }

  /// The record that was typed, as `publish` takes it; empty places are left out. `offset` is the country's, for times that were typed
  /// without one.
  /// - Throws: `Refusal` when a place is none of the dataset.
  public func record(of definition: Definition, offset: String) throws(Refusal) -> JSONValue {
    let filled = texts.filter { !$0.value.isEmpty }.keys.sorted()
    guard !filled.isEmpty else { return .object([]) }
    var cells: [String] = []
    for place in filled {
      guard let field = definition.field(String(place.prefix { $0 != "." })) else {
        throw definition.noField(place)
      }
      cells.append(Written.text(self[place], at: place, field, offset: offset))
    }
    let columns: RecordColumns
    do throws(TableFault) { columns = try RecordColumns(header: filled, mapping: .init(), of: definition) } catch {
      throw Refusal(field: "line", problem: error.problem, whatToDo: error.whatToDo)
    }
    return try columns.record(cells, isGuarded: false)
  }
}

extension Field {
  /// The most rows of a field that is a list; nil of any other.
  public var rowLimit: Int? {
    switch type {
    case .list(_, let limit), .records(let limit): limit
    case .group(let group): group.limit
    default: nil
    }
  }
}

extension Definition {
  fileprivate func noField(_ place: String) -> Refusal {
    Refusal(
      field: "line", found: place, problem: "no field of the dataset \(dataset)", whatToDo: "open the form again")
  }
}
