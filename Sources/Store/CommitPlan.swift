import Exchange
import Terms

/// A commit checked against the ends of the streams, before anything is written. Both stores use it, so that they refuse
/// the same commits.
struct CommitPlan {
  /// A stream's end while the commit's appends are counted.
  struct End {
    var size: UInt64
    var tiles: UInt64
  }

  /// SQLite's row numbers are signed.
  static let indexMax = UInt64(Int64.max) - 1

  /// Counts an append onto its stream's end.
  static func add(_ append: Append, to end: inout End) throws(StoreError) {
    let chunk = append.chunk
    guard chunk.first == end.size else {
      throw .notAtEnd(stream: append.stream, size: end.size, first: chunk.first)
    }
    guard chunk.count > 0, UInt64(chunk.count) <= indexMax - end.size else {
      throw .failed("an append of \(chunk.count) entries to \(append.stream)")
    }
    guard append.hasGoodSeams else {
      throw .failed("an append to \(append.stream) whose bodies cannot be taken apart where it says")
    }
    end.size += UInt64(chunk.count)
    let tiles = end.size / Commit.leavesPerTile - end.tiles
    guard UInt64(append.tiles.count) == tiles else {
      throw .failed("an append to \(append.stream) completes \(tiles) tiles, it brings \(append.tiles.count)")
    }
    end.tiles += tiles
  }
}
