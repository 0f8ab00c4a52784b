/// Finds names among few: only those are compared that are as long, begin and end alike. All their bytes stand in one list.
struct FieldNames: Hashable, Sendable {
  private let bytes: [UInt8]
  private let spans: [Range<Int>]
  /// For each sum of length, first and last letter the first name that has it, and for each name the next; -1 for none.
  private let first: [Int]
  private let next: [Int]

  init(_ names: [[UInt8]]) {
    var (bytes, spans): ([UInt8], [Range<Int>]) = ([], [])
    var first = [Int](repeating: -1, count: Self.sums)
    var next = [Int](repeating: -1, count: names.count)
    for name in names {
      spans.append(bytes.count..<(bytes.count + name.count))
      bytes += name
    }
    // Of names that are the same the first is found.
    for (index, name) in names.enumerated().reversed() {
      let sum = Self.sum(name.span)
      next[index] = first[sum]
      first[sum] = index
    }
    (self.bytes, self.spans, self.first, self.next) = (bytes, spans, first, next)
  }

  private static let sums = 128

  private static func sum(_ name: Span<UInt8>) -> Int {
    name.isEmpty ? 0 : (Int(name[0]) &+ name.count &* 7 &+ Int(name[name.count - 1]) &* 13) & (sums - 1)
  }

  /// The place of a name.
  func index(of name: Span<UInt8>) -> Int? {
    var index = first[Self.sum(name)]
    while index >= 0 {
      if bytes.span.extracting(spans[index]).isEqual(to: name) { return index }
      index = next[index]
    }
    return nil
  }

  /// The place of a name.
  func index(of name: some Sequence<UInt8>) -> Int? { index(of: Array(name).span) }

  /// The place of the name that a member has.
  func index(ofKey node: Int, in document: borrowing JSONDocument) -> Int? {
    guard document.nodes.indices.contains(node) else { return nil }
    return index(of: document.bytes.span.extracting(document.nodes[node].key))
  }
}
