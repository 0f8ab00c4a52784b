import Catalog

/// What a form for a dataset's records asks, made from its definition and what was typed so far: the fields in the order of the
/// definition, those left out that have no place beside what was chosen.
public struct FormLayout: Sendable {
  /// The fields to be chosen first, such as the event: while one of them is open, nothing else is asked.
  public let first: [Block]
  /// The fields that follow; empty while a first one is open.
  public let rest: [Block]

  /// One value that is asked.
  public struct Entry: Sendable {
    /// Its place in the record, the name of its input.
    public let place: String
    /// What it is called.
    public let title: Translated
    /// What it means; nil of a part of a document, a plate or a company, whose field says it.
    public let description: Translated?
    /// What it looks like.
    public let type: FieldType
    /// Whether it must be filled in, as far as what was typed tells.
    public let isCompulsory: Bool
  }

  /// A field with its entries.
  public struct Block: Sendable {
    /// The field.
    public let field: Field
    /// Whether it must be filled in, as far as what was typed tells.
    public let isCompulsory: Bool
    /// How it is asked.
    public let shape: Shape
  }

  /// How a field is asked.
  public enum Shape: Sendable {
    /// One value.
    case one(Entry)
    /// The parts of one object.
    case parts([Entry])
    /// The rows of a list, each with its entries; whether there may be more.
    case rows([[Entry]], mayGrow: Bool)
  }

  /// The layout for a dataset. `asked` names the only fields that are asked, in their order; nil for all but those of `leavingOut`.
  public init(
    _ definition: Definition, _ values: FormValues, asked: [String]? = nil, leavingOut: Set<String> = ["reference"]
  ) {
    let conditions = Conditions(definition, values)
    let fields =
      asked.map { names in names.compactMap { definition.field($0) } }
      ?? definition.fields.filter { !leavingOut.contains($0.name) }
    let steering = asked == nil ? fields.filter { conditions.isSteering($0) && $0.isRequired } : []
    func block(_ field: Field) -> Block {
      Block(
        field: field, isCompulsory: conditions.mustStand(field),
        shape: Self.shape(field, values, isCompulsory: conditions.mustStand(field)))
    }
    first = steering.map(block)
    let isOpen = steering.contains { values[$0.name].isEmpty }
    let names = Set(steering.map(\.name))
    rest = isOpen ? [] : fields.filter { !names.contains($0.name) && conditions.mayStand($0) }.map(block)
  }

  /// The same with every field compulsory.
  public var allCompulsory: FormLayout {
    func all(_ blocks: [Block]) -> [Block] {
      blocks.map { block in
        guard case .one(let entry) = block.shape else {
          return Block(field: block.field, isCompulsory: true, shape: block.shape)
        }
        let asked = Entry(
          place: entry.place, title: entry.title, description: entry.description, type: entry.type, isCompulsory: true)
        return Block(field: block.field, isCompulsory: true, shape: .one(asked))
      }
    }
    return FormLayout(first: all(first), rest: all(rest))
  }

  private init(first: [Block], rest: [Block]) { (self.first, self.rest) = (first, rest) }

  /// All blocks.
  public var blocks: [Block] { first + rest }

  /// Every place that is asked, and those of the fields that hold them, in the order of the form.
  public var places: [String] {
    blocks.flatMap { block in
      switch block.shape {
      case .one(let entry): [block.field.name, entry.place]
      case .parts(let entries): [block.field.name] + entries.map(\.place)
      case .rows(let rows, _): [block.field.name] + rows.joined().map(\.place)
      }
    }
  }

  private static func shape(_ field: Field, _ values: FormValues, isCompulsory: Bool) -> Shape {
    guard let limit = field.rowLimit else {
      let entries = entries(field, field.type, at: field.name, values, isCompulsory)
      return entries.count == 1 && field.type.members == nil && field.inner == nil
        ? .one(entries[0]) : .parts(entries)
    }
    let count = min(max(values.rows(of: field.name), 1), limit)
    let rows = (1...count).map { row in
      entries(field, field.rowType, at: "\(field.name).\(row)", values, isCompulsory && row == 1)
    }
    return .rows(rows, mayGrow: count < limit)
  }

  /// The entries of one value.
  private static func entries(
    _ field: Field, _ type: FieldType, at place: String, _ values: FormValues, _ isCompulsory: Bool
  ) -> [Entry] {
    if case .group = type, let inner = field.inner {
      let conditions = Conditions(inner, values, within: place)
      // Of an object that need not stand, nothing must stand before something does.
      let counts = isCompulsory || values.hasText(at: place)
      return inner.filter { conditions.mayStand($0) }.flatMap { field in
        self.entries(
          field, field.type, at: "\(place).\(field.ownName)", values, counts && conditions.mustStand(field))
      }
    }
    if let members = type.members {
      return members.sorted { Part.order($0) < Part.order($1) }.map { member in
        let mustStand = member != "expiry" && !(type == .plate(isChecked: false) && member == "country")
        return Entry(
          place: "\(place).\(member)", title: field.ownName == field.name ? Part.title(member) : field.joined(member),
          description: nil, type: Part.type(member),
          isCompulsory: mustStand && (isCompulsory || values.hasText(at: place)))
      }
    }
    return [
      Entry(
        place: place, title: field.title, description: field.description, type: type, isCompulsory: isCompulsory)
    ]
  }
}

extension Field {
  /// What one row of a list holds.
  fileprivate var rowType: FieldType {
    if case .records = type { return .record }
    return type.element
  }

  /// The title of a part where several fields stand side by side: `Tax number: country`.
  fileprivate func joined(_ member: String) -> Translated {
    let part = Part.title(member)
    return Translated(es: "\(title.es): \(part.es.lowercased())", en: "\(title.en): \(part.en.lowercased())")
  }
}
