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

/// Lists of ids of records; an empty one may stand.
enum RecordsField {
  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ limit: Int, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    _ = try ListField.write(node, of: document, limit, field, ("ids", "write [\"id\", \"id\"]"), to: &out) {
      (child, _, out) throws(Refusal) in
      try RecordField.write(try field.text(child, of: document), field, to: &out)
    }
  }
}
