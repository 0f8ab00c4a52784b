import Foundation
import Programs
import Testing

/// A slice of a regional day through real nodes, and the independent check of what each home holds.
@Suite(.serialized) struct DayTests {
  /// The sample with its first three pairs alone, and six countries.
  private func threePairs(in folder: String) throws -> String {
    try FileManager.default.copyItem(atPath: DemoProcess.root + "/Topology", toPath: folder)
    let file = folder + "/central-america.toml"
    let parts = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "[[pair]]")
    try parts[..<4].joined(separator: "[[pair]]").write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  /// Runs the check; its exit status and what it said.
  private func check(_ demo: DemoProcess, _ options: [String] = []) throws -> (status: Int32, said: String) {
    let log = demo.scratch + "/check.log"
    let child = try Child(
      "/usr/bin/python3",
      [
        DemoProcess.root + "/Tests/Interop/day/check.py", "--istmo", DemoProcess.program, "--homes", demo.folder,
        "--day",
        demo.folder + "/files/day",
      ] + options, log: log)
    child.wait()
    return (child.status ?? -1, TextFile.read(log))
  }

  @Test func eachHomeHoldsWhatItsAgreementsGiveItAndNothingElse() async throws {
    let folder = NSTemporaryDirectory() + "istmo-day-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let demo = try DemoProcess(["--day", "--scale", "0.002", "--seed", "5"], topology: try threePairs(in: folder))
    #expect(try await demo.ending() == 0, "\(demo.said)")
    #expect(demo.nodes.isEmpty)
    let good = try check(demo)
    #expect(good.status == 0, "\(good.said)")
    #expect(good.said.contains("each home holds exactly what its agreements give it, and nothing else"))
    #expect(good.said.contains(/each was found by each of its [1-9][0-9]{3,} keys/), "\(good.said)")

    // The check can fail: a ledger says that one declaration never touched Honduras.
    let ledger = demo.folder + "/files/day/ledger.ndjson"
    let text = try String(contentsOfFile: ledger, encoding: .utf8)
    let lines = text.split(separator: "\n")
    let route = try #require(
      lines.firstIndex { $0.contains("\"dataset\":\"manifests\"") && $0.contains("\"route\":[\"SV\",\"HN\"]") })
    var altered = lines
    altered[route] = Substring(altered[route].replacing("\"route\":[\"SV\",\"HN\"]", with: "\"route\":[\"SV\"]"))
    try altered.joined(separator: "\n").write(toFile: ledger, atomically: true, encoding: .utf8)
    let offRoute = try check(demo, ["--only", "HN"])
    #expect(offRoute.status == 1 && offRoute.said.contains("1 records that no agreement gives it"), "\(offRoute.said)")

    // So can its search by keys: another tag than the one that was published is not found.
    let reads = demo.folder + "/files/day/HN/rfid-reads.ndjson"
    let read = try String(contentsOfFile: reads, encoding: .utf8)
    let tag = try #require(read.firstMatch(of: /"epc":"([0-9A-F]{24})"/)).1
    try read.replacing("\"epc\":\"\(tag)\"", with: "\"epc\":\"30340000000000000000F00D\"")
      .write(toFile: reads, atomically: true, encoding: .utf8)
    let misread = try check(demo, ["--only", "HN"])
    #expect(
      misread.status == 1 && misread.said.contains("rfid-reads by epc 30340000000000000000F00D"), "\(misread.said)")
  }
}
