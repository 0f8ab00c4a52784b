import Foundation
import Testing

/// The project's files as text.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  struct File {
    /// Seen from the root, such as `Sources/Terms/Digest.swift`.
    let path: String
    let text: String

    /// The target or test target that it belongs to.
    var target: Substring { path.split(separator: "/")[1] }
    var lineCount: Int { text.utf8.count { $0 == 0x0A } }
  }

  /// The files below these folders whose names end so, in alphabetical order.
  static func files(in folders: [String], ending suffix: String = "") throws -> [File] {
    var files: [File] = []
    for folder in folders {
      let base = root.appending(path: folder)
      guard let walk = FileManager.default.enumerator(atPath: base.path(percentEncoded: false)) else { continue }
      for case let name as String in walk where name.hasSuffix(suffix) {
        let data = try? Data(contentsOf: base.appending(path: name))
        guard let data, let text = String(data: data, encoding: .utf8) else { continue }
        files.append(File(path: "\(folder)/\(name)", text: text))
      }
    }
    return files.sorted { $0.path < $1.path }
  }

  static func folders(in folder: String) throws -> Set<String> {
    let base = root.appending(path: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: base.path(percentEncoded: false))
    return Set(
      names.filter {
        (try? base.appending(path: $0).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
      })
  }
}

/// The targets of Package.swift in the order in which they stand there.
struct Graph {
  struct Target {
    let name: String
    let uses: [String]
    let isTest: Bool
    let isExecutable: Bool
    /// A module in C or C++.
    var isForeign: Bool { name.first == "C" && name.dropFirst().first?.isUppercase == true }
  }

  let targets: [Target]

  init() throws {
    let manifest = try String(contentsOf: Repository.root.appending(path: "Package.swift"), encoding: .utf8)
    let start = try #require(manifest.firstRange(of: "let package = Package("))
    let body = String(manifest[start.upperBound...])
    // target("X", ["A"]), tests("X", ["A"]), .executableTarget(name: "X", dependencies: ["A"]), .systemLibrary(name: "X")
    let pattern =
      /\.?\b(?<call>target|tests|executableTarget|testTarget|systemLibrary)\(\s*(?:name:\s*)?"(?<name>\w+)"(?:,\s*(?:dependencies:\s*)?\[(?<uses>[^\]]*)\])?/
    targets = try body.matches(of: pattern).map { match in
      let uses = (match.uses ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
      for use in uses where !use.isEmpty {
        try #require(use.wholeMatch(of: /"\w+"/) != nil, "\(match.name): dependency \(use) is not understood here")
      }
      return Target(
        name: String(match.name), uses: uses.filter { !$0.isEmpty }.map { String($0.dropFirst().dropLast()) },
        isTest: match.call == "tests" || match.call == "testTarget", isExecutable: match.call == "executableTarget")
    }
  }

  func target(_ name: some StringProtocol) -> Target? { targets.first { $0.name == name } }
}
