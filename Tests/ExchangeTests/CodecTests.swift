import Ledger
import Sodium
import Terms
import Testing

@testable import Exchange

/// Messages on the wire: one form only, and nothing that comes from outside harms the reader.
@Suite struct CodecTests {
  /// Messages of each type: those of an exchange, a refusal, and a proof that proves nothing.
  static func samples(_ given: Scene? = nil) throws -> [Message] {
    let scene = try given ?? Scene()
    _ = try scene.origin.publishDurably(
      ["one", "two", "three"].map { Scene.draft($0, reference: "r-\($0)") } + [Scene.draft("n", dataset: Scene.notes)])
    scene.connect()
    try scene.settle()
    try scene.run(seconds: 6)
    let refusal = Message.Refusal(stream: Scene.sent, code: .badEntry, index: 7, reason: "una razón")
    let state = try scene.origin.reader.state(of: Scene.sent)
    let held = try #require(state.checkpoint)
    let other = try SignedCheckpoint(
      Checkpoint(origin: held.checkpoint.origin, size: 2, root: .empty), logKey: scene.origin.keys.log)
    let proof = ForkProof(
      first: other, second: held, prefixRoot: .empty, path: [NodeHash(Digest()), NodeHash(Digest())])
    let batches = scene.carried.compactMap(\.batch)
    var ahead = try #require(batches.first)
    ahead.checkpoint = []
    return scene.carried + [
      .refuse(refusal), .conflict(stream: Scene.sent, proof: proof.bytes), .advance(ahead),
    ]
  }

  @Test func everyTypeComesBackAsItWas() throws {
    let samples = try Self.samples()
    #expect(Set(samples.map(\.type)) == Set(Array(0x10...0x16) + [0x32, 0x33]))
    for message in samples {
      let read = try Message(type: message.type, payload: message.payload)
      #expect(read == message)
      #expect(read.payload == message.payload)
    }
  }

  @Test func everyTruncationAndEveryByteTooManyIsRefused() throws {
    for message in try Self.samples() {
      let payload = message.payload
      for length in 0..<payload.count {
        #expect(throws: ByteError.self) { try Message(type: message.type, payload: Array(payload.prefix(length))) }
      }
      #expect(throws: ByteError.self) { try Message(type: message.type, payload: payload + [0]) }
    }
  }

  @Test func unknownTypesAreRefused() throws {
    let payloads = try Self.samples().map(\.payload)
    for type in UInt8.min...UInt8.max where !(0x10...0x16).contains(type) && ![0x32, 0x33].contains(type) {
      for payload in payloads { #expect(throws: ByteError.self) { try Message(type: type, payload: payload) } }
    }
  }

  /// Altered messages are read as something else or refused; whatever was read has one written form. A running core
  /// takes what can be read without harm, and holds nothing afterwards that its neighbour did not publish.
  @Test(arguments: 0..<8)
  func alteredMessagesHarmNothing(seed: UInt64) throws {
    var dice = Dice(seed)
    let scene = try Scene()
    let samples = try Self.samples(scene)
    let names = ["one", "two", "three"]
    var readable = 0
    for _ in 0..<1500 {
      let sample = samples[Int.random(in: 0..<samples.count, using: &dice)]
      let bytes = dice.altered(sample.payload)
      let type = UInt8.random(in: 0..<50, using: &dice) == 0 ? UInt8.random(in: 0x10...0x16, using: &dice) : sample.type
      guard let message = try? Message(type: type, payload: bytes) else { continue }
      readable += 1
      #expect(message.payload == bytes, "\(bytes)")
      scene.recipient.give(.message(message, from: Scene.sv))
      scene.origin.give(.message(message, from: Scene.gt))
      try scene.recipient.finishCommits()
      try scene.origin.finishCommits()
    }
    #expect(readable > 100)
    #expect(try scene.recipient.names(Scene.sent) == names)
    #expect(try scene.recipient.reader.state(of: Scene.sent).halted.isEmpty)
    #expect(try scene.origin.reader.state(of: Scene.sent).halted.isEmpty)
  }

  @Test func whatIsTooLongOrOutOfRangeIsRefused() throws {
    func head(_ fill: (inout ByteWriter) -> Void) -> [UInt8] {
      var writer = ByteWriter()
      writer.stream(Scene.sent)
      fill(&writer)
      return writer.bytes
    }
    let note = [UInt8](repeating: 0x61, count: Message.longestNote)
    #expect(throws: Never.self) { try Message(type: 0x13, payload: head { $0.vector16(note) }) }
    for type in [UInt8(0x13), 0x14] {
      #expect(throws: ByteError.self) { try Message(type: type, payload: head { $0.vector16(note + [0x61]) }) }
    }
    let proof = [UInt8](repeating: 0, count: Message.longestProof + 1)
    #expect(throws: ByteError.self) { try Message(type: 0x16, payload: head { $0.vector16(proof) }) }
    func refusal(_ code: UInt8, _ reason: [UInt8]) -> [UInt8] {
      head {
        $0.uint8(code)
        $0.uint64(0)
        $0.vector16(reason)
      }
    }
    #expect(throws: Never.self) { try Message(type: 0x15, payload: refusal(8, Array("a reason".utf8))) }
    for (code, reason) in [
      (UInt8(0), Array("a".utf8)), (9, Array("a".utf8)), (4, [UInt8](repeating: 0x61, count: 501)), (4, [0xFF, 0xFE]),
      (4, [0x1B, 0x5B, 0x32, 0x4A]), (4, [0x61, 0x0A, 0x62]), (4, [0xC2, 0x9B]),
    ] {
      #expect(throws: ByteError.self) { try Message(type: 0x15, payload: refusal(code, reason)) }
    }
    func batch(first: UInt64, count: UInt16, bodies: Int) -> [UInt8] {
      head {
        $0.digest(Digest())
        $0.uint32(1)
        $0.uint64(first)
        $0.uint16(count)
        $0.vector24([UInt8]())
        $0.vector24([UInt8](repeating: 0, count: bodies))
        $0.vector16([UInt8]())
      }
    }
    let longest = Message.Batch.longestBodies
    #expect(throws: Never.self) { try Message(type: 0x12, payload: batch(first: 0, count: 1000, bodies: longest)) }
    for payload in [
      batch(first: 0, count: 0, bodies: 0), batch(first: 0, count: 1001, bodies: 0),
      batch(first: UInt64(Int64.max) + 1, count: 1, bodies: 0), batch(first: 0, count: 1, bodies: longest + 1),
    ] {
      #expect(throws: ByteError.self) { try Message(type: 0x12, payload: payload) }
    }
  }

  @Test func aLongReasonIsCutNotRefused() throws {
    let refusal = Message.Refusal(
      stream: Scene.sent, code: .halted, reason: String(repeating: "ñ", count: 400))
    let message = Message.refuse(refusal)
    guard case .refuse(let read) = try Message(type: message.type, payload: message.payload) else {
      Issue.record("another message came back")
      return
    }
    #expect(read.reason == String(repeating: "ñ", count: 250))
  }
}

/// Random numbers from a seed, so that a failed run can be run again.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// One to three bytes altered, removed, doubled or set to an edge value. Never the bytes themselves.
  mutating func altered(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    repeat {
      for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &self)
        switch Int.random(in: 0..<8, using: &self) {
        case 0, 1, 2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 3: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &self)]
        case 4: bytes.remove(at: place)
        case 5: bytes.insert(bytes[place], at: place)
        case 6: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &self))
        default: bytes.removeSubrange(place...)
        }
      }
    } while bytes == original
    return bytes
  }
}
