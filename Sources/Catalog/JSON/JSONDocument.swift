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

  /// The kind of a node.
  func kind(_ node: Int) -> JSONKind { nodes.indices.contains(node) ? nodes[node].kind : .null }

  /// The bytes of a text (decoded, NFC), a number or a word.
  func text(_ node: Int) -> ArraySlice<UInt8> {
    guard nodes.indices.contains(node) else { return [] }
    return bytes[nodes[node].start..<nodes[node].end]
  }

  /// The bytes of a member's name.
  func key(_ node: Int) -> ArraySlice<UInt8> {
    guard nodes.indices.contains(node) else { return [] }
    return bytes[nodes[node].keyStart..<nodes[node].keyEnd]
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
      if name.isEqual(to: key(child)) { return child }
      child = self.end(child)
    }
    return nil
  }

  /// Adds a text that stands in no source, for a field derived from another; returns its node.
  mutating func addText(_ text: some Sequence<UInt8>) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: text)
    nodes.append(JSONNode(kind: .text, start: start, end: bytes.count))
    return nodes.count - 1
  }

  /// Adds an object of texts; returns its node.
  mutating func addObject(_ members: [(name: String, text: [UInt8])]) -> Int {
    let object = nodes.count
    nodes.append(JSONNode(kind: .object, start: bytes.count, end: bytes.count))
    for member in members {
      let keyStart = bytes.count
      bytes.append(contentsOf: member.name.utf8)
      let keyEnd = bytes.count
      let child = addText(member.text)
      nodes[child].keyStart = keyStart
      nodes[child].keyEnd = keyEnd
    }
    nodes[object].next = nodes.count
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

/// One value: spans of the document's bytes.
struct JSONNode {
  var kind: JSONKind
  var start: Int
  var end: Int
  var keyStart = 0
  var keyEnd = 0
  /// Where the value stands in the source, quotes and brackets included.
  var rawStart = 0
  var rawEnd = 0
  /// For an object or list, the node after its last descendant.
  var next = 0

  init(kind: JSONKind, start: Int, end: Int) {
    (self.kind, self.start, self.end) = (kind, start, end)
  }

  func end(of node: Int) -> Int { kind == .object || kind == .list ? next : node + 1 }
}

extension StaticString {
  /// Whether the bytes are this ASCII text.
  func isEqual(to bytes: some Collection<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    return withUTF8Buffer { buffer in buffer.elementsEqual(bytes) }
  }
}
