/// A JSON value, for callers that show bodies to people. Not used where records are checked.
public enum JSONValue: Hashable, Sendable {
  /// Nothing.
  case null
  /// True or false.
  case boolean(Bool)
  /// A whole number.
  case number(Int64)
  /// A text.
  case text(String)
  /// A list.
  case list([JSONValue])
  /// An object, its members in the order written.
  case object([Member])

  /// A member of an object.
  public struct Member: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: JSONValue

    /// A member of an object.
    public init(name: String, value: JSONValue) { (self.name, self.value) = (name, value) }
  }

  /// Reads a JSON text (RFC 8259) of at most `longest` bytes, 8 levels and whole numbers.
  /// - Throws: `Refusal` when it is anything else.
  public init(parsing bytes: [UInt8], longest: Int = 65_536) throws(Refusal) {
    try self.init(try JSONScanner.scan(bytes, longest: longest), 0)
  }

  /// A body that was read already.
  /// - Throws: `Refusal` when it is no JSON object.
  public init(_ body: ReadBody) throws(Refusal) { try self.init(try body.object(), 0) }

  init(_ document: JSONDocument, _ node: Int) throws(Refusal) {
    switch document.kind(node) {
    case .null: self = .null
    case .boolean: self = .boolean(document.text(node).first == 0x74)
    case .text: self = .text(document.string(node))
    case .number:
      guard let number = Int64(document.string(node)) else {
        throw Refusal(
          field: "line", found: document.string(node), problem: "not a whole number of 64 bits",
          whatToDo: "write digits only")
      }
      self = .number(number)
    case .list, .object:
      var members: [Member] = []
      var child = document.firstChild(node)
      let end = document.end(node)
      while child < end {
        let name = String(decoding: document.key(child), as: UTF8.self)
        members.append(Member(name: name, value: try JSONValue(document, child)))
        child = document.end(child)
      }
      self = document.kind(node) == .list ? .list(members.map(\.value)) : .object(members)
    }
  }

  /// The member of an object with this name.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text, when it is one.
  public var string: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  /// The JSON text without white space, members in the order they have here.
  public var json: String {
    var out: [UInt8] = []
    write(to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends the same.
  public func write(to out: inout [UInt8]) {
    switch self {
    case .null: out.append("null")
    case .boolean(let value): out.append(value ? "true" : "false")
    case .number(let value): out.append(contentsOf: String(value).utf8)
    case .text(let text): out.appendJSONText(text)
    case .list(let values):
      out.append(0x5B)
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(0x2C) }
        value.write(to: &out)
      }
      out.append(0x5D)
    case .object(let members):
      out.append(0x7B)
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(0x2C) }
        out.appendJSONText(member.name)
        out.append(0x3A)
        member.value.write(to: &out)
      }
      out.append(0x7D)
    }
  }

  /// Appends the same and a newline: a line of NDJSON.
  public func writeLine(to out: inout [UInt8]) {
    write(to: &out)
    out.append(0x0A)
  }
}
