import Terms

/// What a reader of indicators should know beside them.
public enum IndicatorNote: Hashable, Sendable {
  /// So many records are gone at the end of their retention and count for nothing.
  case erased(Int)
  /// So many records found no room: the figures are of a part.
  case noRoom(Int)
  /// What is told until then counts too.
  case provisional(until: Instant)
  /// Lanes are of so many of the newest declarations.
  case lanesOfNewest(Int)
  /// What was found about the declarations whose lanes are counted.
  case heading(HeadingNote)

  /// It in words.
  public var words: String {
    switch self {
    case .erased(let count): "\(count) records are gone at the end of their retention and count for nothing"
    case .noRoom(let count): "\(count) records found no room: figures are of a part; ask for fewer days"
    case .provisional(let time): "provisional: what is told until \(time.wholeSeconds) counts too"
    case .lanesOfNewest(let count): "lanes are of the newest \(count) declarations"
    case .heading(let note): note.words
    }
  }
}
