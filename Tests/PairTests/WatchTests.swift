import Catalog
import Foundation
import Glibc
import Testing

/// `status --watch`, as it stands on an operator's screen.
@Suite struct WatchTests {
  @Test func watchingGoesOnOverAnEndAndANewStartOfTheNodeAndLocksNothing() async throws {
    let pair = try await Pair(agreed: false)
    let scratch = try Folder()
    let child = try Spawner.shared.start(
      .init(
        program: Istmo.path, arguments: ["status", "--watch", "--json", "--home", pair.a.home],
        output: scratch.path + "/out", errors: scratch.path + "/err"))
    func last() -> Bool? {
      let line = scratch.text("out").split(separator: "\n").last ?? ""
      return (try? JSONValue(parsing: Array(line.utf8), longest: 1 << 20))?["running"]?.boolean
    }
    #expect(await eventually { last() == false })
    for _ in 0..<2 {
      let node = try await pair.a.start()
      #expect(await eventually { last() == true })
      #expect(await node.stop() == .exit(0))
      #expect(await eventually { last() == false })
    }
    kill(child, SIGTERM)
    #expect(await awaitEnding(of: child) == .signal(SIGTERM))
    #expect(scratch.text("err").isEmpty)
  }

  @Test func watchingNoHomeIsAFailure() async throws {
    let said = try await Istmo.run(["status", "--watch", "--home", "/tmp/istmo-no-home"])
    #expect(said.ending == .exit(1) && said.errors.contains("there is no home"), "\(said.errors)")
  }
}
