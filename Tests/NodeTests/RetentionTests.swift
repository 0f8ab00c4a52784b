import Catalog
import Exchange
import Foundation
import Ledger
import Sodium
import Terms
import Testing

@testable import Node
@testable import Store

/// Two linked nodes whose clock goes on for days: what is past its retention is gone from both homes.
@Suite(.serialized) struct RetentionTests {
  private static let (stream, home) = ("SV/GT/migration", "SV/SV/migration")

  /// Agreed for two days; kept at home for four.
  private func pair(_ clock: MovedClock) throws -> NodePair {
    let path = "datasets/migration.toml"
    let text = try String(contentsOfFile: "\(NodePair.root)/Topology/\(path)", encoding: .utf8)
    return try NodePair(
      clock: clock, definitions: [path: text.replacing("retention_days = 1096", with: "retention_days = 4")]
    ) { $0.replacing("retention_days = 1096", with: "retention_days = 2") }
  }

  private func status(_ stream: String, at node: Installation) throws -> RetentionStatus? {
    try node.retention().streams.first { $0.stream.description == stream }
  }

  /// Where these bytes stand in a file of a home.
  private func places(of bytes: [UInt8], in home: Home) throws -> [String] {
    let walk = try #require(FileManager.default.enumerator(atPath: home.path))
    return walk.compactMap { $0 as? String }.filter {
      FileManager.default.contents(atPath: "\(home.path)/\($0)")?.range(of: Data(bytes)) != nil
    }
  }

  @Test func whatIsPastItsDaysIsGoneFromBothHomesAndTheRestProvesItself() throws {
    let clock = MovedClock()
    let pair = try pair(clock)
    let (sv, gt) = try pair.start()
    let (stream, home) = (try StreamName(Self.stream), try StreamName(Self.home))
    guard case .accepted(let id) = try NodePair.publish(0..<3, at: sv).first else {
      return #expect(Bool(false), "not accepted")
    }
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: stream).receipt?.checkpoint.size == 4 })
    #expect(try status(Self.stream, at: gt)?.due == 0 && status(Self.stream, at: gt)?.days == 2)

    // What can be read of it today.
    let epoch = try #require(try gt.engine.reader.vault.epochs(of: stream).first)
    let ownEpoch = try #require(try sv.engine.reader.vault.epochs(of: home).first)
    let sealed = try #require(try gt.store.chunk(of: stream, containing: 1)).bodies
    let ownSealed = try #require(try sv.store.chunk(of: home, containing: 1)).bodies
    let pieces = [Array(sealed.suffix(60)), Array(ownSealed.suffix(60))]
    #expect(try !places(of: epoch.wrapped, in: pair.gtHome).isEmpty && !places(of: epoch.box, in: pair.gtHome).isEmpty)
    #expect(try !places(of: pieces[0], in: pair.gtHome).isEmpty && !places(of: pieces[1], in: pair.svHome).isEmpty)

    clock.move(days: 3)
    // Where El Salvador erases first, its entry of the erasure comes before Guatemala looks, and goes with the four.
    #expect(
      try NodePair.eventually {
        guard let erased = try status(Self.stream, at: gt)?.erased else { return false }
        return try (4...5).contains(erased) && status(Self.stream, at: sv)?.erased == 4
      })
    // A record of today goes on its way, and the entry of the erasure with it.
    #expect(try NodePair.publish(3..<4, at: sv).count == 1)
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: stream).receipt?.checkpoint.size == 7 })
    var request = LookupRequest(
      dataset: stream.dataset, by: Asker(officer: "of-1", role: "migration-officer", purpose: "test"))
    request.from = stream.origin
    #expect(try gt.lookups.answer(request).records.count == 1)
    request.conditions = [("document", "SV/A10000000")]
    #expect(try gt.lookups.answer(request).records.isEmpty)
    #expect(try sv.lookups.answer(request).records.count == 1, "the own register keeps it for longer")

    // Every key that is here, tried on what was sealed.
    let entry = try gt.engine.reader.entry(stream, at: 1)
    var tried = 0
    for name in try gt.engine.reader.streams() {
      for epoch in try gt.engine.reader.vault.epochs(of: name) where !epoch.isErased {
        tried += 1
        let key = try gt.engine.reader.vault.key(of: name, at: epoch.first)
        #expect(throws: SodiumError.self) {
          try key.open(sealed.suffix(60)[...], leaf: entry.context.leaf(entry.entry))
        }
      }
    }
    #expect(tried > 0)
    #expect(
      try NodePair.eventually {
        try [epoch.wrapped, epoch.box, pieces[0]].allSatisfy { try places(of: $0, in: pair.gtHome).isEmpty }
      })

    for node in [sv, gt] {
      let report = node.verify { _ in }
      #expect(report.problems.isEmpty, "\(node.country): \(report.problems)")
      #expect(report.erased >= 3)
    }
    // Evidence says what is left to say, at both.
    for (node, to) in [(gt, nil), (sv, "GT")] as [(Installation, String?)] {
      let file = try node.evidence(
        for: id, to: to.map { try CountryCode($0) }, officer: "a-1", role: "auditor", purpose: "revision")
      let check = EvidenceCheck(file, trusted: [pair.svHome.root, pair.gtHome.root])
      #expect(check.holds && check.isErased && check.body.isEmpty, "\(node.country): \(check.findings)")
      #expect(check.findings.contains { $0.text.contains("erased at the end of its retention") })
    }

    clock.move(days: 2)
    #expect(try NodePair.eventually { try status(Self.home, at: sv)?.erased == 4 })
    #expect(
      try NodePair.eventually {
        try [ownEpoch.wrapped, ownEpoch.box, pieces[1]].allSatisfy { try places(of: $0, in: pair.svHome).isEmpty }
      })
    #expect(try sv.lookups.answer(request).records.isEmpty)
    #expect(sv.verify { _ in }.problems.isEmpty)
    let metrics = sv.metrics()
    #expect(metrics.contains("istmo_retention_erased_entries{stream=\"\(Self.home)\"} 4"))
    #expect(metrics.contains("istmo_erasure_timestamp_seconds{stream=\"\(Self.home)\"}"))
    let (again, gtAgain) = try pair.restart()
    #expect(try status(Self.home, at: again)?.lastErasure != nil)
    #expect(again.verify { _ in }.problems.isEmpty && gtAgain.verify { _ in }.problems.isEmpty)
  }

  @Test func whatIsMissingAndWasNotErasedIsFound() throws {
    let clock = MovedClock()
    let pair = try pair(clock)
    let (sv, gt) = try pair.start()
    let (stream, home) = (try StreamName(Self.stream), try StreamName(Self.home))
    _ = try NodePair.publish(0..<3, at: sv)
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: stream).receipt?.checkpoint.size == 4 })
    #expect(sv.verify { _ in }.problems.isEmpty && gt.verify { _ in }.problems.isEmpty)
    // Bodies that somebody took, with their key left behind.
    var taken = Commit()
    taken.erasures = [(home, 4)]
    try sv.store.commit(taken)
    #expect(sv.verify { _ in }.problems.contains { $0.contains("missing, and was not erased") })
    // A key that somebody took, without a word in the log.
    let epoch = try #require(try gt.engine.reader.vault.epochs(of: stream).first)
    var destroyed = Commit()
    let gone = EpochRecord(number: epoch.number, first: epoch.first, box: [], wrapped: [])
    destroyed.states = [(gone.stateKey(stream), gone.bytes)]
    try gt.store.commit(destroyed)
    let (_, again) = try pair.restart()
    #expect(again.verify { _ in }.problems.contains { $0.contains("no entry says that it was erased") })
  }

  @Test func whatIsDueIsErasedOnRequestAndAClockThatLeaptIsNotBelieved() throws {
    let clock = MovedClock()
    let pair = try pair(clock)
    let (sv, _) = try pair.start()
    _ = try NodePair.publish(0..<1, at: sv)
    let name = try StreamName(Self.stream)
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: name).receipt?.checkpoint.size == 2 })
    pair.stop()
    // Opened alone, a year later by its clock.
    clock.move(days: 300)
    let keys = try pair.svHome.keys(.file)
    let alone = try Installation(
      documents: HomeDocuments(pair.svHome), registry: try pair.svHome.loadRegistry(), keys: keys.ring,
      storePath: "\(pair.svHome.storeFolder)/istmo.db", tokens: TokenBook([]), clock: clock, log: { _, _, _ in })
    defer { alone.stop() }
    let due = try alone.retention().due
    #expect(due >= 4)
    let (erased, report) = try alone.eraseDue(isClockRight: false)
    #expect(erased == 0 && report.due == due && report.obstacle?.words.contains("clock went ahead") == true)
    #expect(alone.status().problems.contains { $0.words.contains("clock went ahead") })
    let (then, after) = try alone.eraseDue(isClockRight: true)
    #expect(then == due && after.due == 0 && after.obstacle == nil)
    #expect(alone.verify { _ in }.problems.isEmpty)
  }

  @Test func whatMayBeWaitingForItsRecordStaysAndTheHeadGoesWithTheFile() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let blobs = try BlobStore(
      folder: "\(home.storeFolder)/blobs", storage: SymmetricKey(SystemEntropy()), shortage: { nil })
    var digests: [Digest] = []
    for text in ["borne", "not borne"] {
      let writer = try blobs.writer()
      try writer.append(Array(text.utf8))
      digests.append(try writer.keep().digest)
    }
    let path = blobs.path(of: digests[1])
    let file = try #require(FileManager.default.contents(atPath: path))
    let now = SystemClock().now()
    // What came a moment ago may be waiting for its record.
    #expect(try blobs.removeAll(olderThan: now.advanced(byMilliseconds: -BlobStore.patience)) { _ in true } == 0)
    let later = now.advanced(byMilliseconds: 60_000)
    #expect(try blobs.removeAll(olderThan: later) { $0 == digests[1] } == 1)
    #expect(blobs.holds(digests[0]) && !blobs.holds(digests[1]))
    #expect(try places(of: Array(file.prefix(60)), in: home).isEmpty)
    #expect(blobs.verify().problems.isEmpty)
  }
}
