import Catalog
import Foundation
import Glibc
import Programs
import Terms
import Testing

/// The demo as a process: what it proves, and that nothing of it stays behind.
@Suite(.serialized) struct DemoTests {
  /// The sample with its first pair alone, for what has nothing to do with how many pairs there are.
  private static func small() throws -> String {
    let folder = NSTemporaryDirectory() + "istmo-demo-small-\(getpid())"
    let file = folder + "/central-america.toml"
    if !FileManager.default.fileExists(atPath: file) {
      try? FileManager.default.copyItem(atPath: DemoProcess.root + "/Topology", toPath: folder)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let first = try #require(text.range(of: "[[pair]]"))
      let second = try #require(text[first.upperBound...].range(of: "[[pair]]"))
      try text[..<second.lowerBound].write(toFile: file, atomically: true, encoding: .utf8)
    }
    return file
  }

  @Test func theDemoProvesEveryAgreedStreamAndLeavesNoProcess() async throws {
    let demo = try DemoProcess(["--once"])
    #expect(try await demo.ending() == 0, "\(demo.said)")
    #expect(demo.nodes.isEmpty)
    let topology = try Topology.load(DemoProcess.topology)
    let summary = demo.said.split(separator: "\n").filter { $0.hasSuffix("  flowing") }
    let pairs = topology.pairs.filter { !$0.hasObserver }
    #expect(summary.count == pairs.count)
    for pair in pairs {
      let line = try #require(summary.first { $0.contains(" \(pair.name) ") }, "\(pair.name) is not in the summary")
      // Pair, what it shares, streams, entries, receipts, lag.
      let words = line.split(separator: " ").dropFirst().map(String.init)
      let streams = pair.streams.count { $0.mode == .replicate }
      #expect(words.count == 7 && Int(words[2]) == streams && streams > 0, "\(words)")
      // Each stream has a key and a record at least.
      #expect(words[3] == words[4] && (Int(words[3]) ?? 0) >= 2 * streams && words[5] == "0", "\(words)")
    }
    let count = pairs.flatMap(\.streams).count { $0.mode == .replicate }
    #expect(demo.said.contains("clean: ") && !demo.said.contains("NOT CLEAN"))
    #expect(demo.said.contains("\nAll of it holds: \(pairs.count) pairs, \(count) streams"))
  }

  @Test(arguments: [
    ("\nCeremonies", SIGINT), ("\nNodes", SIGINT), ("\nRecords", SIGTERM), ("\nLookups", SIGINT),
    ("\nTraffic goes on", SIGINT),
  ])
  func anInterruptedDemoEndsAndLeavesNoProcess(at step: String, by signal: Int32) async throws {
    let demo = try DemoProcess([], topology: Self.small())
    #expect(await demo.interrupt(at: step, by: signal), "\(demo.said)")
    // Everything was proven before it goes on with traffic; before that it was not.
    #expect(try await demo.ending() == (step == "\nTraffic goes on" ? 0 : 1), "\(demo.said)")
    #expect(demo.nodes.isEmpty)
    #expect(demo.said.contains("All nodes have ended. The homes remain in \(demo.folder)"))
  }

  @Test func theNodesOfADemoThatIsKilledEndByThemselves() async throws {
    let demo = try DemoProcess([], topology: Self.small())
    #expect(try await demo.says("\nTraffic goes on"), "\(demo.said)")
    #expect(demo.nodes.count == 6)
    demo.child.signal(SIGKILL)
    #expect(try await demo.ending() == 128 + SIGKILL)
    #expect(try await DemoProcess.eventually { demo.nodes.isEmpty })
  }

  @Test func aSecondDemoBeginsAnewAndNeverBesideTheFirst() async throws {
    let small = try Self.small()
    let first = try DemoProcess([], topology: small)
    // It stands still meanwhile: while other tests hold up this one, it would prove everything and end well.
    #expect(await first.interrupt(at: "\nNodes", by: SIGSTOP), "\(first.said)")
    let second = try DemoProcess(["--once"], folder: first.folder, topology: small)
    #expect(try await second.ending() == 1)
    #expect(second.said.contains("another demo runs in \(first.folder)"), "\(second.said)")
    #expect(first.child.status == nil)
    first.child.signal(SIGINT)
    first.child.signal(SIGCONT)
    #expect(try await first.ending() == 1)
    let third = try DemoProcess(["--once"], folder: first.folder, topology: small)
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
