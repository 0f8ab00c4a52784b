import CEpoll
import Glibc
import Synchronization

/// Work handed to the reactor's thread by any thread. Costs a lock, and one system call when the box was empty.
final class Mailbox: Sendable {
  private struct Contents {
    var work: [@Sendable () -> Void] = []
    var isOpen = true
  }

  private let contents = Mutex(Contents())
  /// Readable while there is work.
  let bell: Int32

  init() throws(LinkFailure) {
    bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard bell >= 0 else { throw .system(call: "eventfd", code: errno) }
  }

  deinit { close(bell) }

  /// Hands over work; false when the reactor has stopped.
  func post(_ work: @escaping @Sendable () -> Void) -> Bool {
    contents.withLock { contents in
      guard contents.isOpen else { return false }
      contents.work.append(work)
      if contents.work.count == 1 {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
      }
      return true
    }
  }

  /// Whether no work waits.
  var isEmpty: Bool { contents.withLock { $0.work.isEmpty } }

  /// Takes all work.
  func take() -> [@Sendable () -> Void] {
    contents.withLock { contents in
      var count: UInt64 = 0
      _ = read(bell, &count, 8)
      defer { contents.work.removeAll() }
      return contents.work
    }
  }

  /// Takes no more work, and forgets what is there.
  func shut() {
    contents.withLock { contents in
      contents.isOpen = false
      contents.work.removeAll()
    }
  }
}
