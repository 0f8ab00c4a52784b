import Terms

/// Lists of values of one type, such as `["CSQU3054383", "TASU1170000"]`. An empty one is left out, so that "none" is said in
/// one way.
enum ListField {
  /// No list takes more, so that a list alone never fills a body.
  static let countMax = 1000

  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ element: FieldType, _ limit: Int, _ field: Field,
    in context: borrowing FieldContext, to out: inout [UInt8]
  ) throws(Refusal) {
    let count = try write(node, of: document, limit, field, ("values", "write it in brackets: [\"...\"]"), to: &out) {
      (child, place, out) throws(Refusal) in
      do throws(Refusal) { try field.write(child, as: element, of: document, in: context, to: &out) } catch {
        throw error.at(place, of: field)
      }
    }
    guard count > 0 else { throw field.refusal("an empty list", "leave the member out") }
  }

  /// Writes a list, each value by `value`, which is given its node and its place from 1; gives how many there were.
  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ limit: Int, _ field: Field,
    _ words: (many: StaticString, advice: String), to out: inout [UInt8],
    value: (Int, Int, inout [UInt8]) throws(Refusal) -> Void
  ) throws(Refusal) -> Int {
    guard document.kind(node) == .list else {
      throw field.refusal("a list is expected, not \(document.kind(node).words)", words.advice)
    }
    out.append(0x5B)
    var child = document.firstChild(node)
    let end = document.end(node)
    var count = 0
    while child < end {
      if count > 0 { out.append(0x2C) }
      count += 1
      guard count <= limit else { throw field.refusal("more than \(limit) \(words.many)", "write fewer") }
      try value(child, count, &out)
      child = document.end(child)
    }
    out.append(0x5D)
    return count
  }

  static func appendKeys(
    _ node: Int, of document: borrowing JSONDocument, _ element: FieldType, _ field: Field, to keys: inout [SearchKey]
  ) {
    var child = document.firstChild(node)
    let end = document.end(node)
    while child < end {
      field.appendKeys(child, as: element, of: document, to: &keys)
      child = document.end(child)
    }
  }
}

extension Refusal {
  /// The same about the value at a place, from 1, of a field that is a list: `lines[2].net_kg`.
  func at(_ place: Int, of list: Field) -> Refusal {
    guard fieldIsKnown, field.hasPrefix(list.name) else { return self }
    return Refusal(
      field: "\(list.name)[\(place)]\(field.dropFirst(list.name.count))", found: found, problem: problem,
      whatToDo: whatToDo)
  }
}
