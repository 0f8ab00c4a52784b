import Catalog
import Foundation
import Glibc
import Programs
import Terms
import Testing

/// The demo as a process: what it proves, and that nothing of it stays behind.
@Suite(.serialized) struct DemoTests {
  @Test func theDemoProvesEveryAgreedStreamAndLeavesNoProcess() async throws {
    let demo = try DemoProcess(["--once"])
    #expect(try await demo.ending() == 0, "\(demo.said)")
    #expect(demo.nodes.isEmpty)
    let topology = try Topology.load(DemoProcess.topology)
    let streams = topology.pairs.flatMap(\.streams).map(\.stream)
    #expect(streams.count == 28)
    let summary = demo.said.split(separator: "\n").filter { $0.hasSuffix("  flowing") }
    for stream in streams {
      let line = summary.first { $0.contains(" \(stream) ") }
      let words = try #require(line, "\(stream) is not in the summary").split(separator: " ")
      // Entries, receipt, lag.
      #expect(words.dropFirst(2).first == words.dropFirst(3).first, "\(words)")
      #expect((Int(words.dropFirst(2).first ?? "") ?? 0) > 0, "\(words)")
      #expect(words.dropFirst(4).first == "0", "\(words)")
    }
    #expect(summary.count == streams.count)
    #expect(demo.said.contains("clean: ") && !demo.said.contains("NOT CLEAN"))
    #expect(demo.said.contains("\nAll of it holds: 7 pairs, 28 streams"))
  }

  @Test(arguments: [
    ("\nCeremonies", SIGINT), ("\nNodes", SIGINT), ("\nRecords", SIGTERM), ("\nLookups", SIGINT),
    ("\nDepartures go on", SIGINT),
  ])
  func anInterruptedDemoEndsAndLeavesNoProcess(at step: String, by signal: Int32) async throws {
    let demo = try DemoProcess([])
    #expect(await demo.interrupt(at: step, by: signal), "\(demo.said)")
    // Everything was proven before it goes on with departures; before that it was not.
    #expect(try await demo.ending() == (step == "\nDepartures go on" ? 0 : 1), "\(demo.said)")
    #expect(demo.nodes.isEmpty)
    #expect(demo.said.contains("All nodes have ended. The homes remain in \(demo.folder)"))
  }

  @Test func theNodesOfADemoThatIsKilledEndByThemselves() async throws {
    let demo = try DemoProcess([])
    #expect(try await demo.says("\nDepartures go on"), "\(demo.said)")
    #expect(demo.nodes.count == 6)
    demo.child.signal(SIGKILL)
    #expect(try await demo.ending() == 128 + SIGKILL)
    #expect(try await DemoProcess.eventually { demo.nodes.isEmpty })
  }

  @Test func aSecondDemoBeginsAnewAndNeverBesideTheFirst() async throws {
    let first = try DemoProcess([])
    #expect(try await first.says("\nNodes"), "\(first.said)")
    let second = try DemoProcess(["--once"], folder: first.folder)
    #expect(try await second.ending() == 1)
    #expect(second.said.contains("another demo runs in \(first.folder)"), "\(second.said)")
    #expect(first.child.status == nil)
    first.child.signal(SIGINT)
    #expect(try await first.ending() == 1)
    let third = try DemoProcess(["--once"], folder: first.folder)
    #expect(try await third.ending() == 0, "\(third.said)")
    #expect(third.said.contains("The homes of the demo before were removed."))
  }

  @Test func nothingThatNoDemoMadeIsTouched() async throws {
    let other = try DemoProcess(["--nonsense"])
    #expect(try await other.ending() == 2)
    #expect(other.said.contains("unknown option --nonsense"))
    #expect(!FileManager.default.fileExists(atPath: other.folder))

    // A folder with something in it, and one in which a home was made by hand beside a demo's marker.
    let folder = other.scratch + "/mine"
    try FileManager.default.createDirectory(atPath: folder + "/SV", withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: URL(filePath: folder + "/SV/config"))
    for hasMarker in [false, true] {
      if hasMarker { try Data("GT\n".utf8).write(to: URL(filePath: folder + "/istmo-demo")) }
      let demo = try DemoProcess(["--once"], folder: folder)
      #expect(try await demo.ending() == 1)
      #expect(demo.said.contains("name another folder with --dir"), "\(demo.said)")
      #expect(try Data(contentsOf: URL(filePath: folder + "/SV/config")) == Data("mine".utf8))
    }
    let file = try DemoProcess(["--once"], folder: folder + "/SV/config")
    #expect(try await file.ending() == 1)
    #expect(file.said.contains("is no folder"), "\(file.said)")
    let nowhere = try DemoProcess(["--once"], folder: folder + "/none", topology: folder + "/none.toml")
    #expect(try await nowhere.ending() == 1)
    #expect(nowhere.said.contains("none.toml cannot be read"), "\(nowhere.said)")
  }
}
