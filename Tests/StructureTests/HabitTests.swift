import Foundation
import Testing

/// Habits that a program can check. Whoever has a reason for an exception lists it here with the reason.
@Suite struct HabitTests {
  static let mostLines = 400
  static let longFiles: [String: String] = [:]

  /// Places that may trap, how often, and why. A trap on bytes from outside is a remote crash.
  static let traps: [String: (count: Int, reason: String)] = [
    "Sources/Ledger/EntryTail.swift": (
      1, "room for an entry's own lines, the longest known: no bytes decide it, going on would corrupt memory"
    ),
    "Sources/Link/LinkReactor.swift": (
      1, "the program's own code called from a wrong thread: no bytes decide that, and going on would corrupt memory"
    ),
    "Sources/Sodium/Library.swift": (1, "no source of randomness: nothing may go on"),
    "Sources/Sodium/SecretBytes.swift": (1, "no locked memory for a key: it must not lie in memory that is swapped"),
    "Sources/Terms/Base64.swift": (
      1, "the program's own memory of a wrong length: no bytes decide it, going on would corrupt memory"
    ),
    "Sources/Terms/RecordID.swift": (
      1, "the program's own memory of a wrong length: no bytes decide it, going on would corrupt memory"
    ),
  ]

  @Test func filesStayShort() throws {
    let files = try Repository.files(in: ["Sources", "Tests"], ending: ".swift")
    for file in files where file.lineCount > Self.mostLines {
      #expect(Self.longFiles[file.path] != nil, "\(file.path) has \(file.lineCount) lines; divide it by subject")
    }
    for path in Self.longFiles.keys {
      let file = files.first { $0.path == path }
      #expect((file?.lineCount ?? 0) > Self.mostLines, "\(path) need not be listed any more")
    }
  }

  @Test func nothingTrapsButWhatIsListed() throws {
    // Lint refuses force unwrapping; these it lets pass or can be told to.
    let trap = /\btry!|\bas!|\bfatalError\(|\bpreconditionFailure\(|\bprecondition\(|\bunsafeBitCast\(/
    for file in try Repository.files(in: ["Sources"], ending: ".swift") {
      let found = file.text.matches(of: trap).count
      let allowed = Self.traps[file.path]?.count ?? 0
      #expect(found <= allowed, "\(file.path) may trap at \(found) places, \(allowed) are listed with a reason")
      #expect(found >= allowed, "\(file.path) traps at \(found) places only; list no more than these")
    }
  }

  @Test func nothingIsLeftForLater() throws {
    // Written apart, so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"]
    let pattern = try Regex("\\b(\(words.joined(separator: "|")))\\b")
    let files = try Repository.files(in: ["Sources", "Tests", "Docs", "Scripts"])
    #expect(files.count > 50)
    for file in files where file.text.contains(pattern) {
      Issue.record("\(file.path) has something left for later: an issue says it better")
    }
  }

  @Test func lintIsNotSwitchedOff() throws {
    let pattern = try Regex("swift-format" + "-ignore")
    for file in try Repository.files(in: ["Sources", "Tests"], ending: ".swift") {
      #expect(!file.text.contains(pattern), "\(file.path)")
    }
  }
}
