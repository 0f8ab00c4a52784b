import CMicroHTTPD
import Glibc
import Synchronization

/// An accepted connection from accept to close, and since when it is doing what.
final class Connection: Sendable {
  let socket: Int32
  let peer: Peer
  let origin: Origin
  private let conversation = Mutex<Conversation?>(nil)
  /// Since when the next head is awaited, in milliseconds of the monotonic clock; 0 while a request is under way.
  private let waitingSince = Atomic<Int64>(0)
  /// Since when the upload has run without a pause; 0 when none runs.
  private let uploadSince = Atomic<Int64>(0)
  private let uploadBytes = Atomic<UInt64>(0)
  private let wasSpent = Atomic(false)

  init(socket: Int32, peer: Peer, origin: Origin) {
    (self.socket, self.peer, self.origin) = (socket, peer, origin)
    waitingSince.store(Clock.milliseconds, ordering: .relaxed)
  }

  var current: Conversation? { conversation.withLock { $0 } }

  func headIsWhole(_ conversation: Conversation) {
    waitingSince.store(0, ordering: .relaxed)
    self.conversation.withLock { $0 = conversation }
  }

  func requestEnds() {
    uploadEnds()
    waitingSince.store(Clock.milliseconds, ordering: .relaxed)
    conversation.withLock { $0 = nil }
  }

  func uploaded(_ count: UInt64) { uploadBytes.wrappingAdd(count, ordering: .relaxed) }
  func uploadPauses() { uploadSince.store(0, ordering: .relaxed) }
  func uploadEnds() { uploadSince.store(0, ordering: .relaxed) }
  func uploadResumes() {
    uploadBytes.store(0, ordering: .relaxed)
    uploadSince.store(Clock.milliseconds, ordering: .relaxed)
  }

  /// Why the connection should be closed now, if it should.
  func overdue(at now: Int64, _ pace: Pace) -> String? {
    let waiting = waitingSince.load(ordering: .relaxed)
    if waiting != 0, now - waiting > pace.headMilliseconds { return "no request" }
    // libmicrohttpd does not see the end of what a client sends when it comes together with its last bytes. Only what was
    // spent a sweep ago too is taken for dead: its last bytes may just now be on their way through MHD.
    let since = uploadSince.load(ordering: .relaxed)
    let spent = (waiting != 0 || since != 0) && istmo_is_spent(socket) != 0
    if wasSpent.exchange(spent, ordering: .relaxed), spent { return "the client left in the middle" }
    let took = now - since
    if since != 0, took > pace.uploadGraceMilliseconds {
      let bytes = uploadBytes.load(ordering: .relaxed)
      if Double(bytes) * 1_000 < Double(took) * Double(pace.uploadBytesPerSecond) { return "the upload is too slow" }
    }
    return nil
  }
}

/// How slow a client may be.
struct Pace: Sendable {
  var headMilliseconds = Int64(Limits.headSeconds) * 1_000
  var uploadGraceMilliseconds = Int64(Limits.uploadGraceSeconds) * 1_000
  var uploadBytesPerSecond = Limits.uploadBytesPerSecond
  var idleSeconds = Limits.idleSeconds
}

/// What connections are counted by: the unix socket, an IPv4 address, or an IPv6 /64, which one machine may fill.
enum Origin: Hashable, Sendable {
  case unixSocket
  case network(family: UInt16, prefix: UInt64)
}

enum Clock {
  /// Milliseconds of the monotonic clock, to the tick, never 0.
  static var milliseconds: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    return max(1, Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000)
  }
}
