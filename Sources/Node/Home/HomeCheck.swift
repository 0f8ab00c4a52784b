import Foundation
import Glibc

/// Who may read and write a home: its owner alone.
enum HomeCheck {
  /// Refuses the home when anything in it belongs to another user, is open to others, or is a link.
  /// - Throws: `HomeError` with the command that mends the first thing found.
  static func check(_ home: String) throws(HomeError) {
    var waiting = [home]
    while let path = waiting.popLast() {
      var status = stat()
      guard lstat(path, &status) == 0 else {
        // A temporary file of a running node may go between listing and looking.
        if errno == ENOENT, path != home { continue }
        throw errno == ENOENT ? .missing(path) : Files.failure(path, "cannot look at")
      }
      let kind = status.st_mode & S_IFMT
      switch kind {
      case S_IFDIR, S_IFREG, S_IFSOCK: break
      case S_IFLNK: throw .link(path)
      default: throw .notAFile(path)
      }
      guard status.st_uid == geteuid() else { throw .owner(path, found: status.st_uid, expected: geteuid()) }
      // A folder may bear the set-group bit of the folder above it: it gives nobody anything here.
      guard status.st_mode & (kind == S_IFDIR ? 0o077 : 0o6077) == 0 else {
        throw .permissions(path, mode: status.st_mode & 0o7777, isFolder: kind == S_IFDIR)
      }
      guard kind == S_IFDIR else { continue }
      do {
        waiting += try FileManager.default.contentsOfDirectory(atPath: path).map { "\(path)/\($0)" }
      } catch { throw .failed(path, operation: "cannot list", reason: error.localizedDescription) }
    }
  }

  /// Removes what was being written when an earlier process died. Only the process that has the lock may do so.
  static func removeLeftovers(_ home: String) throws(HomeError) {
    var waiting = [home]
    while let folder = waiting.popLast() {
      let names: [String]
      do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
        throw .failed(folder, operation: "cannot list", reason: error.localizedDescription)
      }
      for name in names {
        let path = "\(folder)/\(name)"
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          waiting.append(path)
        } else if name.hasPrefix(Files.leftover) {
          try Files.remove(path)
        }
      }
    }
  }
}

/// One process at a time has a home. The lock ends with this object, or with the process however it dies.
public final class HomeLock: Sendable {
  private let descriptor: Int32

  init(_ home: String) throws(HomeError) {
    let path = "\(home)/lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw errno == ELOOP ? .link(path) : Files.failure(path, "cannot open") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      defer { close(descriptor) }
      throw errno == EWOULDBLOCK
        ? .inUse(home, pid: Self.holder(descriptor)) : Files.failure(path, "cannot lock")
    }
    // The number is for people only: what counts is the lock, which the system takes away from a dead process.
    let pid = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, pid, pid.count, 0) == pid.count else {
      defer { close(descriptor) }
      throw Files.failure(path, "cannot write")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 1, count <= bytes.count else { return nil }
    return Int32(String(decoding: bytes.prefix(count - 1), as: UTF8.self))
  }
}
