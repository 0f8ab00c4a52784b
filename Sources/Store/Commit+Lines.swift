import Exchange
import Terms

extension Commit {
  /// The streams that its lines of the index name: each once for a stretch of lines that follow each other.
  var lineStreams: [StreamName] {
    index.indices.filter { beginsStretch($0) }.map { index[$0].locator.stream }
  }

  /// Its lines of the index with the numbers of their streams, which are asked for once for a stretch of lines; those of a stream
  /// without one are left out.
  func lines(_ number: (StreamName) -> UInt32?) -> [MemoryTable.Line] {
    var lines: [MemoryTable.Line] = []
    lines.reserveCapacity(index.count)
    var stream: UInt32?
    // By place: a loop over the lines themselves copies each with its names.
    for place in index.indices {
      if beginsStretch(place) { stream = number(index[place].locator.stream) }
      guard let stream else { continue }
      lines.append(
        (
          index[place].partition,
          IndexItem(key: index[place].key.bits, stream: stream, index: index[place].locator.index)
        ))
    }
    return lines
  }

  /// Whether the line before is of another stream.
  private func beginsStretch(_ place: Int) -> Bool {
    place == index.startIndex || index[place].locator.stream != index[place - 1].locator.stream
  }
}
