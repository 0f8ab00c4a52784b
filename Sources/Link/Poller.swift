import CEpoll
import Glibc

/// epoll(7), level-triggered: tells which descriptors can be read or written.
struct Poller: ~Copyable {
  /// What can be done with a descriptor, named by the token it was added with.
  struct Readiness {
    let token: UInt64
    let canRead: Bool
    let canWrite: Bool
    /// Both directions are shut, or the connection failed.
    let isBroken: Bool
  }

  private let descriptor: Descriptor
  private var events = [epoll_event](repeating: epoll_event(), count: 64)

  init() throws(LinkFailure) {
    let number = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard number >= 0 else { throw .system(call: "epoll_create1", code: errno) }
    descriptor = Descriptor(number)
  }

  func add(_ number: Int32, token: UInt64, read: Bool, write: Bool) throws(LinkFailure) {
    guard control(EPOLL_CTL_ADD, number, token, read, write) == 0 else { throw .system(call: "epoll_ctl", code: errno) }
  }

  func change(_ number: Int32, token: UInt64, read: Bool, write: Bool) {
    _ = control(EPOLL_CTL_MOD, number, token, read, write)
  }

  private func control(_ operation: Int32, _ number: Int32, _ token: UInt64, _ read: Bool, _ write: Bool) -> Int32 {
    var event = epoll_event()
    event.events = (read ? EPOLLIN.rawValue : 0) | (write ? EPOLLOUT.rawValue : 0)
    event.data.u64 = token
    return epoll_ctl(descriptor.number, operation, number, &event)
  }

  /// Waits until something can be done, at most this long.
  mutating func wait(milliseconds: Int64) -> [Readiness] {
    let count = epoll_wait(descriptor.number, &events, Int32(events.count), Int32(clamping: milliseconds))
    guard count > 0 else { return [] }
    return events.prefix(Int(count)).map { event in
      let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
      return Readiness(
        token: event.data.u64, canRead: event.events & EPOLLIN.rawValue != 0,
        canWrite: event.events & EPOLLOUT.rawValue != 0, isBroken: event.events & broken != 0)
    }
  }
}
