/// A record while it is being checked: its document, and for each field of the definition (by alphabet) the node that holds
/// it, or -1.
struct Draft {
  var document: JSONDocument
  var slots: [Int]
  /// The machine-readable zone, once a rule has read it.
  var zone: MRZ?

  init(_ document: JSONDocument, slots: [Int]) { (self.document, self.slots) = (document, slots) }

  init(_ document: JSONDocument, fieldCount: Int) {
    self.init(document, slots: Self.noSlots(fieldCount))
  }

  /// Places of fields none of which stands anywhere. Appended one by one: the initializer that repeats looks the array's type up.
  static func noSlots(_ count: Int) -> [Int] {
    var slots: [Int] = []
    slots.reserveCapacity(count)
    for _ in 0..<count { slots.append(-1) }
    return slots
  }

  /// The node of a field, or nil when it is absent.
  func node(_ field: Int) -> Int? {
    guard slots.indices.contains(field), slots[field] >= 0 else { return nil }
    return slots[field]
  }

  /// The text of a field, or nil when it is absent or no text.
  func text(_ field: Int) -> ArraySlice<UInt8>? {
    guard let node = node(field), document.kind(node) == .text else { return nil }
    return document.text(node)
  }

  func string(_ field: Int) -> String? { text(field).map { String(decoding: $0, as: UTF8.self) } }

  /// Whether a condition holds. A part about a field that is absent holds only if `whereAbsent` says so.
  func meets(_ condition: Field.Condition, whereAbsent: Bool = false) -> Bool {
    // By span: each part, and each of its values, would be retained for a look at it.
    let parts = condition.parts.span
    for place in parts.indices {
      guard let node = node(parts[place].index), document.kind(node) == .text else {
        if whereAbsent { continue }
        return false
      }
      guard parts[place].isMet(by: node, of: document) else { return false }
    }
    return true
  }
}
