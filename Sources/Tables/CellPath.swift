import Catalog

/// Where a column's cells go in a record: `document.number`, `containers.2`, `items.1.net_kg`; positions count from 1.
struct CellPath: Hashable {
  enum Step: Hashable {
    case member(String)
    case position(Int)
  }

  let steps: [Step]
  /// What a cell of it is.
  let type: FieldType?

  /// Members of a line that are no fields of the dataset: they say what the record does to an earlier one.
  static let corrections = ["replaces", "withdraws"]

  /// - Throws: `TableFault` when the definition has no such place.
  init(_ text: String, in definition: Definition) throws(TableFault) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 1, Self.corrections.contains(parts[0]) {
      (steps, type) = ([.member(parts[0])], nil)
      return
    }
    guard let field = definition.fields.first(where: { $0.name == parts[0] }) else {
      throw TableFault(
        "\(definition.dataset) has no field \"\(ShownText.line(parts[0], longest: 60))\"",
        "see dataset show \(definition.dataset)")
    }
    var steps: [Step] = [.member(parts[0])]
    var type = field.type
    for part in parts.dropFirst() { type = try Self.step(into: type, part, text, &steps) }
    (self.steps, self.type) = (steps, type)
  }

  private static func step(
    into type: FieldType, _ part: String, _ text: String, _ steps: inout [Step]
  ) throws(TableFault) -> FieldType {
    switch (type, steps.last) {
    case (.list(let element, let limit), _):
      steps.append(.position(try position(part, limit, text)))
      return element
    case (.records(let limit), _):
      steps.append(.position(try position(part, limit, text)))
      return .record
    case (.group(let group), .member) where group.limit != nil:
      steps.append(.position(try position(part, group.limit ?? 0, text)))
      return type
    case (.group(let group), _):
      guard let field = group.fields.first(where: { $0.ownName == part }) else {
        throw TableFault(
          "\"\(ShownText.line(text, longest: 80))\" names no field",
          "write one of \(group.fields.map { $0.ownName }.joined(separator: ", ")) after the group")
      }
      steps.append(.member(part))
      return field.type
    default:
      guard let members = type.members else {
        throw TableFault(
          "\"\(ShownText.line(text, longest: 80))\" goes into a \(type.word), which has no parts",
          "write the field's name alone")
      }
      guard members.contains(part) else {
        throw TableFault(
          "\"\(ShownText.line(text, longest: 80))\" names no part of a \(type.word)",
          "write one of \(members.joined(separator: ", ")) after it")
      }
      steps.append(.member(part))
      return .text(TextField.any)
    }
  }

  private static func position(_ part: String, _ limit: Int, _ text: String) throws(TableFault) -> Int {
    guard let number = Int(part), (1...max(1, limit)).contains(number) else {
      throw TableFault(
        "\"\(ShownText.line(text, longest: 80))\" needs a position from 1 to \(limit) in the list",
        "write it after the field, such as \"\(text.prefix { $0 != "." }).1\"")
    }
    return number
  }

  /// What a cell says.
  /// - Throws: `Refusal` when it holds JSON that cannot be read.
  func value(_ cell: String) throws(Refusal) -> JSONValue {
    guard let type else { return .text(cell) }
    if type.isStructured, let first = cell.utf8.first, first == 0x7B || first == 0x5B {
      do throws(Refusal) { return try JSONValue(parsing: Array(cell.utf8)) } catch {
        throw Refusal(
          field: description, problem: "the cell holds JSON that cannot be read: \(error.problem)",
          whatToDo: error.whatToDo)
      }
    }
    switch type {
    case .list(let element, _):
      return .list(try cell.split(separator: "|").map { (part) throws(Refusal) in Self.scalar(trimmed(part), element) })
    case .records: return .list(cell.split(separator: "|").map { .text(trimmed($0)) })
    default: return Self.scalar(cell, type)
    }
  }

  private func trimmed(_ part: Substring) -> String {
    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// Numbers and truth values are no texts in JSON. What is none stays a text, which is refused with what was found.
  private static func scalar(_ text: String, _ type: FieldType) -> JSONValue {
    switch type {
    case .number: return Int64(text).map { .number($0) } ?? .text(text)
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "si", "sí", "1": return .boolean(true)
      case "false", "no", "0": return .boolean(false)
      default: return .text(text)
      }
    default: return .text(text)
    }
  }

  var description: String {
    steps.map { step in
      switch step {
      case .member(let name): name
      case .position(let number): String(number)
      }
    }.joined(separator: ".")
  }
}
