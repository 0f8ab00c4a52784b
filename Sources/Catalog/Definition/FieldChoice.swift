/// Which fields an agreement shares: of the definition, by alphabet, and of each group among them, by alphabet there. A group
/// is shared when one of its fields is; only fields are named, as `lines.net_kg`, so that what is read aloud is what goes.
struct FieldChoice {
  var top: [Bool]
  /// By the group's place; empty for what is no group.
  var inner: [[Bool]]
}

/// What an agreement's fields mean for who goes through a record: a class, and numbers in place of fields, so that looking at each field of a
/// definition touches no object that other threads look at too.
final class SharedFields: Sendable {
  let choice: FieldChoice
  /// By the field's place.
  let standings: [Standing]
  /// The rules that a recipient can ask again.
  let rules: [Int]

  /// What a recipient asks of a field.
  struct Standing {
    let isShared: Bool
    let isGroup: Bool
    let isRequired: Bool
    /// The number of the conditions of which one must hold where it stands; nil where it may always, or where a condition is on fields that
    /// are not shared, which a recipient cannot judge.
    let onlyWhen: Int?
    /// The number of those of which one makes it required; nil when none does.
    let requiredWhen: Int?
  }

  fileprivate init(_ choice: FieldChoice, of definition: Definition) {
    self.choice = choice
    standings = definition.sorted.indices.map { index in
      let field = definition.sorted[index]
      return Standing(
        isShared: choice.top[index], isGroup: field.inner != nil, isRequired: field.isRequired,
        onlyWhen: field.onlyWhen.isEmpty || !field.canBeJudged(among: choice.top) ? nil : field.onlyWhenNumber,
        requiredWhen: field.requiredWhen.isEmpty ? nil : field.requiredWhenNumber)
    }
    rules = definition.rules.indices.filter { definition.rules[$0].canBeAsked(among: choice) }
  }
}

extension Definition {
  /// The choice that these names make. Names of no field make none. Those asked for of late are kept: a stream asks for the
  /// same with every record.
  func shared(_ fields: [String]) -> SharedFields {
    let known = choices.withLock { choices in choices.first { $0.fields == fields }?.shared }
    if let known { return known }
    let shared = SharedFields(choice(of: fields), of: self)
    choices.withLock { choices in
      if choices.count >= Self.mostChoices { choices.removeFirst() }
      choices.append((fields, shared))
    }
    return shared
  }

  /// Streams of one dataset at a node: a neighbour's fields each way, and some to spare.
  private static let mostChoices = 16

  private func choice(of fields: [String]) -> FieldChoice {
    var choice = FieldChoice(
      top: [Bool](repeating: false, count: sorted.count), inner: [[Bool]](repeating: [], count: sorted.count))
    // Agreements name fields by alphabet: each is looked for from behind the one before.
    var next = 0
    for name in fields {
      for step in named.indices {
        let at = (next + step) % named.count
        guard named[at].name == name else { continue }
        choice.add(named[at].place, of: named[at].siblings)
        next = at + 1
        break
      }
    }
    return choice
  }

  /// Every field that holds a value, with its place, by alphabet of the names that agreements use.
  static func named(_ sorted: [Field]) -> [NamedPlace] {
    var named: [NamedPlace] = []
    for (top, field) in sorted.enumerated() {
      guard case .group(let group) = field.type else {
        named.append(NamedPlace(name: field.name, place: FieldPlace(top: top), siblings: 0))
        continue
      }
      for (inner, field) in group.sorted.enumerated() {
        named.append(
          NamedPlace(name: field.name, place: FieldPlace(top: top, inner: inner), siblings: group.sorted.count))
      }
    }
    return named.sorted { $0.name < $1.name }
  }

  /// Where the field of a name stands: `net_kg`, or `lines.net_kg` in a group.
  func place(of name: String) -> FieldPlace? {
    let bytes = Array(name.utf8)
    guard let dot = bytes.firstIndex(of: 0x2E) else { return names.index(of: bytes).map { FieldPlace(top: $0) } }
    guard let top = names.index(of: bytes[..<dot]), let group = group(top),
      let inner = group.names.index(of: bytes[(dot + 1)...])
    else { return nil }
    return FieldPlace(top: top, inner: inner)
  }

  func group(_ top: Int) -> FieldGroup? {
    guard case .group(let group) = sorted[top].type else { return nil }
    return group
  }
}

/// Where a field stands: its place in the definition, and in a group its place there.
struct FieldPlace: Hashable, Sendable {
  let top: Int
  var inner: Int?
}

/// A field by the name that agreements use, and of how many in its group.
struct NamedPlace: Sendable {
  let name: String
  let place: FieldPlace
  let siblings: Int
}

extension FieldChoice {
  fileprivate mutating func add(_ place: FieldPlace, of siblings: Int) {
    top[place.top] = true
    guard let index = place.inner else { return }
    if inner[place.top].isEmpty { inner[place.top] = [Bool](repeating: false, count: siblings) }
    inner[place.top][index] = true
  }

  /// Whether a field is shared.
  func includes(_ place: FieldPlace) -> Bool {
    guard let inner = place.inner else { return top[place.top] }
    return self.inner[place.top].indices.contains(inner) && self.inner[place.top][inner]
  }
}
