import Catalog
import Terms

/// What was told of the equipment of the country's own posts.
struct PostBook {
  /// One piece.
  struct Piece: Hashable {
    let crossing: String
    let post: String
    let equipment: String
    let identifier: String
  }

  private(set) var pieces: [Piece: [(time: Instant, works: Bool)]] = [:]
  private(set) var dropped = 0

  /// A state that was told so many days before the period, and of which nothing was told since, is not known any more.
  static let daysBefore: Int64 = 30
  /// Pieces of a country's equipment, and what is told of one in a year.
  static let (mostPieces, mostStates) = (20_000, 5_000)

  mutating func add(_ piece: Piece, works: Bool, at time: Instant) {
    let known = pieces[piece]?.count ?? 0
    guard known > 0 ? known < Self.mostStates : pieces.count < Self.mostPieces else { return dropped += 1 }
    pieces[piece, default: []].append((time, works))
  }

  /// For how long a piece did not work between two moments. Before anything was told of it, it worked.
  static func outage(_ states: [(time: Instant, works: Bool)], from start: Instant, until end: Instant) -> Int64 {
    var down: Int64 = 0
    var since: Instant?
    for state in states.sorted(by: { $0.time < $1.time }) where state.time < end {
      if state.works, let began = since {
        down += max(0, state.time.milliseconds(since: max(began, start)))
        since = nil
      } else if !state.works, since == nil {
        since = state.time
      }
    }
    if let began = since { down += max(0, end.milliseconds(since: max(began, start))) }
    return down
  }
}

extension IndicatorBook {
  mutating func tell(_ record: Statement) {
    guard record.origin == country, record.text("event") == "state", let crossing = crossing(of: record),
      let post = record.text("post"), let equipment = record.text("equipment"), let state = record.text("state")
    else { return }
    posts.add(
      PostBook.Piece(
        crossing: crossing, post: post, equipment: equipment, identifier: record.text("identifier") ?? ""),
      works: state == "working" || state == "degraded", at: record.time)
  }

  mutating func countPosts(until end: Instant) {
    let length = end.milliseconds(since: scope.period.start)
    guard length > 0 else { return }
    for (piece, states) in posts.pieces {
      let works = length - PostBook.outage(states, from: scope.period.start, until: end)
      for dimension in ["all", piece.equipment] {
        tally.add(.postAvailability, dimension, at: piece.crossing, part: works, of: length, cases: 1)
      }
    }
  }
}
