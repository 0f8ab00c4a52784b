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

  /// Words before a program that make its clock run so many seconds ahead.
  static func clock(ahead seconds: Int, in folder: Folder) async throws -> [String] {
    let library = folder.path + "/clock.so"
    let made = try await run(
      "/usr/bin/gcc",
      ["-shared", "-fPIC", "-DOFFSET=\(seconds)", "-o", library, Repository.root + "/Tests/Interop/pair/clock.c"])
    try #require(made.ending == .exit(0), "\(made.errors)")
    return ["/usr/bin/env", "LD_PRELOAD=\(library)"]
  }
}
