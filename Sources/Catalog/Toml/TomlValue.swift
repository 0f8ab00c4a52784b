import CToml

/// A value of a TOML document and where it stands.
struct TomlValue {
  enum Content {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    case list([TomlValue])
    case table([TomlMember])
    /// Floats, dates and times: nothing here uses them.
    case other
  }

  var content: Content
  var offset: Int

  /// In words, for a person.
  var words: String {
    switch content {
    case .text: "a text"
    case .integer: "a number"
    case .boolean: "true or false"
    case .list: "a list"
    case .table: "a table"
    case .other: "a value of another kind"
    }
  }

  /// The top-level table of a source; nil, and the fault noted, when it is not TOML.
  static func read(_ source: TomlSource) -> TomlValue? {
    if let offset = UTF8Reader.firstFault(in: source.bytes) {
      source.report(offset, "not UTF-8", "save the file as UTF-8 text; an editor offers it as the file's encoding")
      return nil
    }
    var fault = istmo_toml_fault()
    guard let document = istmo_toml_parse(source.bytes, source.bytes.count, &fault) else {
      let said = withUnsafeBytes(of: fault.problem) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let words = TomlFault(said, at: fault.offset, in: source.bytes)
      source.report(words.offset, "not TOML: \(words.problem)", words.whatToDo)
      return nil
    }
    defer { istmo_toml_free(document) }
    guard let root = istmo_toml_root(document) else { return nil }
    return TomlWalk(document: document, source: source).value(root)
  }
}

/// A member of a table.
struct TomlMember {
  var key: String
  var keyOffset: Int
  var value: TomlValue
}

/// Copies a parsed document into Swift values. Nesting is bounded by the parser.
private struct TomlWalk {
  let document: OpaquePointer
  let source: TomlSource

  func value(_ node: OpaquePointer) -> TomlValue {
    let offset = Int(clamping: istmo_toml_offset(document, node))
    let content: TomlValue.Content
    switch istmo_toml_kind_of(node) {
    case Int32(ISTMO_TOML_TEXT.rawValue):
      var count = 0
      let start = istmo_toml_text(node, &count)
      content = .text(
        String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self))
    case Int32(ISTMO_TOML_INTEGER.rawValue): content = .integer(istmo_toml_integer(node))
    case Int32(ISTMO_TOML_BOOLEAN.rawValue): content = .boolean(istmo_toml_integer(node) != 0)
    case Int32(ISTMO_TOML_ARRAY.rawValue):
      content = .list(
        (0..<Int(clamping: istmo_toml_count(node))).compactMap { istmo_toml_element(node, $0).map(value) })
    case Int32(ISTMO_TOML_TABLE.rawValue): content = .table(members(node))
    default: content = .other
    }
    return TomlValue(content: content, offset: offset)
  }

  /// The members in the order of the file, which the parser does not keep.
  private func members(_ node: OpaquePointer) -> [TomlMember] {
    var pairs = Pairs()
    withUnsafeMutablePointer(to: &pairs) { pairs in
      istmo_toml_members(node, pairs) { context, key, count, value in
        guard let context, let value else { return }
        let name = String(decoding: UnsafeRawBufferPointer(start: key, count: key == nil ? 0 : count), as: UTF8.self)
        context.assumingMemoryBound(to: Pairs.self).pointee.list.append((name, value))
      }
    }
    return pairs.list.map { key, node in
      let value = value(node)
      return TomlMember(key: key, keyOffset: source.keyOffset(of: key, before: value.offset), value: value)
    }.sorted { ($0.keyOffset, $0.value.offset, $0.key) < ($1.keyOffset, $1.value.offset, $1.key) }
  }

  private struct Pairs {
    var list: [(String, OpaquePointer)] = []
  }
}
