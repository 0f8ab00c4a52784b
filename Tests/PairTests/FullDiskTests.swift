import Catalog
import Foundation
import HTTP
import Testing

/// Nodes whose disk is really full: a small file system of their own.
@Suite(.serialized) struct FullDiskTests {
  /// Runs a node with its store on a disk of 8 MiB, half of it in use, which lives as long as the node. A file `fill` or `free` in the
  /// folder `HOME.do` has a shell fill the disk to the last byte, or take that away and enlarge the disk.
  static let smallDisk = """
    set -e; umask 077; store=$1/store; disk=$1.disk; todo=$1.do; shift; mkdir "$disk"
    mount -t tmpfs -o size=8m,mode=700 none "$disk"
    cp -a "$store/." "$disk/"; mount --bind "$disk" "$store"; set +e
    head -c 4194304 /dev/zero > "$store/others"
    while kill -0 $$ 2>/dev/null; do
      if [ -e "$todo/fill" ]; then cat /dev/zero > "$store/ballast" 2>/dev/null; rm "$todo/fill"; fi
      if [ -e "$todo/free" ]; then rm -f "$store/ballast" "$store/others"; mount -o remount,size=64m "$disk"; rm "$todo/free"; fi
      sleep 0.05
    done </dev/null >/dev/null 2>&1 &
    exec "$@"
    """

  /// Whether this machine lets a user have a file system of its own: not every container does. Where everything must be
  /// tested the tests run all the same, and fail. `HonestStatusTests.ofADiskWithoutRoom` goes without.
  static func canMount() async throws -> Bool {
    if ProcessInfo.processInfo.environment["ISTMO_TEST_COMPLETE"] != nil { return true }
    let child = try Spawner.shared.start(
      .init(
        program: "/usr/bin/unshare",
        arguments: ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], output: "/dev/null",
        errors: "/dev/null"))
    return await awaitEnding(of: child) == .exit(0)
  }

  private static func start(_ side: Pair.Side) async throws -> NodeProcess {
    try FileManager.default.createDirectory(atPath: "\(side.home).do", withIntermediateDirectories: false)
    return try await side.start(
      prefix: [
        "/usr/bin/unshare", "--map-root-user", "--mount", "/bin/sh", "-c", smallDisk, "sh", side.home,
      ])
  }

  private static func tell(_ side: Pair.Side, _ word: String) async throws {
    let file = "\(side.home).do/\(word)"
    try Data().write(to: URL(filePath: file))
    #expect(await eventually { !FileManager.default.fileExists(atPath: file) })
  }

  private static func health(_ node: NodeProcess, _ path: String = "/healthz") throws -> Int {
    try node.client().send(.init(.get, path), limit: 1 << 16).status
  }

  private static func query(_ side: Pair.Side, _ number: Int) async throws -> Istmo.Said {
    try await side.istmo(
      "query", "migration", "--where", "document=SV/A\(String(format: "%08d", number))", "--officer", "o-1",
      "--purpose", "control", "--json")
  }

  /// Publishes until the disk refuses; gives the numbers accepted.
  private static func publishUntilFull(_ pair: Pair, from first: Int) async throws -> (accepted: Int, errors: String) {
    var accepted = 0
    for round in 0..<400 {
      let start = first + round * 200
      let said = try await pair.a.istmo("publish", "migration", input: Departures.lines(start..<start + 200))
      let count = said.output.firstMatch(of: /accepted (\d+)/).flatMap { Int($0.1) } ?? 0
      accepted += count
      if said.ending != .exit(0) { return (accepted, said.errors) }
    }
    return (accepted, "")
  }

  @Test(.enabled("needs a file system of its own") { try await canMount() }) func publishingStopsAndGoesOnByItself()
    async throws
  {
    let pair = try await Pair()
    let sv = try await Self.start(pair.a)
    let gt = try await pair.b.start()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(0..<10))
    #expect(try await pair.settled())

    // Short of room: records are refused, lookups are answered and logged from the reserve.
    let (accepted, errors) = try await Self.publishUntilFull(pair, from: 1000)
    #expect(accepted > 0 && errors.contains("the disk is full"), "\(accepted) \(errors.prefix(500))")
    #expect(try await eventually { try Self.health(sv) == 503 })
    let answer = try await Self.query(pair.a, 3)
    #expect(answer.ending == .exit(0) && answer.output.contains("A00000003"), "\(answer)")

    // To the last byte: nothing can be logged, so nothing is looked up; the rest is said honestly.
    try await Self.tell(pair.a, "fill")
    #expect(try await eventually { try await Self.query(pair.a, 3).ending == .exit(1) })
    let refused = try await Self.query(pair.a, 3)
    #expect(refused.errors.contains("could not be logged") && refused.errors.contains("disk is full"), "\(refused)")
    let lost = try await pair.a.istmo("publish", "migration", input: Departures.lines(500..<501))
    #expect(lost.ending == .exit(1) && lost.errors.contains("the disk is full"), "\(lost)")
    let status = try await pair.a.status()
    #expect(status.ending == .exit(1))
    #expect(status.json["problems"]?.items.first?.string?.contains("the disk is full") == true, "\(status.json.json)")
    #expect(try Self.health(sv) == 503)
    #expect(try Self.health(sv, "/readyz") == 503)
    #expect(sv.isRunning)

    // Room again: all of it by itself, with no publishing before.
    try await Self.tell(pair.a, "free")
    #expect(try await eventually { try await Self.query(pair.a, 3).ending == .exit(0) })
    #expect(try await eventually { try Self.health(sv) == 200 })
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(500..<501))
    #expect(try await pair.settled())
    for side in pair.sides {
      let verified = try await side.istmo("verify", "--json")
      #expect(verified.ending == .exit(0), "\(verified)")
    }
    // Nothing accepted is lost, nothing refused is there.
    let held = try await pair.b.status().json.stream(pair.stream)?["size"]?.number ?? 0
    // Beside the records there is the entry of each day's key.
    #expect((1...2).contains(held - Int64(10 + accepted + 1)), "\(held) entries, \(accepted) accepted")
    #expect(await sv.stop() == .exit(0))
    #expect(await gt.stop() == .exit(0))
  }

  @Test(.enabled("needs a file system of its own") { try await canMount() })
  func aRecipientWithoutRoomTakesNothingAndCatchesUpByItself() async throws {
    let pair = try await Pair()
    let sv = try await pair.a.start()
    let gt = try await Self.start(pair.b)
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(0..<10))
    #expect(try await pair.settled())

    try await Self.tell(pair.b, "fill")
    #expect(try await eventually { try Self.health(gt) == 503 })
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(10..<400))
    let isTold = try await eventually {
      let (here, there) = (try await pair.a.status(), try await pair.b.status())
      return here.ending == .exit(1) && here.json.stream(pair.stream)?["lag_records"]?.number == 390
        && there.json["problems"]?.items.first?.string?.contains("the disk is full") == true
    }
    #expect(isTold)
    #expect(gt.isRunning)

    try await Self.tell(pair.b, "free")
    #expect(try await pair.settled())
    #expect(try Self.health(gt) == 200)
    #expect(try Self.health(gt, "/readyz") == 200)
    for side in pair.sides { #expect(try await side.istmo("verify").ending == .exit(0)) }
    for node in [sv, gt] { #expect(await node.stop() == .exit(0)) }
  }
}
