/// Which fields an agreement shares: of the definition, by alphabet, and of each group among them, by alphabet there. A group
/// is shared when one of its fields is; only fields are named, as `lines.net_kg`, so that what is read aloud is what goes.
struct FieldChoice {
  var top: [Bool]
  /// By the group's place; empty for what is no group.
  var inner: [[Bool]]
  /// The rules that a recipient can ask again.
  var rules: [Int] = []
}

extension Definition {
  /// The choice that these names make. Names of no field make none. Those asked for of late are kept: a stream asks for the
  /// same with every record.
  func choice(of fields: [String]) -> FieldChoice {
    let known = choices.withLock { choices in choices.first { $0.fields == fields }?.choice }
    if let known { return known }
    let choice = makeChoice(of: fields)
    choices.withLock { choices in
      if choices.count >= Self.mostChoices { choices.removeFirst() }
      choices.append((fields, choice))
    }
    return choice
  }

  /// Streams of one dataset at a node: a neighbour's fields each way, and some to spare.
  private static let mostChoices = 16

  private func makeChoice(of fields: [String]) -> FieldChoice {
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
    choice.rules = rules.indices.filter { rules[$0].canBeAsked(among: choice) }
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
