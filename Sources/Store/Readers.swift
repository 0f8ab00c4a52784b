import Dispatch
import Exchange
import Synchronization

/// A bounded number of reading connections, opened when first needed, each lent to one caller at a time.
final class Readers: Sendable {
  private let path: String
  private let idle = Mutex<[Database]>([])
  private let free: DispatchSemaphore

  init(path: String, count: Int) {
    self.path = path
    free = DispatchSemaphore(value: count)
  }

  /// Lends a connection to `body`, waiting for one if all are in use.
  func read<R>(_ body: (Database) throws(StoreError) -> R) throws(StoreError) -> R {
    free.wait()
    defer { free.signal() }
    let database =
      if let one = idle.withLock({ $0.popLast() }) { one } else { try Database(path: path, role: .reader) }
    defer { idle.withLock { $0.append(database) } }
    return try body(database)
  }

  /// Ends idle connections.
  func close() { idle.withLock { $0 = [] } }
}
