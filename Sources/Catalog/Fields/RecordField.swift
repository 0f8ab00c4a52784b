import Terms

/// Ids of records: UUID version 7 in lower case (RFC 9562 section 4).
enum RecordField {
  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    let id = try read(text, field)
    out.append(0x22)
    id.append(to: &out)
    out.append(0x22)
  }

  static func read(_ text: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> RecordID {
    do throws(TermError) { return try RecordID(String(decoding: text.prefix(40), as: UTF8.self)) } catch {
      throw field.refusal("not a record id", "write \(error.expected)", found: String(decoding: text, as: UTF8.self))
    }
  }

  static func key(typed: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] {
    Array(try read(typed, field).description.utf8)
  }
}

/// Lists of ids of records.
enum RecordsField {
  /// No list takes more, so that a list alone never fills a body.
  static let countMax = 1000

  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ limit: Int, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    guard document.kind(node) == .list else {
      throw field.refusal("a list is expected, not \(document.kind(node).words)", "write [\"id\", \"id\"]")
    }
    out.append(0x5B)
    var child = document.firstChild(node)
    let end = document.end(node)
    var count = 0
    while child < end {
      if count > 0 { out.append(0x2C) }
      count += 1
      guard count <= limit else { throw field.refusal("more than \(limit) ids", "write fewer") }
      try RecordField.write(try field.text(child, of: document), field, to: &out)
      child = document.end(child)
    }
    out.append(0x5D)
  }

  static func appendKeys(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to keys: inout [SearchKey]
  ) {
    var child = document.firstChild(node)
    let end = document.end(node)
    while child < end {
      keys.append(SearchKey(field: field.name, value: Array(document.text(child))))
      child = document.end(child)
    }
  }
}
