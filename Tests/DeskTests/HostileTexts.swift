import Catalog
import Sodium
import Terms
import Testing

@testable import Desk
@testable import Node

/// Texts that try to become markup, and records that hold them wherever they can.
struct HostileTexts {
  /// Stands in every one, whatever its length.
  static let mark = "istmo-x"
  /// From long to short, as fields are.
  static let texts = [
    #""'></title></textarea></select><istmo-x onistmo=1><script>istmo()</script>&amp;&#60;"#,
    #""'><istmo-x onistmo=1 style=x>&lt;<!--"#, #"'"><istmo-x a>&"#, "<istmo-x>&\"'", "<istmo-x>",
  ]

  /// The longest that a field takes.
  static func fitting(_ length: ClosedRange<Int>) -> String? {
    texts.first { length.contains($0.unicodeScalars.count) }
  }

  /// A record of a dataset with a hostile text in every text that takes one.
  struct Record {
    let dataset: String
    let id: RecordID
    /// What it holds.
    let texts: Set<String>
    /// What it can be searched by.
    let keys: [String]
    /// How many fields hold one.
    let fields: Int
  }

  private let desk: TestDesk

  init(_ desk: TestDesk) { self.desk = desk }

  /// Publishes a line after one text after the other was replaced, as far as the dataset's checks take it.
  func publish(_ line: String, of dataset: String) throws -> Record {
    let definition = try #require(desk.node.registry.topology.definition(named: dataset))
    var value = try JSONValue(parsing: Array(line.utf8))
    var (texts, fields): (Set<String>, Int) = ([], 0)
    for field in definition.leaves {
      guard var hostile = text(for: field.type.element) else { continue }
      // No two records have the same reference.
      if field.name == "reference" { hostile = "\(Self.texts[2])-\(SystemEntropy().bytes(4).hex)" }
      let changed = replace(field.name.split(separator: ".").map(String.init), in: value, field.type, by: hostile)
      guard changed != value, isTaken(changed, definition) else { continue }
      value = changed
      texts.insert(hostile)
      fields += 1
    }
    // The reference stands on no page.
    texts = texts.filter { !$0.hasPrefix(Self.texts[2] + "-") }
    return Record(
      dataset: dataset, id: try desk.publish(value.json, of: dataset), texts: texts, keys: keys(value, definition),
      fields: fields)
  }

  /// What somebody could type to find a record.
  private func keys(_ value: JSONValue, _ definition: Definition) -> [String] {
    func texts(_ path: ArraySlice<Substring>, _ value: JSONValue?) -> [String] {
      switch value {
      case .text(let text): [text]
      case .list(let items): items.flatMap { texts(path, $0) }
      case .object:
        path.first.map { texts(path.dropFirst(), value?[String($0)]) }
          ?? ["number", "text"].compactMap { value?[$0]?.string }
      default: []
      }
    }
    return definition.leaves.filter { $0.isSearchable && $0.name != definition.refersField }.flatMap {
      texts($0.name.split(separator: ".")[...], value)
    }
  }

  private func isTaken(_ value: JSONValue, _ definition: Definition) -> Bool {
    let line = Array(value.json.utf8)
    return
      (try? desk.node.registry.draft(line, of: definition, from: desk.node.country, now: desk.clock.now())) != nil
  }

  private func text(for type: FieldType) -> String? {
    switch type {
    case .text(let limits): limits.isName ? nil : Self.fitting(limits.length)
    case .plate: "<istmo-x>&1"
    default: nil
    }
  }

  /// The value with the text in place of a field, or of the text of a plate; fields of groups are those of each object.
  private func replace(_ path: [String], in value: JSONValue, _ type: FieldType, by text: String) -> JSONValue {
    guard let name = path.first else {
      if case .list(let of, _) = type { return .list([replace([], in: .null, of, by: text)]) }
      if case .plate = type {
        return .object([.init(name: "country", value: "SV"), .init(name: "text", value: .text(text))])
      }
      return .text(text)
    }
    switch value {
    case .list(let items): return .list(items.map { replace(path, in: $0, type, by: text) })
    case .object(let members):
      let rest = Array(path.dropFirst())
      // What is missing is added, save a group, of which other fields may be needed.
      if rest.isEmpty, !members.contains(where: { $0.name == name }) {
        return .object(members + [.init(name: name, value: replace([], in: .null, type, by: text))])
      }
      return .object(
        members.map { $0.name == name ? .init(name: name, value: replace(rest, in: $0.value, type, by: text)) : $0 })
    default: return value
    }
  }
}
