import Catalog

/// Records as rows of a table with a fixed header, which `RecordColumns` reads again. Fields that are objects of a fixed shape
/// have a column for each part; lists of texts stand in one cell with `|` between them; other lists as JSON.
public struct RecordTable: Sendable {
  private struct Column {
    let name: String
    let path: [String]
    let type: FieldType
  }

  private let columns: [Column]
  private let aside: [String]

  /// A table of a dataset's records, with columns before them that say something about each.
  public init(_ definition: Definition, aside: [String]) {
    self.aside = aside
    columns = definition.fields.flatMap { Self.columns($0.type, [$0.name]) }
  }

  private static func columns(_ type: FieldType, _ path: [String]) -> [Column] {
    if let members = type.members { return members.map { column(.text(.any), path + [$0]) } }
    if case .group(let group) = type, group.limit == nil {
      return group.fields.flatMap { columns($0.type, path + [$0.ownName]) }
    }
    return [column(type, path)]
  }

  private static func column(_ type: FieldType, _ path: [String]) -> Column {
    Column(name: path.joined(separator: "."), path: path, type: type)
  }

  /// The names of the columns.
  public var header: [String] { aside.map { "\(RecordColumns.asidePrefix)\($0)" } + columns.map(\.name) }

  /// The row of a record.
  public func row(_ record: JSONValue, aside texts: [String]) -> [String] {
    texts.map(CSVWriter.guarded)
      + columns.map { column in
        var value: JSONValue? = record
        for name in column.path { value = value?[name] }
        return value.map { Self.cell($0, column.type) } ?? ""
      }
  }

  private static func cell(_ value: JSONValue, _ type: FieldType) -> String {
    switch (value, type) {
    case (.text(let text), .decimal): return text
    default: return LineTable.cell(value)
    }
  }
}
