import Foundation
import Testing

/// Programs of other makers.
enum Foreign {
  static let python = ProcessInfo.processInfo.environment["ISTMO_TEST_PYTHON"]

  /// Runs a program to its end, which is awaited for so many seconds.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], seconds: Int = 240
  ) async throws -> Istmo.Said {
    let scratch = try Folder()
    let child = try Spawner.shared.start(
      .init(
        program: program, arguments: arguments, environment: environment, output: scratch.path + "/out",
        errors: scratch.path + "/err"))
    let ending = await awaitEnding(of: child, seconds: seconds)
    return Istmo.Said(ending: ending, output: scratch.text("out"), errors: scratch.text("err"))
  }

  /// Words before a program that change what the system does for it, by a library out of `Tests/Interop/pair`; compiled with these macros.
  static func changed(by library: String, in folder: Folder, macros: [String] = []) async throws -> [String] {
    let path = "\(folder.path)/\(library).so"
    let made = try await run(
      "/usr/bin/gcc",
      ["-shared", "-fPIC", "-o", path, "\(Repository.root)/Tests/Interop/pair/\(library).c"] + macros.map { "-D\($0)" })
    try #require(made.ending == .exit(0), "\(made.errors)")
    return ["/usr/bin/env", "LD_PRELOAD=\(path)"]
  }

  /// Words before a program that make its clock run so many seconds ahead.
  static func clock(ahead seconds: Int, in folder: Folder) async throws -> [String] {
    try await changed(by: "clock", in: folder, macros: ["OFFSET=\(seconds)"])
  }
}
