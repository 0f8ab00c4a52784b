import Catalog

/// What the columns of a table mean for a dataset: makes each row a record as `publish` takes it. The header names the fields,
/// or a map says which column is which.
public struct RecordColumns: Sendable {
  /// Columns whose name begins so say something about the record and are no part of it: exports and files of rejected rows
  /// have them, and are read again as they are.
  public static let asidePrefix: Character = "_"
  /// The most columns.
  public static let countMax = 2_000

  /// What a table's first row and a caller's wishes say.
  public struct Mapping: Sendable {
    /// For the column with this name: the field, or nothing to leave it out.
    public var columns: [(column: String, field: String)] = []
    /// Fields with the same value in every record.
    public var constants: [(field: String, value: String)] = []

    /// Nothing is mapped: the header names fields.
    public init() {}
  }

  private let paths: [CellPath?]
  private let constants: [(path: CellPath, value: String)]

  /// - Throws: `TableFault` that names the column.
  public init(header: [String], mapping: Mapping, of definition: Definition) throws(TableFault) {
    guard header.count <= Self.countMax else {
      throw TableFault("the header has \(header.count) columns", "leave all but \(Self.countMax) out")
    }
    var paths: [CellPath?] = []
    var seen: Set<[CellPath.Step]> = []
    for (place, name) in header.enumerated() {
      let mapped = mapping.columns.first { $0.column == name }?.field
      guard mapped != "", mapped != nil || name.first != Self.asidePrefix else {
        paths.append(nil)
        continue
      }
      let path: CellPath
      do throws(TableFault) { path = try CellPath(mapped ?? name, in: definition) } catch {
        throw TableFault("column \(place + 1): \(error.problem)", Self.advice(name, mapped, error, definition))
      }
      guard seen.insert(path.steps).inserted else {
        throw TableFault("column \(place + 1): \(path.description) has a column before", "leave one of them out")
      }
      paths.append(path)
    }
    for (column, _) in mapping.columns where !header.contains(column) {
      throw TableFault(
        "the header has no column \"\(ShownText.line(column, longest: 60))\"",
        "it has \(ShownText.line(header.joined(separator: ", "), longest: 400))")
    }
    guard paths.contains(where: { $0 != nil }) else {
      throw TableFault("the header names no field", "see dataset show \(definition.dataset)")
    }
    self.paths = paths
    var constants: [(CellPath, String)] = []
    for (field, value) in mapping.constants {
      let path = try CellPath(field, in: definition)
      guard seen.insert(path.steps).inserted else {
        throw TableFault("\(path.description) has a column and a set value", "leave one of them out")
      }
      constants.append((path, value))
    }
    self.constants = constants
  }

  private static func advice(
    _ name: String, _ mapped: String?, _ fault: TableFault, _ definition: Definition
  ) -> String {
    guard mapped == nil else { return fault.whatToDo }
    let shown = ShownText.line(name, longest: 60)
    return "\(fault.whatToDo); map it with \"\(shown)=FIELD\", or leave it out with \"\(shown)=\""
  }

  /// How many columns of a header mean something: the separator with the most is the file's.
  public static func fitting(_ header: [String], _ mapping: Mapping, _ definition: Definition) -> Int {
    header.count { name in
      if mapping.columns.contains(where: { $0.column == name }) || name.first == asidePrefix { return true }
      return (try? CellPath(name, in: definition)) != nil
    }
  }

  /// The record of a row. Empty cells are left out. `isGuarded` says that a spreadsheet may have put apostrophes before what looks like a
  /// formula.
  /// - Throws: `Refusal` when the row has another number of cells than the header, or a cell cannot be read.
  public func record(_ cells: [String], isGuarded: Bool = true) throws(Refusal) -> JSONValue {
    guard cells.count == paths.count else {
      throw Refusal(
        field: "line", problem: "\(cells.count) cells where the header has \(paths.count)",
        whatToDo: "write one cell for each column, and cells with the separator in them in quotes")
    }
    var root = RecordTree()
    for (path, value) in constants { root.put(try path.value(value), path.steps[...]) }
    for (path, cell) in zip(paths, cells) where !cell.isEmpty {
      if let path { root.put(try path.value(isGuarded ? CSVWriter.plain(cell) : cell), path.steps[...]) }
    }
    return root.json
  }
}
