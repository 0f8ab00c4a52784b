import Ledger
import Simulator
import Sodium
import Store
import Terms
import Testing

@testable import Exchange

/// How bodies are written before they are sealed, and that what goes to a neighbour is sealed once.
@Suite struct CodingTests {
  private static let departure = Array(
    (#"{"crossing":"GT-SV/la-hachadura","decision":"admit","document":{"country":"SV","kind":"passport","number":"A0"#
      + #"1234567"},"event":"departure","from":"SV","given_names":"Ana María","time":"2026-11-24T14:03:22Z","to":"GT"}"#)
      .utf8)

  private func coded(_ body: [UInt8], _ coding: BodyCoding = .dictionary) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: body.count + 1, alignment: 1) { room in
      let count = body.withUnsafeBytes { BodyCoding.write($0, coding, into: room) }
      return Array(room[..<count])
    }
  }

  private static func random(_ count: Int, _ entropy: some Entropy) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) {
      entropy.fill(UnsafeMutableRawBufferPointer($0))
      $1 = count
    }
  }

  private func read(_ coded: [UInt8]) -> [UInt8]? { coded.withUnsafeBytes { BodyCoding.read($0) } }

  @Test func aRecordTakesLessThanHalf() {
    let coded = coded(Self.departure)
    #expect(coded[0] == 1 && Int(coded[1]) << 8 | Int(coded[2]) == Self.departure.count)
    #expect(coded.count < Self.departure.count / 2)
    #expect(read(coded) == Self.departure)
    #expect(read(self.coded(Self.departure, .plain)) == Self.departure)
  }

  @Test(arguments: [0, 1, 31, 32, 33, 400, 65_535, Core.longestBody])
  func everyLengthComesBack(_ count: Int) {
    let same = [UInt8](repeating: 0x61, count: count)
    let other = Self.random(count, SeededEntropy(seed: UInt64(count)))
    for body in [same, other] {
      let coded = coded(body)
      #expect(coded.count <= count + 1)
      #expect(read(coded) == body)
    }
    #expect(self.coded(other)[0] == 0, "what cannot be made shorter is written as it is")
  }

  /// The dictionary is part of the protocol: with another one, nothing that was ever written could be read.
  @Test func theDictionaryIsTheOneOfTheProtocol() {
    #expect(
      SHA256.hash(PackageResources.body_dictionary_1_txt).description
        == "edf548a245d99a9e4e456f08b7b3580fa2ec8c3ce1123cab259936ac0a0417ce")
  }

  /// Written by hand from the description of the block format: five literals, nine bytes of a match at distance 1, and
  /// five literals, which every block ends with.
  @Test func aBlockWrittenByHandIsRead() {
    let block = [0x55] + Array("bcdea".utf8) + [1, 0, 0x50] + Array("fghij".utf8)
    #expect(read([1, 0, 19] + block) == Array("bcdeaaaaaaaaaafghij".utf8))
    // The same, with five bytes from the dictionary's end before what was copied.
    let words = PackageResources.body_dictionary_1_txt.suffix(9)
    #expect(read([1, 0, 14] + [0x05, 9, 0, 0x50] + Array("fghij".utf8)) == Array(words) + Array("fghij".utf8))
  }

  @Test func whatIsNotWholeIsRefused() {
    let good = coded(Self.departure)
    for count in 0..<good.count { #expect(read(Array(good.prefix(count))) == nil) }
    #expect(read(good + [0]) == nil)
    for coding in UInt8(2)...255 { #expect(read([coding] + good.dropFirst()) == nil) }
    for length in [0, Self.departure.count - 1, Self.departure.count + 1, 65_535] {
      #expect(read([1, UInt8(length >> 8), UInt8(length & 0xFF)] + good.dropFirst(3)) == nil)
    }
    // Altered bytes give something else or nothing, and never more than was said.
    let entropy = SeededEntropy(seed: 7)
    for _ in 0..<20_000 {
      var bad = good
      bad[3 + Int(entropy.uint64() % UInt64(bad.count - 3))] = UInt8(truncatingIfNeeded: entropy.uint64())
      if let body = read(bad) { #expect(body.count == Self.departure.count) }
    }
  }

  // MARK: What neighbours are sent

  /// How the bodies of these batches are written.
  private func codings(_ batches: [Message.Batch], _ scene: Scene) throws -> [UInt8] {
    var codings: [UInt8] = []
    for batch in batches {
      let entries = try PackedEntries.read(batch.entries[...], count: batch.count)
      var bodies = ByteReader(batch.bodies)
      for (place, entry) in entries.enumerated() {
        let sealed = try bodies.raw(Int(try bodies.varint("length")), "body")
        guard entry.hasBody else { continue }
        let key = try scene.origin.reader.vault.key(of: Scene.sent, at: batch.first + UInt64(place))
        let context = EntryContext(
          origin: Scene.sent.checkpointOrigin(in: Scene.realm), agreement: batch.agreement, version: batch.version)
        let body = try key.open(sealed, leaf: context.leaf(entry))
        let isAsItIs = sealed.count == body.count + EpochKey.overheadByteCount
        codings.append(isAsItIs ? 0 : 1)
      }
    }
    return codings
  }

  private static let long = String(repeating: "n", count: 100)

  @Test func aNeighbourIsSentWhatItSaidItReads() throws {
    let scene = try Scene()
    _ = try scene.origin.publishDurably([Scene.draft(Self.long + "1")])
    scene.connect()
    try scene.settle()
    #expect(try codings(scene.carried.compactMap(\.batch), scene) == [0], "it was never heard")
    #expect(scene.carried.contains { $0 == .codings(upTo: 1) })
    scene.carried = []
    _ = try scene.origin.accept(Scene.draft(Self.long + "2"))
    try scene.settle()
    #expect(try codings(scene.carried.compactMap(\.batch), scene) == [1])

    // It is remembered while the neighbour is away, also by a program that starts anew.
    scene.disconnect()
    try scene.origin.restart()
    _ = try scene.origin.accept(Scene.draft(Self.long + "3"))
    scene.carried = []
    scene.connect()
    try scene.settle()
    #expect(try codings(scene.carried.compactMap(\.batch), scene) == [1])
    #expect(try scene.recipient.names(Scene.sent) == ["1", "2", "3"].map { Self.long + $0 })
  }

  @Test func anOlderProgramIsSentBodiesAsTheyAre() throws {
    let scene = try Scene.afterOne(older: [Scene.gt])
    _ = try scene.origin.accept(Scene.draft(Self.long))
    try scene.settle()
    #expect(try codings(scene.carried.compactMap(\.batch), scene) == [0])
    #expect(try scene.recipient.names(Scene.sent) == ["one", Self.long])
  }

  /// A nonce is an entry's: two ways of writing one body under it would give both away.
  @Test(arguments: [false, true]) func whatIsSentAgainIsTheSameBytes(isHeard: Bool) throws {
    let scene = try Scene()
    if isHeard {
      scene.connect()
      try scene.settle()
      scene.disconnect()
    }
    _ = try scene.origin.publishDurably((0..<40).map { Scene.draft("\(Self.long) \($0)") })
    var sent: [[UInt8]] = []
    for isLast in [false, false, true] {
      scene.connect()
      // The recipient loses what it gets, but for the last time.
      scene.tamper = { message in
        guard let batch = message.batch else { return message }
        sent.append(batch.bodies)
        return isLast ? message : nil
      }
      try scene.settle()
      if isLast { continue }
      scene.disconnect()
      try scene.origin.restart()
    }
    #expect(sent.count == 3 && Set(sent).count == 1)
    #expect(try scene.recipient.names(Scene.sent).count == 40)
  }

  /// A copy is read where it lies: the home stream is not asked, which has it under another key.
  @Test func aCopyIsSentWithoutTheHomeStream() throws {
    let scene = try Scene()
    _ = try scene.origin.publishDurably((0..<300).map { Scene.draft("\(Self.long) \($0)") })
    try scene.origin.restart()
    scene.origin.store.faults.unreadable = Scene.home
    scene.connect()
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent).count == 300)
  }

  @Test func aCopyThatIsNotWhatItsEntryCommitsToIsFound() throws {
    let scene = try Scene()
    _ = try scene.origin.publishDurably([Scene.draft("one"), Scene.draft("two")])
    let chunks = try (0..<2).map { try #require(try scene.origin.store.chunk(of: Scene.sent, containing: $0)) }
    let chunk = try #require(chunks.last { $0.end == 3 })
    #expect(try scene.origin.reader.faultyCopies(chunk, in: Scene.sent) == [])
    var bodies = chunk.bodies
    bodies[bodies.count - 1] ^= 1
    let altered = Chunk(first: chunk.first, count: chunk.count, entries: chunk.entries, bodies: bodies)
    #expect(try scene.origin.reader.faultyCopies(altered, in: Scene.sent) == [2])
    #expect(try scene.origin.reader.faultyCopies(chunks[0], in: Scene.sent) == [])
  }

  /// The copy for a neighbour does not outlive its record in the own register, however long the agreement lets the neighbour keep it.
  @Test(arguments: [true, false]) func aCopyGoesWithItsRecord(isAgreementKnown: Bool) throws {
    let scene = try Scene(rules: SimulatedRules(homeDays: 20))
    _ = try scene.origin.publishDurably([Scene.draft(Self.long)])
    if !isAgreementKnown { scene.origin.give(.neighbours([], card: [])) }
    #expect(try scene.origin.store.chunk(of: Scene.sent, containing: 1)?.bodies.count ?? 0 > 30)
    let end = Retention.end(ofDay: CalendarDay(of: Scene.start).daysSinceEpoch, keptDays: 20)
    while scene.origin.now < end {
      scene.origin.now = scene.origin.now.advanced(byMilliseconds: 5 * 86_400_000)
      scene.recipient.now = scene.origin.now
      try scene.run(seconds: 40)
    }
    for stream in [Scene.home, Scene.sent] {
      #expect(try scene.origin.store.chunk(of: stream, containing: 1)?.bodies == [], "\(stream)")
      #expect(try scene.origin.reader.vault.isErased(stream, at: 1), "\(stream)")
    }
    guard isAgreementKnown else { return }
    // Its entry arrives, without it.
    scene.connect()
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
    #expect(scene.recipient.status(Scene.sent)?.size == scene.origin.status(Scene.sent)?.size)
  }
}
