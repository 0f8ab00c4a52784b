/// Members of the objects that some fields are.
enum Members {
  /// - Throws: `Refusal` when the value is no object or has members other than these.
  static func refuseOthers(
    _ node: Int, of document: borrowing JSONDocument, than names: [StaticString], _ field: Field
  ) throws(Refusal) {
    guard document.kind(node) == .object else {
      throw field.refusal(
        "an object is expected, not \(document.kind(node).words)", "write an object with \(list(names))")
    }
    var child = document.firstChild(node)
    let end = document.end(node)
    // By alphabet, as in bodies, each is found where the one before it was passed.
    var next = names.startIndex
    while child < end {
      if let place = names[next...].firstIndex(where: { document.isKey(child, $0) }) {
        next = place + 1
      } else if !names[..<next].contains(where: { document.isKey(child, $0) }) {
        throw field.refusal(
          "a member that is not known", "write only \(list(names))",
          found: String(decoding: document.key(child), as: UTF8.self))
      }
      child = document.end(child)
    }
  }

  /// - Throws: `Refusal` when the member is missing or not a text.
  static func text(
    _ node: Int, _ name: StaticString, of document: borrowing JSONDocument, _ field: Field
  ) throws(Refusal) -> ArraySlice<UInt8> {
    try field.text(try member(node, name, of: document, field), of: document)
  }

  /// - Throws: `Refusal` when the member is missing.
  static func member(
    _ node: Int, _ name: StaticString, of document: borrowing JSONDocument, _ field: Field
  ) throws(Refusal) -> Int {
    guard let child = document.member(node, name) else {
      throw field.refusal("the member \(name) is missing", "add it")
    }
    return child
  }

  private static func list(_ names: [StaticString]) -> String { names.map { "\($0)" }.joined(separator: ", ") }
}
