import Exchange

/// Which lines of the blind index are of records whose bodies were forgotten: those of a stream below its boundary. What is
/// kept without end says nothing of a record but that there was one.
struct ErasedLines: Sendable {
  private var below: [UInt32: UInt64] = [:]

  /// Notes where a stream's bodies begin.
  mutating func set(_ boundary: UInt64, of stream: UInt32) { if boundary > 0 { below[stream] = boundary } }

  /// Those of one partition.
  func inPartition(_ partition: Int32) -> ErasedLines { partition == IndexField.endless ? ErasedLines() : self }

  /// Whether the line is one of them.
  func holds(_ item: IndexItem) -> Bool { below[item.stream].map { item.index < $0 } ?? false }
}
