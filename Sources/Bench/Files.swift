import Glibc
import Programs

/// Small files, written whole.
enum Files {
  static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw ChildError("\(path) cannot be written") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw ChildError("\(path) cannot be written")
    }
  }
}

extension Child {
  /// Bytes of memory that it holds now, and the most it held.
  var memory: (now: Int, most: Int) {
    let text = Child.written("/proc/\(pid)/status")
    func figure(_ name: String) -> Int {
      text.split(separator: "\n").first { $0.hasPrefix(name) }
        .flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first }
        .flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }
    return (figure("VmRSS:"), figure("VmHWM:"))
  }
}
