/// A JSON text as spans into its bytes: one flat list of nodes, no copies save for texts with escapes or texts not in NFC,
/// whose decoded form stands after the source bytes.
struct JSONDocument {
  /// The source, then decoded texts.
  var bytes: [UInt8]
  /// Nodes in the order of the source; node 0 is the whole.
  var nodes: [JSONNode] = []

  /// The most members of one object: more than any record has, so that looking for duplicates stays cheap.
  static let membersMax = 128
  /// The deepest nesting.
  static let depthMax = 8
  /// The longest line or body (design: a body is at most 64 KiB).
  static let byteLimit = 65_536
  /// No longer text is read by any caller: nodes count places in 32 bits.
  static let byteCountMax = 1 << 30

  /// The kind of a node.
  func kind(_ node: Int) -> JSONKind { nodes.indices.contains(node) ? nodes[node].kind : .null }

  /// The bytes of a text (decoded, NFC), a number or a word.
  func text(_ node: Int) -> ArraySlice<UInt8> { bytes[place(of: node)] }

  /// Where they stand.
  func place(of node: Int) -> Range<Int> { nodes.indices.contains(node) ? nodes[node].text : 0..<0 }

  /// The bytes of a member's name.
  func key(_ node: Int) -> ArraySlice<UInt8> {
    guard nodes.indices.contains(node) else { return [] }
    return bytes[nodes[node].key]
  }

  /// Where a member stands in the source, from the quote before its name to the end of its value.
  func member(_ node: Int) -> Range<Int> {
    guard nodes.indices.contains(node) else { return 0..<0 }
    let (start, end) = (nodes[node].key.lowerBound - 1, nodes[node].raw.upperBound)
    return start >= 0 && start < end ? start..<end : 0..<0
  }

  /// A member's value as the source has it, quotes and brackets included; empty for what stands in no source.
  func raw(_ node: Int) -> ArraySlice<UInt8> {
    guard nodes.indices.contains(node) else { return [] }
    return bytes[nodes[node].raw]
  }

  /// Whether a value stands in the source as these bytes.
  func isRaw(_ node: Int, _ written: [UInt8]) -> Bool {
    guard nodes.indices.contains(node) else { return false }
    return written.span.isEqual(to: bytes.span.extracting(nodes[node].raw))
  }

  /// Whether a value is a text that stands in the source as it is kept: in NFC, and nothing in it had to be decoded.
  func isAsItStands(_ node: Int) -> Bool { nodes.indices.contains(node) && nodes[node].isAsItStands }

  /// Appends a text with the fewest escapes: as the source has it where none of it had to be decoded.
  func appendText(_ node: Int, to out: inout [UInt8]) {
    guard nodes.indices.contains(node) else { return }
    if nodes[node].isAsItStands {
      out.append(contentsOf: bytes[nodes[node].raw])
    } else {
      out.appendJSONText(bytes[nodes[node].text])
    }
  }

  /// A text as a `String`; for a number or a word its spelling; for an object or a list what it is.
  func string(_ node: Int) -> String {
    switch kind(node) {
    case .object: "an object"
    case .list: "a list"
    default: String(decoding: text(node), as: UTF8.self)
    }
  }

  /// The first child of an object or list; equal to `end(node)` when there is none.
  func firstChild(_ node: Int) -> Int { node + 1 }

  /// The node after all of a node's children, which is the next sibling if there is one.
  func end(_ node: Int) -> Int { nodes.indices.contains(node) ? nodes[node].end(of: node) : node + 1 }

  /// The member of an object with this name.
  func member(_ node: Int, _ name: StaticString) -> Int? {
    guard kind(node) == .object else { return nil }
    var child = firstChild(node)
    let end = end(node)
    while child < end {
      if isKey(child, name) { return child }
      child = self.end(child)
    }
    return nil
  }

  /// Whether a member has this name.
  func isKey(_ node: Int, _ name: StaticString) -> Bool {
    guard nodes.indices.contains(node) else { return false }
    return name.isEqual(to: bytes.span.extracting(nodes[node].key))
  }

  /// Whether a text is this one.
  func isText(_ node: Int, _ text: Span<UInt8>) -> Bool {
    text.isEqual(to: bytes.span.extracting(place(of: node)))
  }

  /// Adds a text that stands in no source, for a field derived from another; returns its node.
  mutating func addText(_ text: some Sequence<UInt8>) -> Int { addText(text, key: 0..<0) }

  private mutating func addText(_ text: some Sequence<UInt8>, key: Range<Int>) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: text)
    nodes.append(JSONNode(.text, start..<bytes.count, key: key))
    return nodes.count - 1
  }

  /// Adds an object of texts; returns its node.
  mutating func addObject(_ members: [(name: String, text: [UInt8])]) -> Int {
    let object = nodes.count
    nodes.append(JSONNode(.object, bytes.count..<bytes.count))
    for member in members {
      let keyStart = bytes.count
      bytes.append(contentsOf: member.name.utf8)
      _ = addText(member.text, key: keyStart..<bytes.count)
    }
    nodes[object].close(next: nodes.count)
    return object
  }
}

/// What a JSON value is.
enum JSONKind: UInt8 {
  case null, boolean, number, text, list, object

  /// In words, for a person.
  var words: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .number: "a number"
    case .text: "a text"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

/// One value: spans of the document's bytes, in 32 bits each, as a body's nodes are made and looked through for every record.
struct JSONNode {
  let kind: JSONKind
  private let start: UInt32
  private let end: UInt32
  private let keyStart: UInt32
  private let keyEnd: UInt32
  private let rawStart: UInt32
  private var rawEnd: UInt32
  private var next: UInt32 = 0

  /// - Parameter raw: where the value stands in the source, quotes and brackets included.
  init(_ kind: JSONKind, _ text: Range<Int>, key: Range<Int> = 0..<0, raw: Range<Int> = 0..<0) {
    self.kind = kind
    // No document is as long as that: see `byteCountMax`.
    (start, end) = (UInt32(truncatingIfNeeded: text.lowerBound), UInt32(truncatingIfNeeded: text.upperBound))
    (keyStart, keyEnd) = (UInt32(truncatingIfNeeded: key.lowerBound), UInt32(truncatingIfNeeded: key.upperBound))
    (rawStart, rawEnd) = (UInt32(truncatingIfNeeded: raw.lowerBound), UInt32(truncatingIfNeeded: raw.upperBound))
  }

  /// Where the decoded text stands, or the spelling of a number or a word.
  var text: Range<Int> { Int(start)..<Int(end) }
  /// Where the name of a member stands.
  var key: Range<Int> { Int(keyStart)..<Int(keyEnd) }
  /// Where the value stands in the source.
  var raw: Range<Int> { Int(rawStart)..<Int(rawEnd) }

  /// Whether it is a text in the source without escapes, in NFC.
  var isAsItStands: Bool { kind == .text && start == rawStart &+ 1 && rawEnd == end &+ 1 }

  /// Says where an object or a list ends: the node after its last descendant, and in the source the place behind its bracket.
  mutating func close(next: Int, rawEnd: Int = 0) {
    self.next = UInt32(clamping: next)
    self.rawEnd = UInt32(clamping: rawEnd)
  }

  /// The node after this and all its descendants.
  func end(of node: Int) -> Int { kind == .object || kind == .list ? Int(next) : node + 1 }
}

extension StaticString {
  /// Whether the bytes are this ASCII text.
  func isEqual(to bytes: some Collection<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    return withUTF8Buffer { buffer in buffer.elementsEqual(bytes) }
  }

  /// Whether the bytes are this ASCII text.
  func isEqual(to bytes: Span<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    return withUTF8Buffer { $0.span.isEqual(to: bytes) }
  }
}
