import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// Bodies are sealed for the recipient under the key of their day, and kept as they came.
@Suite struct SealingTests {
  @Test func eachDayHasAKeyOfItsOwnInEveryStream() throws {
    // One second before midnight UTC.
    let scene = try Scene(now: Instant(milliseconds: 1_795_564_799_000))
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("today"))
    _ = try scene.origin.accept(Scene.draft("today too"))
    try scene.run(seconds: 2)
    _ = try scene.origin.accept(Scene.draft("tomorrow"))
    try scene.settle()
    for (party, stream) in [
      (scene.origin, Scene.home), (scene.origin, Scene.sent), (scene.recipient, Scene.sent),
    ] {
      let epochs = try party.reader.vault.epochs(of: stream)
      #expect(epochs.map(\.number) == [20_781, 20_782])
      #expect(epochs.map(\.first) == [0, 3])
      for epoch in epochs {
        let (entry, _) = try party.reader.entry(stream, at: epoch.first)
        #expect(entry.kind == .epoch(epoch.number))
        #expect(entry.commitment == SHA256.hash(epoch.box))
      }
      // Who goes along a stream, and back, has each entry's own key.
      var known: KeyReach?
      for index in [0, 1, 2, 3, 4, 2, 1] as [UInt64] {
        let key = try party.reader.vault.key(of: stream, at: index, known: &known)
        #expect(key.number == (index < 3 ? 20_781 : 20_782))
        #expect(known?.range == (index < 3 ? 0..<3 : 3..<UInt64.max))
      }
    }
    #expect(try scene.recipient.names(Scene.sent) == ["today", "today too", "tomorrow"])
    let ids = try (0..<5).map { try scene.recipient.reader.entry(Scene.sent, at: $0).entry.id }
    #expect(ids == ids.sorted())
  }

  @Test func aBatchThatIsReadFromTheStoreGoesOnAcrossDays() throws {
    let scene = try Scene(now: Instant(milliseconds: 1_795_564_799_000))
    _ = try scene.origin.accept(Scene.draft("today"))
    try scene.run(seconds: 2)
    _ = try scene.origin.accept(Scene.draft("tomorrow"))
    scene.connect()
    try scene.settle()
    let batches = scene.carried.compactMap { if case .batch(let batch) = $0 { batch.count } else { nil } }
    #expect(batches == [4])
    #expect(try scene.recipient.names(Scene.sent) == ["today", "tomorrow"])
  }

  @Test func theDaysKeyIsUsedAgainAfterARestart() throws {
    let scene = try Scene()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.origin.restart()
    _ = try scene.origin.accept(Scene.draft("two"))
    #expect(try scene.origin.reader.vault.epochs(of: Scene.sent).count == 1)
    scene.connect()
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
  }

  /// A commit is visible to readers before the core takes in what it holds.
  @Test func aReaderThatKnewAStreamWithoutEpochsReadsItsFirstRecord() throws {
    let scene = try Scene()
    let reader = scene.origin.reader
    for stream in [Scene.home, Scene.sent] { #expect(try reader.vault.epochs(of: stream).isEmpty) }
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("first"))
    try scene.settle()
    for stream in [Scene.home, Scene.sent] {
      _ = try reader.vault.key(of: stream, at: 1)
      #expect(throws: ReadError.self) {
        try EpochVault(store: scene.recipient.store, keys: scene.recipient.keys).key(of: Scene.home, at: 1)
      }
    }
    #expect(try reader.record(Scene.home, at: 1) != nil)
  }

  @Test func aBodyOpensOnlyWithItsDaysKeyAndForItsEntry() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.publishDurably([Scene.draft("one"), Scene.draft("two")])
    try scene.settle()
    let batch = try #require(scene.carried.compactMap { if case .batch(let b) = $0 { b } else { nil } }.first)
    let entries = try PackedEntries.read(batch.entries[...], count: batch.count)
    let context = EntryContext(
      origin: Scene.sent.checkpointOrigin(in: Scene.realm), agreement: batch.agreement, version: batch.version)
    var bodies = ByteReader(batch.bodies)
    let sealed = try (0..<3).map { _ in Array(try bodies.raw(Int(try bodies.varint("length")), "body")) }
    let leaf = context.leaf(entries[1])

    let master = try SealedBox.open(sealed[0], with: scene.recipient.keys.sealing)
    let key = try EpochKey(number: 20_781, master: SymmetricKey(master))
    let body = try key.open(sealed[1][...], leaf: leaf)
    #expect(SimulatedRules.fields(body) == ["crossing": "a1", "name": "one"])
    #expect(Entry.commit(to: body, salt: key.salt(for: entries[1].id)) == entries[1].commitment)
    #expect(key.commitment(to: body, of: entries[1].id) == entries[1].commitment)
    #expect(key.commitment(to: body, of: entries[2].id) != entries[1].commitment)
    // Also what is longer than memory on the stack, and what is empty.
    for count in [0, 1, 1007, 1008, Core.longestBody] {
      let body = [UInt8](repeating: 0x62, count: count)
      for coding in [BodyCoding.plain, .dictionary] {
        #expect(try key.open(key.seal(body, leaf: leaf, as: coding)[...], leaf: leaf) == body)
      }
    }
    for count in 0...EpochKey.overheadByteCount {
      #expect(throws: SodiumError.self) { try key.open([UInt8](repeating: 0, count: count)[...], leaf: leaf) }
    }
    #expect(sealed[1].count <= body.count + EpochKey.overheadByteCount)

    let other = try EpochKey(number: 20_781, master: SymmetricKey(scene.origin.entropy))
    #expect(throws: SodiumError.self) { try other.open(sealed[1][...], leaf: leaf) }
    #expect(throws: SodiumError.self) { try key.open(sealed[1][...], leaf: context.leaf(entries[2])) }
    #expect(throws: SodiumError.self) { _ = try SealedBox.open(sealed[0], with: scene.origin.keys.sealing) }
    for place in sealed[1].indices {
      var altered = sealed[1]
      altered[place] ^= 1
      #expect(throws: SodiumError.self) { try key.open(altered[...], leaf: leaf) }
    }
  }

  @Test func theRecipientKeepsBodiesAsItReceivedThemAndNothingLiesInClear() throws {
    let scene = try Scene()
    scene.connect()
    let names = ["MARKED ONE", "MARKED TWO"]
    _ = try scene.origin.publishDurably(names.map { Scene.draft($0, reference: "ref \($0)") })
    try scene.settle()
    let batch = try #require(scene.carried.compactMap { if case .batch(let b) = $0 { b } else { nil } }.first)
    let chunk = try #require(try scene.recipient.store.chunk(of: Scene.sent, containing: 0))
    // But for the epoch's key, of 80 bytes and one of length, which lies with the epochs alone.
    #expect(chunk.bodies == [0] + batch.bodies.dropFirst(81))
    #expect(chunk.entries.dropFirst() == batch.entries[...])

    func isMarked(_ bytes: [UInt8]) -> Bool { String(decoding: bytes, as: UTF8.self).contains("MARKED") }
    #expect(try scene.recipient.names(Scene.sent).allSatisfy { isMarked(Array($0.utf8)) })
    for party in [scene.origin, scene.recipient] {
      for name in try party.reader.streams() {
        let chunk = try #require(try party.store.chunk(of: name, containing: 0))
        #expect(!isMarked(chunk.entries) && !isMarked(chunk.bodies))
      }
      for (key, value) in try party.store.states(prefix: "") { #expect(!isMarked(Array(key.utf8)) && !isMarked(value)) }
    }
    for message in scene.carried { #expect(!isMarked(message.payload)) }
  }

  @Test func whatTheStoreHoldsAlteredIsNeverRead() throws {
    let scene = try Scene()
    _ = try scene.origin.accept(Scene.draft("one"))
    let reader = scene.origin.reader
    let chunk = try #require(try scene.origin.store.chunk(of: Scene.home, containing: 0))
    let good = try #require(try reader.record(Scene.home, at: 1))
    for place in chunk.entries.indices {
      var entries = chunk.entries
      entries[place] ^= 1
      let spoiled = TestStore(scene.origin.store.snapshot())
      spoiled.faults.chunk = Chunk(first: 0, count: chunk.count, entries: entries, bodies: chunk.bodies)
      let other = LogReader(
        store: spoiled, vault: EpochVault(store: spoiled, keys: scene.origin.keys), realm: Scene.realm)
      // The first entry is the epoch's: its bytes are vouched for by the root, not by the body behind it.
      if let read = try? other.record(Scene.home, at: 1) { #expect(read == good) }
    }
  }
}
