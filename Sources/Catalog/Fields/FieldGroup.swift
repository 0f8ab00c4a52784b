import Terms

/// Fields that belong together: one object, such as a means of transport, or a list of objects, such as a declaration's lines.
/// One level deep: a group holds no group.
public struct FieldGroup: Hashable, Sendable {
  /// The fields in the order of the file, each named with the group: `lines.net_kg`.
  public let fields: [Field]
  /// How many objects there may be; nil when the group is one object and no list.
  public let limit: Int?

  /// By alphabet, as bodies have them, and their names for looking up.
  let sorted: [Field]
  let names: FieldNames

  /// No list of groups takes more; the body's 64 KiB are the nearer limit.
  static let countMax = 500

  init(fields: [Field], limit: Int?) {
    let alphabetical = fields.sorted { $0.nameBytes.lexicographicallyPrecedes($1.nameBytes) }
    // Conditions within a group name its own fields, and name them without it.
    func index(_ name: String) -> Int? { alphabetical.firstIndex { $0.nameBytes.elementsEqual(name.utf8) } }
    var numbers = ConditionNumbers()
    self.fields = fields.map { $0.bound(to: index, &numbers) }
    sorted = alphabetical.map { $0.bound(to: index, &numbers) }
    names = FieldNames(sorted.map(\.nameBytes))
    self.limit = limit
  }

  /// The objects of a value, each with the places of its fields.
  /// - Throws: `Refusal` when it is of another shape, or has members that are no fields.
  func items(_ node: Int, of document: borrowing JSONDocument, _ field: Field) throws(Refusal) -> [Draft] {
    guard let limit else { return [try item(node, of: document, field)] }
    guard document.kind(node) == .list else {
      throw field.refusal(
        "a list of objects is expected, not \(document.kind(node).words)", "write [{...}, {...}], also for one")
    }
    var items: [Draft] = []
    var child = document.firstChild(node)
    let end = document.end(node)
    while child < end {
      guard items.count < limit else { throw field.refusal("more than \(limit) of them", "write fewer") }
      do throws(Refusal) { items.append(try item(child, of: document, field)) } catch {
        throw error.at(items.count + 1, of: field)
      }
      child = document.end(child)
    }
    guard !items.isEmpty else { throw field.refusal("an empty list", "leave the member out") }
    return items
  }

  private func item(_ node: Int, of document: borrowing JSONDocument, _ field: Field) throws(Refusal) -> Draft {
    guard document.kind(node) == .object else {
      throw field.refusal("an object is expected, not \(document.kind(node).words)", "write {\"...\": ...}")
    }
    var item = Draft(copy document, fieldCount: sorted.count)
    var child = document.firstChild(node)
    let end = document.end(node)
    while child < end {
      guard let index = names.index(ofKey: child, in: document) else { throw unknown(document.key(child), field) }
      item.slots[index] = child
      child = document.end(child)
    }
    return item
  }

  private func unknown(_ key: ArraySlice<UInt8>, _ field: Field) -> Refusal {
    let known = sorted.map { String(decoding: $0.nameBytes, as: UTF8.self) }
    let name = String(decoding: key.prefix(Refusal.foundLimit), as: UTF8.self)
    return field.refusal(
      "a member that is not known",
      NearestName.advice(name, in: known, else: "write only \(known.joined(separator: ", "))"),
      found: name)
  }

  /// Which fields must and may stand in each object.
  /// - Parameter agreed: which fields an agreement shares, by alphabet; nil when all may stand.
  func checkPresence(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, agreed: [Bool]? = nil
  ) throws(Refusal) {
    for (place, item) in try items(node, of: document, field).enumerated() {
      do throws(Refusal) { try checkPresence(item, agreed) } catch {
        throw limit == nil ? error : error.at(place + 1, of: field)
      }
    }
  }

  private func checkPresence(_ item: Draft, _ agreed: [Bool]?) throws(Refusal) {
    var verdicts = Verdicts()
    for (index, field) in sorted.enumerated() {
      let isAgreed = agreed?[index] ?? true
      if item.slots[index] >= 0 {
        guard isAgreed else { throw field.refusal("not agreed", "the origin must leave it out") }
        if let agreed {
          try item.checkOnlyWhen(field, among: agreed, &verdicts)
        } else {
          try item.checkOnlyWhen(field, &verdicts)
        }
      } else if isAgreed, let advice = item.demand(for: field, &verdicts) {
        throw field.refusal("missing", advice)
      }
    }
  }

  /// Appends the canonical form of a value.
  func write(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, in context: borrowing FieldContext,
    to out: inout [UInt8]
  ) throws(Refusal) {
    let items = try items(node, of: document, field)
    if limit != nil { out.append(0x5B) }
    for (place, item) in items.enumerated() {
      if place > 0 { out.append(0x2C) }
      do throws(Refusal) { try item.write(sorted, in: context, to: &out) } catch {
        throw limit == nil ? error : error.at(place + 1, of: field)
      }
    }
    if limit != nil { out.append(0x5D) }
  }

  /// Appends a checked value with only these fields, by alphabet, in each object.
  func project(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, onto wanted: [Bool], to out: inout [UInt8]
  ) {
    guard let items = try? items(node, of: document, field) else { return out.append("null") }
    if limit != nil { out.append(0x5B) }
    for (place, item) in items.enumerated() {
      if place > 0 { out.append(0x2C) }
      out.append(0x7B)
      var isFirst = true
      for index in sorted.indices where wanted[index] {
        guard let value = item.node(index) else { continue }
        if !isFirst { out.append(0x2C) }
        isFirst = false
        out.append(contentsOf: sorted[index].member)
        out.append(contentsOf: document.raw(value))
      }
      out.append(0x7D)
    }
    if limit != nil { out.append(0x5D) }
  }

  /// Appends the search keys of a checked value.
  func appendKeys(_ node: Int, of document: borrowing JSONDocument, _ field: Field, to keys: inout [SearchKey]) {
    guard let items = try? items(node, of: document, field) else { return }
    for item in items {
      for index in sorted.indices where sorted[index].isSearchable {
        if let value = item.node(index) { sorted[index].appendKeys(value, of: document, to: &keys) }
      }
    }
  }

  /// Groups are the same when their fields are the same objects: definitions are compared by their files.
  public static func == (a: Self, b: Self) -> Bool {
    a.limit == b.limit && a.fields.elementsEqual(b.fields) { $0 === $1 }
  }

  /// Feeds the fields' names to a hasher.
  public func hash(into hasher: inout Hasher) { for field in fields { hasher.combine(field.name) } }
}
