/// A text names lines of a group by their places from 1: `3-5`, `1, 6, 8`, `3-5, 8` (DUCA field 54.6). Each line once, in
/// order, and none that there is not.
struct LineRangeRule: Hashable, Sendable {
  let range: FieldPlace
  let lines: Int

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    let document = draft.document
    guard let group = definition.group(lines), let node = draft.node(lines) else { return }
    let count = try group.items(node, of: document, definition.sorted[lines]).count
    try definition.forEach(range, draft) { (item, fields) throws(Refusal) in
      let index = range.inner ?? range.top
      guard let text = item.text(index) else { return }
      let found = String(decoding: text, as: UTF8.self)
      guard let last = Self.last(of: text) else {
        throw fields[index].refusal(
          "no list of lines", "write lines and ranges in order, such as 3-5 or 1, 6, 8 or 3-5, 8", found: found)
      }
      guard last <= count else {
        throw fields[index].refusal(
          "a line that is not there", "name lines from 1 to the number of \(definition.sorted[lines].name)",
          found: found)
      }
    }
  }

  /// The last line that is named; nil when the text is no list of lines in order.
  static func last(of text: ArraySlice<UInt8>) -> Int? {
    var last = 0
    for piece in text.split(separator: 0x2C, omittingEmptySubsequences: false) {
      let trimmed = piece.first == 0x20 ? piece.dropFirst() : piece
      let ends = trimmed.split(separator: 0x2D, omittingEmptySubsequences: false).map(number)
      guard ends.count <= 2, let first = ends.first ?? nil, let end = ends.last ?? nil, first > last,
        ends.count == 1 || end > first
      else { return nil }
      last = end
    }
    return last
  }

  private static func number(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...4).contains(text.count), text.first != 0x30, text.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return text.reduce(0) { $0 * 10 + Int($1) - 0x30 }
  }
}
