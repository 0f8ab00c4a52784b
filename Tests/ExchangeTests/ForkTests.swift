import Ledger
import Simulator
import Sodium
import Store
import Terms
import Testing

@testable import Exchange

/// Two checkpoints that cannot both be true stop the stream on both sides, and the proof is kept.
@Suite struct ForkTests {
  /// Three records are held by the neighbour.
  private func settled() throws -> Scene {
    let scene = try Scene()
    scene.connect()
    for name in ["one", "two", "three"] { _ = try scene.origin.accept(Scene.draft(name)) }
    _ = try scene.origin.accept(Scene.draft("note", dataset: Scene.notes))
    try scene.settle()
    return scene
  }

  /// The proof as it is kept, checked with nothing but the log's public key.
  private func keptProof(_ party: Party, _ scene: Scene) throws -> ForkProof {
    let bytes = try #require(try party.store.state(ForkProof.stateKey(Scene.sent)), "\(party.country) kept no proof")
    let proof = try ForkProof(bytes)
    let key = try SignedCheckpoint.logKey(
      scene.origin.keys.log.verifyingKey, of: Scene.sent.checkpointOrigin(in: Scene.realm))
    for signed in [proof.first, proof.second] {
      let note = try SignedNote(signed.bytes)
      #expect(try note.isSigned(by: key))
      #expect(try Checkpoint(text: note.text).origin == key.name)
    }
    let (a, b) = (proof.first.checkpoint, proof.second.checkpoint)
    if a.size == b.size {
      #expect(a.root != b.root)
    } else {
      let prefix = try #require(proof.prefixRoot)
      #expect(prefix != a.root)
      #expect(
        Proof.verifyConsistency(from: a.size, oldRoot: prefix, to: b.size, newRoot: b.root, path: proof.path))
    }
    return proof
  }

  private func expectStopped(_ scene: Scene) throws {
    for party in [scene.origin, scene.recipient] {
      #expect(try party.reader.state(of: Scene.sent).halted.isEmpty == false, "\(party.country) did not stop")
      #expect(party.status(Scene.sent)?.halted.isEmpty == false)
      #expect(party.status(Scene.sent)?.flowing == false)
      #expect(party.log.contains { $0.level == .error && $0.text.contains("is stopped") })
      _ = try keptProof(party, scene)
    }
    // It stays so: after records, links and restarts.
    let sizes = [scene.origin, scene.recipient].map { $0.status(Scene.sent)?.size }
    _ = try scene.origin.accept(Scene.draft("later"))
    scene.disconnect()
    for party in [scene.origin, scene.recipient] { try party.restart() }
    scene.connect()
    try scene.run(seconds: 60)
    _ = try scene.origin.accept(Scene.draft("much later"))
    _ = try scene.origin.accept(Scene.draft("another note", dataset: Scene.notes))
    try scene.run(seconds: 5)
    #expect([scene.origin, scene.recipient].map { $0.status(Scene.sent)?.size } == sizes)
    #expect(scene.recipient.status(Scene.sent)?.halted.isEmpty == false)
    // The home register and the other stream go on.
    #expect(try scene.origin.names(Scene.home).suffix(2) == ["later", "much later"])
    #expect(try scene.recipient.names(Scene.sentNotes).last == "another note")
    #expect(scene.recipient.status(Scene.sentNotes)?.flowing == true)
  }

  /// A checkpoint that the origin's key signed and that does not fit, of a size that is held, shorter, or none.
  private func other(_ size: UInt64, _ scene: Scene) throws -> SignedCheckpoint {
    try HandmadeOrigin(scene).checkpoint(size: size, root: RootHash(SHA256.hash([UInt8(size)])))
  }

  @Test(arguments: [0, 1, 2, 3, 4] as [UInt64])
  func anAsOfThatDoesNotFitStopsBothSides(size: UInt64) throws {
    let scene = try settled()
    let note = try other(size, scene).bytes
    scene.recipient.give(.message(.asOf(stream: Scene.sent, note: note), from: Scene.sv))
    try scene.settle()
    #expect(scene.recipient.status(Scene.sent)?.size == 4)
    try expectStopped(scene)
    #expect(try keptProof(scene.recipient, scene).first.checkpoint.size == size)
  }

  @Test func anOldBatchWithAnotherCheckpointStopsBothSides() throws {
    let scene = try settled()
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    try maker.addRecord()
    scene.recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
    try scene.settle()
    try expectStopped(scene)
  }

  @Test func aCheckpointOfAnotherKeyStopsNothing() throws {
    let scene = try settled()
    for signed in [
      try HandmadeOrigin(scene).checkpoint(size: 2, root: .empty, logKeyOf: scene.recipient),
      try HandmadeOrigin(scene).checkpoint(size: 2, root: .empty, hasAsOf: false),
      try HandmadeOrigin(scene).checkpoint(size: 2, root: .empty, origin: "istmo.example/SV/GT/notes"),
    ] {
      scene.recipient.give(.message(.asOf(stream: Scene.sent, note: signed.bytes), from: Scene.sv))
      try scene.settle()
      #expect(scene.recipient.status(Scene.sent)?.problem.contains("not signed") == true)
    }
    #expect(scene.recipient.status(Scene.sent)?.halted == "")
    _ = try scene.origin.accept(Scene.draft("four"))
    try scene.run(seconds: 10)
    #expect(try scene.recipient.names(Scene.sent).last == "four")
    #expect(scene.recipient.status(Scene.sent)?.problem == "")
  }

  @Test func aConflictWithoutAValidProofIsNotBelieved() throws {
    let scene = try settled()
    let held = try #require(try scene.recipient.reader.state(of: Scene.sent).checkpoint)
    let forged = try HandmadeOrigin(scene).checkpoint(size: 4, root: .empty, logKeyOf: scene.recipient)
    let proofs = [
      ForkProof(first: held, second: held), ForkProof(first: held, second: forged),
      ForkProof(first: try other(2, scene), second: held, prefixRoot: .empty, path: []),
      ForkProof(first: try other(2, scene), second: held),
    ]
    for proof in proofs {
      #expect(!proof.isValid(logKeys: [scene.origin.keys.log.verifyingKey]))
      for (party, from) in [(scene.origin, Scene.gt), (scene.recipient, Scene.sv)] {
        for bytes in [proof.bytes, [], [1, 2, 3]] {
          party.give(.message(.conflict(stream: Scene.sent, proof: bytes), from: from))
        }
      }
    }
    // A valid proof of another stream, or from a country that it is no concern of.
    let real = ForkProof(first: held, second: try other(4, scene))
    #expect(real.isValid(logKeys: [scene.origin.keys.log.verifyingKey]))
    scene.origin.give(.message(.conflict(stream: Scene.sentNotes, proof: real.bytes), from: Scene.gt))
    scene.origin.give(.message(.conflict(stream: Scene.sent, proof: real.bytes), from: try CountryCode("HN")))
    try scene.settle()
    #expect(scene.origin.core.status(at: scene.origin.now).allSatisfy { $0.halted.isEmpty })
    #expect(scene.recipient.core.status(at: scene.origin.now).allSatisfy { $0.halted.isEmpty })
  }

  /// The disk fails or the node dies just when it learns of the fork: it must learn of it again.
  @Test(arguments: ["recipient's commit", "origin's commit", "recipient's crash", "origin's crash"])
  func aForkIsNotForgottenWhenKeepingItFails(_ failure: String) throws {
    let scene = try settled()
    let note = try other(4, scene).bytes
    scene.recipient.give(.message(.asOf(stream: Scene.sent, note: note), from: Scene.sv))
    #expect(scene.recipient.commit != nil)
    if failure == "recipient's commit" { scene.recipient.failCommit() }
    let conflicts = scene.recipient.take { if case .conflict = $0 { $0 } else { nil } }
    #expect(conflicts.count == 1)
    for message in conflicts { scene.origin.give(.message(message, from: Scene.gt)) }
    #expect(scene.origin.commit != nil)
    if failure == "origin's commit" { scene.origin.failCommit() }
    if failure == "recipient's crash" {
      try scene.recipient.restart()
    } else {
      try scene.recipient.finishCommits()
    }
    if failure == "origin's crash" { try scene.origin.restart() }
    if failure.contains("crash") { scene.disconnect() }
    if failure.contains("crash") { scene.connect() }
    try scene.run(seconds: 10)
    try expectStopped(scene)
  }

  // MARK: Restores

  @Test func anOriginThatLostDataSignsNoSecondHistory() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    let backup = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.settle()
    scene.disconnect()
    try scene.origin.restart(from: backup)
    scene.connect()
    try scene.settle()
    #expect(scene.origin.status(Scene.sent)?.halted.contains("holds 3 entries") == true)
    #expect(scene.origin.status(Scene.sent)?.flowing == false)
    #expect(scene.recipient.status(Scene.sent)?.problem.contains("lost data") == true)
    // It says so as well after the recipient has asked again, and on a new link.
    try scene.run(seconds: 60)
    #expect(scene.recipient.status(Scene.sent)?.problem.contains("lost data") == true)
    scene.disconnect()
    scene.connect()
    try scene.settle()
    #expect(scene.recipient.status(Scene.sent)?.problem.contains("lost data") == true)
    #expect(scene.recipient.status(Scene.sent)?.flowing == false)
    let signed = scene.carried.count
    _ = try scene.origin.accept(Scene.draft("second history"))
    try scene.run(seconds: 60)
    #expect(scene.origin.status(Scene.sent)?.size == 2, "nothing is appended and signed any more")
    #expect(!scene.carried.dropFirst(signed).contains { if case .batch = $0 { true } else { false } })
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"], "the neighbour loses nothing")
    // A later backup, or the disk itself, puts it right.
  }

  @Test func anOriginThatWroteASecondHistoryBeforeItsNeighbourCameIsProvenWrong() throws {
    let scene = try settled()
    let backup = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("four"))
    try scene.settle()
    scene.disconnect()
    try scene.origin.restart(from: backup)
    for name in ["other four", "other five"] { _ = try scene.origin.accept(Scene.draft(name)) }
    scene.connect()
    try scene.settle()
    try expectStopped(scene)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three", "four"])
  }

  @Test func aRecipientThatLostDataGetsItAgain() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    let backup = scene.recipient.store.snapshot()
    for name in ["two", "three"] { _ = try scene.origin.accept(Scene.draft(name)) }
    try scene.run(seconds: 6)
    scene.disconnect()
    try scene.recipient.restart(from: backup)
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
    scene.connect()
    try scene.run(seconds: 6)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
    for party in [scene.origin, scene.recipient] {
      #expect(party.status(Scene.sent)?.flowing == true)
      #expect(party.status(Scene.sent)?.lagRecords == 0)
    }
  }
}
