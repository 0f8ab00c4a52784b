/// One field of a dataset, as its definition file describes it. Never changes once made; a class, so that passing it about
/// while records are checked costs nothing.
public final class Field: Sendable {
  /// The name: `a-z`, digits and `_`, as it stands in records; of a field in a group with the group's before it,
  /// `lines.net_kg`.
  public let name: String
  /// What it is called.
  public let title: Translated
  /// What it means and how to fill it.
  public let description: Translated
  /// What a value looks like.
  public let type: FieldType
  /// Whether every record has it.
  public let isRequired: Bool
  /// It is required when one of these holds.
  public let requiredWhen: [Condition]
  /// It may stand only when one of these holds; empty for always.
  public let onlyWhen: [Condition]
  /// Whether it says something of a person.
  public let isPersonal: Bool
  /// Whether it goes into the blind index.
  public let isSearchable: Bool
  /// Whether an agreement's filter may use it.
  public let isFilterable: Bool
  /// Whether an agreement that names no fields shares it.
  public let isShared: Bool

  /// The name as a body has it, without the group's.
  public let ownName: String
  /// The same in bytes, and with quotes and colon.
  let nameBytes: [UInt8]
  let member: [UInt8]
  /// The numbers of `onlyWhen` and `requiredWhen` among its definition's conditions, which many fields share.
  let onlyWhenNumber: Int
  let requiredWhenNumber: Int

  init(
    name: String, title: Translated, description: Translated, type: FieldType, isRequired: Bool = false,
    requiredWhen: [Condition] = [], onlyWhen: [Condition] = [], isPersonal: Bool = false, isSearchable: Bool = false,
    isFilterable: Bool = false, isShared: Bool = true, onlyWhenNumber: Int = 0, requiredWhenNumber: Int = 0
  ) {
    (self.name, self.title, self.description, self.type) = (name, title, description, type)
    (self.isRequired, self.requiredWhen, self.onlyWhen) = (isRequired, requiredWhen, onlyWhen)
    (self.isPersonal, self.isSearchable) = (isPersonal, isSearchable)
    (self.isFilterable, self.isShared) = (isFilterable, isShared)
    (self.onlyWhenNumber, self.requiredWhenNumber) = (onlyWhenNumber, requiredWhenNumber)
    ownName = String(name[(name.utf8.lastIndex(of: 0x2E).map { name.utf8.index(after: $0) } ?? name.startIndex)...])
    nameBytes = Array(ownName.utf8)
    member = Array("\"\(ownName)\":".utf8)
  }

  /// Other fields have certain values: all parts hold.
  public struct Condition: Hashable, Sendable, CustomStringConvertible {
    /// The parts, in alphabetical order of the field.
    public let parts: [Part]

    /// One field has one of some values.
    public struct Part: Hashable, Sendable {
      /// The field.
      public let field: String
      /// The values.
      public let values: [String]
      let valueBytes: [[UInt8]]
      /// Where the field stands in its definition, by alphabet.
      var index = 0

      init(field: String, values: [String]) {
        (self.field, self.values) = (field, values)
        valueBytes = values.map { Array($0.utf8) }
      }

      /// Whether a text is one of the values.
      func isMet(by node: Int, of document: borrowing JSONDocument) -> Bool {
        let values = valueBytes.span
        for place in values.indices where document.isText(node, values[place].span) { return true }
        return false
      }
    }

    /// In words, such as `event is departure and decision is refuse or refer`.
    public var description: String {
      parts.map { "\($0.field) is \($0.values.joined(separator: " or "))" }.joined(separator: " and ")
    }

    /// The same condition bound to places in the definition.
    func bound(to indexOf: (String) -> Int?) -> Condition {
      Condition(
        parts: parts.map { part in
          var part = part
          part.index = indexOf(part.field) ?? 0
          return part
        })
    }
  }

  /// The same field with its conditions bound to places in the definition.
  func bound(to indexOf: (String) -> Int?, _ numbers: inout ConditionNumbers) -> Field {
    let requiredWhen = requiredWhen.map { $0.bound(to: indexOf) }
    let onlyWhen = onlyWhen.map { $0.bound(to: indexOf) }
    return Field(
      name: name, title: title, description: description, type: type, isRequired: isRequired,
      requiredWhen: requiredWhen, onlyWhen: onlyWhen, isPersonal: isPersonal, isSearchable: isSearchable,
      isFilterable: isFilterable, isShared: isShared, onlyWhenNumber: numbers.number(of: onlyWhen),
      requiredWhenNumber: numbers.number(of: requiredWhen))
  }

  /// The fields of a group; nil of any other field.
  public var inner: [Field]? {
    guard case .group(let group) = type else { return nil }
    return group.fields
  }

  /// A refusal about this field.
  func refusal(_ problem: String, _ whatToDo: String, found: String? = nil) -> Refusal {
    Refusal(field: name, found: found, problem: problem, whatToDo: whatToDo)
  }
}
