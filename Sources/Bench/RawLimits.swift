import Glibc
import Programs

/// What the machine itself allows, measured in the same run.
enum RawLimits {
  /// Appending 4 KiB to a file and fdatasync.
  static func sync(folder: String, rounds: Int) throws -> Times {
    let path = "\(folder)/sync"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw ChildError("\(path) cannot be written") }
    defer {
      close(file)
      unlink(path)
    }
    let page = [UInt8](repeating: 7, count: 4096)
    var times = Times()
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      guard write(file, page, page.count) == page.count, fdatasync(file) == 0 else {
        throw ChildError("\(path) cannot be written")
      }
      times.add(.now - start)
    }
    return times
  }
}
