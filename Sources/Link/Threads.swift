import CEpoll
import Glibc

/// Threads of the operating system, for what must not stand in the way of others.
enum Threads {
  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread with a name of at most 15 characters. A joinable one must be joined once.
  static func start(
    _ name: String, joinable: Bool, _ body: @escaping @Sendable () -> Void
  ) throws(LinkFailure) -> pthread_t {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard result == 0 else {
      work.release()
      throw .system(call: "pthread_create", code: result)
    }
    pthread_setname_np(thread, name)
    if !joinable { pthread_detach(thread) }
    return thread
  }
}
