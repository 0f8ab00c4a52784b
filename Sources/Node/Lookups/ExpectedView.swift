import Catalog
import Exchange
import Ledger
import Synchronization
import Terms

/// The declarations of the last days, kept in memory for the posts that ask what is on its way. It reads on from where it was when it
/// is asked, so that an answer holds whatever is durable; nothing of it is on the disk.
final class ExpectedView: Sendable {
  /// How long ago what is still on its way may have been declared, in days.
  static let daysKept: Int64 = 14
  /// How often what is older is forgotten, in hours.
  private static let hoursBetween: Int64 = 1

  private struct State {
    var book = ExpectedBook()
    var read: [StreamName: UInt64] = [:]
    var since: Instant?
    var forgottenAt: Instant?
  }

  private let country: CountryCode
  private let registry: Registry
  private let reader: LogReader
  private let state = Mutex(State())

  init(country: CountryCode, registry: Registry, reader: LogReader) {
    (self.country, self.registry, self.reader) = (country, registry, reader)
  }

  /// What a post expects of these streams; and the moment since which declarations are kept.
  func expected(
    at post: Post, of crossing: Crossing, since: Instant, from streams: [StreamName], now: Instant
  ) throws(ReadError) -> (coming: [ExpectedBook.Coming], keptSince: Instant) {
    let result: Result<([ExpectedBook.Coming], Instant), ReadError> = state.withLock { state in
      do throws(ReadError) {
        let kept = try catchUp(&state, now)
        let coming = state.book.expected(at: post, of: crossing, since: max(since, kept), from: Set(streams))
        return .success((coming, kept))
      } catch { return .failure(error) }
    }
    let (coming, kept) = try result.get()
    return (coming, kept)
  }

  /// Reads what has come since. What was read twice, after a failure, counts once.
  private func catchUp(_ state: inout State, _ now: Instant) throws(ReadError) -> Instant {
    let oldest = now.advanced(byMilliseconds: -Self.daysKept * 86_400_000)
    let since = state.since ?? oldest
    state.since = since
    guard let declarations = registry.topology.definition(named: Consignment.dataset)?.dataset else { return since }
    for stream in reader.streams(of: declarations, to: country) {
      let size = try reader.state(of: stream).size
      var index: UInt64
      if let read = state.read[stream] {
        index = read
      } else {
        index = try reader.firstIndex(of: stream, notBefore: since, size: size)
      }
      while index < size {
        let piece = try reader.records(stream, chunkAt: index)
        for record in piece.records where record.locator.index >= index {
          let change: RecordChange =
            switch record.entry.kind {
            case .replaces(let id): .replaces(id)
            case .withdraws(let id): .withdraws(id)
            default: .record
            }
          state.book.take(registry.statement(of: record), id: record.entry.id, change, in: stream)
        }
        index = piece.end
        state.read[stream] = index
      }
      state.read[stream] = max(index, size)
    }
    let last = state.forgottenAt ?? now
    if state.forgottenAt == nil || now.milliseconds(since: last) >= Self.hoursBetween * 3_600_000
      || state.book.count > ExpectedBook.most
    {
      state.since = max(since, state.book.forget(before: oldest))
      state.forgottenAt = now
    }
    return state.since ?? since
  }
}
