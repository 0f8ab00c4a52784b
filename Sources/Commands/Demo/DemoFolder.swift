import Foundation
import Glibc
import Node
import Terms

/// Why the demo did not do its work, in one sentence.
struct DemoFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The folder of a demo: six homes, and the files and logs beside them. A file in it names what a demo made there: nothing
/// else is ever removed or written over.
final class DemoFolder: Sendable {
  static let usual = "demo-homes"
  private static let markerName = "istmo-demo"

  let path: String
  /// Whether an earlier demo's homes were removed.
  let isReplaced: Bool
  private let marker: Int32

  /// Makes the folder, or clears one that an earlier demo made. No other demo can have it until this one ends.
  init(_ path: String, countries: [CountryCode]) throws(DemoFailure) {
    self.path = path
    let names = countries.map(\.description) + ["files", "logs"]
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw Self.failure("make", path) }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw DemoFailure("\(path) is no folder; name another with --dir")
    }
    guard access(path, R_OK | W_OK | X_OK) == 0,
      let present = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { throw Self.failure("write in", path) }
    let file = "\(path)/\(Self.markerName)"
    guard present.isEmpty || present.contains(Self.markerName) else {
      throw DemoFailure("\(path) holds something that no demo made; name another folder with --dir")
    }
    let descriptor = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure("write", file) }
    do throws(DemoFailure) {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw DemoFailure("another demo runs in \(path); end it, or name another folder with --dir")
      }
      let made = try Self.made(file)
      for name in names where !made.contains(name) && present.contains(name) {
        throw DemoFailure("\(path)/\(name) was not made by a demo; name another folder with --dir")
      }
      isReplaced = try Self.clear(path, made.filter(present.contains))
      let text = """
        # Made by istmo demo, which removes these when it runs here again.
        \(names.joined(separator: "\n"))

        """
      guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else {
        throw Self.failure("write", file)
      }
      for name in ["files", "logs"] where mkdir("\(path)/\(name)", 0o700) != 0 {
        throw Self.failure("make", "\(path)/\(name)")
      }
    } catch {
      close(descriptor)
      throw error
    }
    marker = descriptor
  }

  deinit { close(marker) }

  /// The names of earlier homes, files and logs.
  private static func made(_ marker: String) throws(DemoFailure) -> [String] {
    guard let text = try? String(contentsOfFile: marker, encoding: .utf8) else { throw failure("read", marker) }
    return text.split(separator: "\n").map(String.init)
      .filter { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isLetter } }
  }

  /// Removes what an earlier demo made, unless one of its homes is in use.
  private static func clear(_ path: String, _ names: [String]) throws(DemoFailure) -> Bool {
    for name in names {
      // A home that is damaged, as one that was tried out, is in nobody's use.
      do throws(HomeError) { _ = try Home.open("\(path)/\(name)").lock() } catch {
        if case .inUse = error { throw DemoFailure("\(error)") }
      }
    }
    for name in names {
      do { try FileManager.default.removeItem(atPath: "\(path)/\(name)") } catch {
        throw failure("remove", "\(path)/\(name)")
      }
    }
    return !names.isEmpty
  }

  private static func failure(_ verb: String, _ path: String) -> DemoFailure {
    DemoFailure("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }

  func home(_ country: CountryCode) -> String { "\(path)/\(country)" }
  func log(_ country: CountryCode) -> String { "\(path)/logs/\(country).log" }
  func file(_ name: String) -> String { "\(path)/files/\(name)" }
}
