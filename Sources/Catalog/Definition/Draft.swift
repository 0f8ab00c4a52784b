/// A record while it is being checked: its document, and for each field of the definition (by alphabet) the node that holds
/// it, or -1.
struct Draft {
  var document: JSONDocument
  var slots: [Int]
  /// The machine-readable zone, once a rule has read it.
  var zone: MRZ?

  init(_ document: JSONDocument, slots: [Int]) { (self.document, self.slots) = (document, slots) }

  init(_ document: JSONDocument, fieldCount: Int) {
    self.init(document, slots: [Int](repeating: -1, count: fieldCount))
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
    condition.parts.allSatisfy { part in
      guard let text = text(part.index) else { return whereAbsent }
      return part.valueBytes.contains { $0.count == text.count && $0.elementsEqual(text) }
    }
  }
}
