import Exchange

/// Which lines of the blind index are of records whose bodies were forgotten: those of a stream below its boundary. What is
/// kept without end says nothing of a record but that there was one.
struct ErasedLines: Sendable {
  /// By the streams' numbers, which count from 1; empty while nothing was forgotten.
  private var below: [UInt64] = []

  /// Whether no line is one of them.
  var isEmpty: Bool { below.isEmpty }

  /// Notes where a stream's bodies begin.
  mutating func set(_ boundary: UInt64, of stream: UInt32) {
    guard boundary > 0 else { return }
    let place = Int(stream)
    if place >= below.count { below += [UInt64](repeating: 0, count: place + 1 - below.count) }
    below[place] = boundary
  }

  /// Those of one partition.
  func inPartition(_ partition: Int32) -> ErasedLines { partition == IndexField.endless ? ErasedLines() : self }

  /// Whether the line is one of them.
  func holds(_ item: IndexItem) -> Bool {
    let place = Int(item.stream)
    return place < below.count && item.index < below[place]
  }
}
