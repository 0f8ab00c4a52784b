import Foundation
import Testing

/// The desk of two running nodes in a real browser: Tests/Browser/check.py says what must hold, one line each.
@Suite struct DeskInBrowserTests {
  @Test(.enabled(if: Foreign.python != nil || ProcessInfo.processInfo.environment["ISTMO_TEST_COMPLETE"] != nil))
  func thePagesHoldInARealBrowser() async throws {
    let python = try #require(Foreign.python, "ISTMO_TEST_PYTHON names the Python of Scripts/test")
    // All pages in a real browser: three minutes of a slow machine, more while the rest of the suite runs beside it.
    let said = try await Foreign.run(
      python, ["\(Repository.root)/Tests/Browser/check.py", Istmo.path], seconds: 900)
    #expect(said.ending == .exit(0), "\(said.output)\(said.errors.suffix(4000))")
    #expect(said.output.split(separator: "\n").count { $0.hasPrefix("ok ") } == 17, "\(said.output)")
  }
}
