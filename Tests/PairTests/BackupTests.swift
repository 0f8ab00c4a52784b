import Catalog
import Foundation
import Glibc
import Testing

/// Backups as an operator makes them and puts them back, and what a neighbour sees of it.
@Suite(.serialized) struct BackupTests {
  static let passphrase = "five other words for backups"

  private func backUp(_ pair: Pair, _ name: String, _ options: String..., at side: Pair.Side? = nil) async throws
    -> Istmo.Said
  {
    try pair.folder.write(Self.passphrase.utf8, "backup-passphrase")
    return try await Istmo.run(
      ["backup", "\(pair.folder.path)/\(name)", "--home", (side ?? pair.a).home, "--passphrase-file", secret(pair)]
        + options)
  }

  private func secret(_ pair: Pair) -> String { "\(pair.folder.path)/backup-passphrase" }

  private func restore(_ pair: Pair, _ name: String, to home: String, _ options: String...) async throws -> Istmo.Said {
    try await Istmo.run(
      ["restore", "\(pair.folder.path)/\(name)", "--home", home, "--passphrase-file", secret(pair)] + options)
  }

  @Test func aNodeWhoseDiskDiedComesBackWithWhatItsNeighbourHolds() async throws {
    let pair = try await Pair()
    var nodes = [try await pair.a.start(), try await pair.b.start()]
    let first = try await pair.must("publish", "migration", "--ids", at: pair.a, input: Departures.lines(1..<4))
    let early = try #require(Self.ids(first.output).first)
    #expect(try await pair.settled())
    #expect(
      try await pair.a.status().json["notes"]?.items.contains { $0.string?.contains("no backup") == true } == true)
    let made = try await backUp(pair, "one", "--json")
    #expect(made.ending == .exit(0), "\(made.errors)")
    let sum = try await sha256(of: "\(pair.folder.path)/one")
    #expect(try made.json["sha256"]?.string == sum)
    let status = try await pair.a.status().json
    #expect(status["backup"]?["sha256"]?.string == (try made.json["sha256"]?.string))
    #expect(status["notes"]?.items.isEmpty == true)
    let asOf = try #require(try made.json["made"]?.string)
    #expect(try await pair.a.istmo("status").output.contains("last backup: as of \(asOf), "))

    let second = try await pair.must("publish", "migration", "--ids", at: pair.a, input: Departures.lines(4..<9))
    let late = try #require(Self.ids(second.output).last)
    #expect(try await pair.settled())
    await nodes[0].kill()
    try FileManager.default.removeItem(atPath: pair.a.home)
    let restored = try await restore(pair, "one", to: pair.a.home)
    #expect(restored.ending == .exit(0) && restored.output.contains("clean:"), "\(restored.output)\(restored.errors)")

    // Alone it signs nothing.
    #expect(await nodes[1].stop() == .exit(0))
    nodes[0] = try await pair.a.start()
    let refused = try await pair.a.istmo("publish", "migration", input: Departures.lines(20..<21))
    #expect(refused.ending == .exit(1) && refused.errors.contains("put back from a backup"), "\(refused.errors)")
    let waiting = try await pair.a.status().json
    #expect(waiting["restored"]?["waiting"]?.boolean == true && waiting["flowing"]?.boolean == false)
    #expect(waiting["restored"]?["awaited"]?.items.compactMap(\.string) == ["GT"])

    nodes[1] = try await pair.b.start()
    let isBack = try await eventually(every: 200) {
      try await pair.a.status().json["restored"]?["waiting"]?.boolean == false
    }
    #expect(isBack)
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(9..<11))
    #expect(try await pair.settled())
    for side in pair.sides {
      let stream = try await side.status().json.stream(pair.stream)
      #expect(
        stream?["size"]?.number == 11 && stream?["halted"]?.string == "" && stream?["fork_kept"]?.boolean == false)
    }
    for (number, id) in [early, late].enumerated() {
      for side in pair.sides {
        let file = "\(pair.folder.path)/\(side.country)-\(number).evidence"
        let to = side.country == pair.a.country ? ["--to", pair.b.country] : []
        let said = try await Istmo.run(
          ["evidence", "export", id, "--out", file, "--officer", "juez-1", "--purpose", "prueba", "--home", side.home]
            + to)
        #expect(said.ending == .exit(0), "\(side.country) \(number): \(said.errors)")
        let roots = try await roots(pair)
        let check = try await Istmo.run(["evidence", "verify", file] + roots)
        #expect(check.ending == .exit(0), "\(side.country) \(number): \(check.errors)")
      }
    }
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    for side in pair.sides {
      let said = try await side.istmo("verify")
      #expect(said.ending == .exit(0), "\(side.country): \(said.errors)")
    }
  }

  @Test func aBackupWhileRecordsComeInIsOfOneMomentAndVerifies() async throws {
    let pair = try await Pair()
    let node = try await pair.a.start()
    async let published = pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<2500))
    var count = 0
    for number in 0..<3 {
      let said = try await backUp(pair, "online-\(number)", "--json")
      #expect(said.ending == .exit(0), "\(said.errors)")
      count += 1
    }
    _ = try await published
    for number in 0..<count {
      let home = "\(pair.folder.path)/r\(number)"
      let said = try await restore(pair, "online-\(number)", to: home)
      #expect(said.ending == .exit(0) && said.output.contains("clean:"), "\(said.output)\(said.errors)")
    }
    #expect(await node.stop() == .exit(0))
  }

  /// Three years after the backup its records' time is over: a home that is made of it does not give them back.
  @Test func whatIsPastItsRetentionIsErasedBeforeAHomeThatWasPutBackIsUsed() async throws {
    let pair = try await Pair(agreed: false)
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<4))
    // One that no record bears is as old as the backup, too, and goes.
    try await pair.must("attach", try pair.folder.write("a picture".utf8, "picture"), at: pair.a)
    #expect(try await backUp(pair, "old").ending == .exit(0))
    let days = 3 * 366 + 2
    let words = try await Foreign.clock(ahead: days * 86_400, in: pair.folder)
    let library = try #require(words.last?.split(separator: "=").last.map(String.init))
    func restored(_ name: String, _ options: String...) async throws -> Istmo.Said {
      try await Istmo.run(
        [
          "restore", "\(pair.folder.path)/old", "--home", "\(pair.folder.path)/\(name)", "--passphrase-file",
          secret(pair), "--json",
        ] + options, environment: ["LD_PRELOAD": library])
    }
    // By this machine's clock alone three years are not believed.
    let doubted = try await restored("doubted")
    #expect(doubted.ending == .exit(0), "\(doubted.errors)")
    let before = try doubted.json
    #expect(before["verify"]?["attachments"]?.number == 1)
    #expect(before["verify"]?["bodies"]?.number == 3 && before["erasure"]?["erased_now"]?.number == 0)
    #expect(before["erasure"]?["retention"]?["obstacle"]?.string?.contains("--clock-is-right") == true)
    let believed = try await restored("believed", "--clock-is-right")
    #expect(believed.ending == .exit(0), "\(believed.errors)")
    let after = try believed.json
    // The records, and the entry of their epoch.
    #expect(after["erasure"]?["erased_now"]?.number == 4 && after["erasure"]?["retention"]?["due"]?.number == 0)
    #expect(after["verify"]?["bodies"]?.number == 0 && after["verify"]?["erased"]?.number == 3)
    #expect(after["verify"]?["attachments"]?.number == 0)
    #expect(after["verify"]?["clean"]?.boolean == true, "\(believed.output)")
  }

  @Test func nothingSecretOrPersonalIsInABackupInClear() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<3))
    #expect(try await backUp(pair, "sealed").ending == .exit(0))
    let bytes = pair.folder.bytes("sealed")
    #expect(bytes.count > 20_000)
    for name in ["storage.key", "log.key", "receipt.key", "sealing.key", "transport.key", "index.key", "root.key"] {
      let key = try Data(contentsOf: URL(filePath: "\(pair.a.home)/keys/\(name)"))
      #expect(!Data(bytes).contains(key.suffix(32)), "\(name)")
    }
    for word in ["migration", "GT-SV/", "agreement", "realm ="] {
      #expect(!Data(bytes).contains(Data(word.utf8)), "\(word)")
    }
    var mode = stat()
    #expect(stat("\(pair.folder.path)/sealed", &mode) == 0 && mode.st_mode & 0o777 == 0o600)
  }

  @Test func aBackupThatCannotBeTrustedIsRefusedWithTheReasonAndLeavesNothing() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<40))
    #expect(try await backUp(pair, "good").ending == .exit(0))
    let good = pair.folder.bytes("good")
    var (flipped, newer, early) = (good, good, good)
    flipped[good.count / 2] ^= 1
    newer[14] = UInt8(ascii: "2")
    early[40] ^= 1
    let cases: [(String, [UInt8], String)] = [
      ("flipped", flipped, "is damaged"), ("newer", newer, "newer program (v2"), ("head", early, "Argon2id"),
      ("cut", Array(good.dropLast(5000)), "cut short"), ("cut-at-piece", Array(good.prefix(2000)), "cut short"),
      ("empty", [], "no backup of istmo"), ("other", Array("something else entirely".utf8), "no backup of istmo"),
      ("longer", good + [0], "damaged"),
    ]
    let home = "\(pair.folder.path)/back"
    for (name, bytes, words) in cases {
      try pair.folder.write(bytes, name)
      let said = try await restore(pair, name, to: home)
      #expect(said.ending == .exit(1), "\(name)")
      if name != "head" { #expect(said.errors.contains(words), "\(name): \(said.errors)") }
    }
    let wrong = try pair.folder.write("another passphrase".utf8, "wrong")
    let refused = try await Istmo.run(
      ["restore", "\(pair.folder.path)/good", "--home", home, "--passphrase-file", wrong])
    #expect(refused.ending == .exit(1) && refused.errors.contains("passphrase is not that of"), "\(refused.errors)")
    #expect(try await restore(pair, "missing", to: home).ending == .exit(1))
    let left = try FileManager.default.contentsOfDirectory(atPath: pair.folder.path).filter { $0.hasPrefix("back") }
    #expect(left == ["backup-passphrase"])
    let taken = try await restore(pair, "good", to: pair.a.home)
    #expect(taken.ending == .exit(1) && taken.errors.contains("exists already"), "\(taken.errors)")
  }

  @Test func backupIsNeverWrittenOverAFileAndSaysWhatItNeeds() async throws {
    let pair = try await Pair(agreed: false)
    #expect(try await backUp(pair, "one", "--without-attachments").ending == .exit(0))
    let before = pair.folder.bytes("one")
    let again = try await backUp(pair, "one")
    #expect(again.ending == .exit(1) && again.errors.contains("not overwritten"), "\(again.errors)")
    #expect(pair.folder.bytes("one") == before)
    #expect(try await backUp(pair, "no/such/folder").ending == .exit(1))
    let short = try pair.folder.write("short".utf8, "short")
    let weak = try await Istmo.run(
      ["backup", "\(pair.folder.path)/two", "--home", pair.a.home, "--passphrase-file", short])
    #expect(weak.ending == .exit(2) && weak.errors.contains("fewer than 12"), "\(weak.errors)")
    #expect(try await Istmo.run(["backup", "--home", pair.a.home]).ending == .exit(2))
    #expect(try await Istmo.run(["restore", "--home", pair.a.home]).ending == .exit(2))
    #expect(try await Istmo.run(["restore", "--accept-without", "GT", "--home", pair.a.home]).ending == .exit(2))
    let none = try await pair.a.istmo("restore", "--accept-without", "GT", "--reason", "x")
    #expect(none.ending == .exit(1) && none.errors.contains("does not wait"), "\(none.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: pair.folder.path).filter { $0.hasSuffix(".part") }
    #expect(left.isEmpty)

    // Another way to keep the storage key, on another machine.
    let storage = try pair.folder.write("a passphrase for storage".utf8, "storage")
    let home = "\(pair.folder.path)/moved"
    let moved = try await restore(
      pair, "one", to: home, "--storage-key", "passphrase", "--storage-passphrase-file", storage)
    #expect(moved.ending == .exit(0), "\(moved.errors)")
    #expect(try String(contentsOfFile: "\(home)/config", encoding: .utf8).contains("storage-key = passphrase"))
  }

  @Test func aNeighbourThatStaysAwayIsNotWaitedForWhenAnOperatorSaysSo() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<3))
    #expect(try await backUp(pair, "one").ending == .exit(0))
    let home = "\(pair.folder.path)/again"
    #expect(try await restore(pair, "one", to: home).ending == .exit(0))
    let side = Pair.Side(country: pair.a.country, home: home, relay: pair.a.relay)
    let node = try await side.start()
    let said = try await side.istmo("restore", "--accept-without", "GT", "--reason", "its building burnt")
    #expect(said.ending == .exit(0) && said.output.contains("Publishing goes on"), "\(said.output)\(said.errors)")
    #expect(try await side.istmo("publish", "migration", input: Departures.lines(3..<4)).ending == .exit(0))
    #expect(await node.stop() == .exit(0))
    let status = try await side.status().json
    #expect(status["restored"]?["without"]?.items.first?["reason"]?.string == "its building burnt")
    #expect(status.stream(pair.stream)?["size"]?.number == 3)
    let nodes = [try await side.start(), try await pair.b.start()]
    let caughtUp = try await eventually(every: 200) {
      try await pair.b.status().json.stream(pair.stream)?["size"]?.number == 4
    }
    #expect(caughtUp)
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }

  private func roots(_ pair: Pair) async throws -> [String] {
    var roots: [String] = []
    for side in pair.sides {
      roots += ["--root", try #require(try await pair.must("key", "show", "--json", at: side).json["root"]?.string)]
    }
    return roots
  }

  /// The ids that `publish --ids` printed.
  private static func ids(_ output: String) -> [String] {
    output.split(whereSeparator: \.isWhitespace).map(String.init).filter { $0.count == 36 && $0.contains("-7") }
  }

  private func sha256(of file: String) async throws -> String {
    let folder = try Folder()
    let child = try Spawner.shared.start(
      .init(
        program: "/usr/bin/sha256sum", arguments: [file], environment: [:], folder: nil, input: "/dev/null",
        output: folder.path + "/out", errors: folder.path + "/err"))
    _ = await awaitEnding(of: child)
    return String(folder.text("out").prefix(64))
  }
}
