/// Puts lines in order of their keys.
///
/// Keys are spread evenly, so their first bits say about where each belongs: the lines are dealt out by these, some four to a pile, and what is
/// left is done within the piles. Keys that are not spread are sorted all the same, as slowly as by comparing.
enum KeyOrder {
  /// Lines in a pile up to which each is put into its place by itself.
  private static let smallPile = 24

  /// The lines in order; of one key in the order given.
  static func sorted(_ lines: [IndexItem]) -> [IndexItem] {
    guard let some = lines.first else { return [] }
    let shift = UInt64(64 - min(16, max(0, Int.bitWidth - lines.count.leadingZeroBitCount - 3)))
    // How many lines a pile has, then where its next line goes, then where it ends.
    var places = [Int](repeating: 0, count: 1 << Int(64 - shift))
    for line in lines { places[pile(line, shift)] += 1 }
    var next = 0
    for pile in places.indices {
      let count = places[pile]
      places[pile] = next
      next += count
    }
    var sorted = [IndexItem](repeating: some, count: lines.count)
    for line in lines {
      let pile = pile(line, shift)
      sorted[places[pile]] = line
      places[pile] += 1
    }
    var start = 0
    for end in places {
      if end - start <= smallPile {
        insert(start..<end, in: &sorted)
      } else {
        sorted[start..<end].sort { $0.key < $1.key }
      }
      start = end
    }
    return sorted
  }

  @inline(__always)
  private static func pile(_ line: IndexItem, _ shift: UInt64) -> Int { Int(truncatingIfNeeded: line.key >> shift) }

  @inline(__always)
  private static func insert(_ pile: Range<Int>, in lines: inout [IndexItem]) {
    for place in pile.dropFirst() {
      let line = lines[place]
      var free = place
      while free > pile.lowerBound, lines[free - 1].key > line.key {
        lines[free] = lines[free - 1]
        free -= 1
      }
      lines[free] = line
    }
  }
}
