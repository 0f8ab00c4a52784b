import Terms

/// One JSON object as text, written member after member: for lines that are made with every request, where values of all members, made
/// first and written then, take longer than what they say. Names are ASCII and need no escapes.
public struct JSONObjectWriter {
  private var out: [UInt8] = []

  /// An object without members yet, of about so many bytes in the end.
  public init(capacity: Int) { out.reserveCapacity(capacity) }

  private mutating func begin(_ name: StaticString) {
    out.append(out.isEmpty ? 0x7B : 0x2C)
    out.appendJSONText(name)
    out.append(0x3A)
  }

  /// Adds a text.
  public mutating func add(_ name: StaticString, text: String) {
    begin(name)
    out.appendJSONText(text)
  }

  /// Adds a text that `write` appends: printable ASCII without quotation marks and backslashes.
  public mutating func add(_ name: StaticString, plain write: (inout [UInt8]) -> Void) {
    begin(name)
    out.append(0x22)
    write(&out)
    out.append(0x22)
  }

  /// Adds a number that is not negative.
  public mutating func add(_ name: StaticString, number: UInt64) {
    begin(name)
    out.appendDecimal(number, width: 1)
  }

  /// Adds ids, one after the other.
  public mutating func add(_ name: StaticString, ids: some Sequence<RecordID>) {
    begin(name)
    out.append(0x5B)
    var isFirst = true
    for id in ids {
      if !isFirst { out.append(0x2C) }
      isFirst = false
      out.append(0x22)
      id.append(to: &out)
      out.append(0x22)
    }
    out.append(0x5D)
  }

  /// Adds what is text already: valid JSON.
  public mutating func add(_ name: StaticString, json: [UInt8]) {
    begin(name)
    out += json
  }

  /// Adds a value; null where there is none.
  public mutating func add(_ name: StaticString, _ value: JSONValue) {
    begin(name)
    value.write(to: &out)
  }

  /// Ends the object.
  public consuming func finish() -> [UInt8] {
    if out.isEmpty { out.append(0x7B) }
    out.append(0x7D)
    return out
  }
}
