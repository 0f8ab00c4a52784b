import Synchronization
import Terms

/// Uploads between their preview and their end: in memory, few, not for long, each for the session that made it.
final class UploadShelf: Sendable {
  /// Uploads at once: with their lines some hundred megabytes at the very most.
  static let most = 12
  /// Milliseconds that one stays.
  static let age: Int64 = 20 * 60_000

  private struct Place {
    let number: Int
    let owner: String
    let since: Instant
    var upload: Upload
  }

  private let places = Mutex<(list: [Place], next: Int)>(([], 1))

  /// Puts an upload there; a session has one, and the oldest goes where there are too many.
  /// - Returns: its number.
  func put(_ upload: Upload, of owner: String, at now: Instant) -> Int {
    places.withLock { places in
      places.list.removeAll { $0.owner == owner || now.milliseconds(since: $0.since) >= Self.age }
      if places.list.count >= Self.most { places.list.removeFirst() }
      defer { places.next += 1 }
      places.list.append(Place(number: places.next, owner: owner, since: now, upload: upload))
      return places.next
    }
  }

  /// The upload of this number, when it is this session's.
  func upload(_ number: Int, of owner: String, at now: Instant) -> Upload? {
    places.withLock { places in
      places.list.first {
        $0.number == number && $0.owner == owner && now.milliseconds(since: $0.since) < Self.age
      }?.upload
    }
  }

  /// Puts what became of it in its place.
  func replace(_ number: Int, with upload: Upload) {
    places.withLock { places in
      guard let place = places.list.firstIndex(where: { $0.number == number }) else { return }
      places.list[place].upload = upload
    }
  }
}
