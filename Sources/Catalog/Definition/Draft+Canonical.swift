// The canonical form of fields (RFC 8785, with NFC): writing it, and knowing it without writing.
extension Draft {
  /// Whether the first so many bytes of the document are what `write` would append: in one object these fields' values, each as it
  /// is kept, and nothing between them. Names and values are where the scanner found them, so that places say it.
  func isWritten(_ fields: [Field], byteCount: Int, in context: borrowing FieldContext) throws(Refusal) -> Bool {
    var isWritten = true
    var end = 0
    var scratch: [UInt8] = []
    let fields = fields.span
    for index in fields.indices {
      guard let node = node(index) else { continue }
      // {"name":value,"name":value}
      let (key, raw) = (document.nodes[node].key, document.nodes[node].raw)
      isWritten = isWritten && key.lowerBound == end + 2 && raw.lowerBound == key.upperBound + 2
      end = raw.upperBound
      if try !fields[index].isWritten(node, of: document, in: context, &scratch) { isWritten = false }
    }
    return isWritten && byteCount == max(end, 1) + 1
  }

  /// Appends the canonical object of these fields, which are the draft's, by alphabet.
  func write(_ fields: [Field], in context: borrowing FieldContext, to out: inout [UInt8]) throws(Refusal) {
    out.append(0x7B)
    var isFirst = true
    for index in fields.indices {
      guard let node = node(index) else { continue }
      if !isFirst { out.append(0x2C) }
      isFirst = false
      out.append(contentsOf: fields[index].member)
      try fields[index].write(node, of: document, in: context, to: &out)
    }
    out.append(0x7D)
  }
}
