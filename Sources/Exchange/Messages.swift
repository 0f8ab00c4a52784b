import Ledger
import Terms

/// What two nodes say to each other over a link. Layouts in RFC 8446 presentation language, as in Docs/protocol/exchange.md.
public enum Message: Hashable, Sendable {
  /// First message of each side.
  case hello(Hello)
  /// From a recipient: send this stream from here.
  case resume(Resume)
  /// From an origin: entries with sealed bodies, up to a checkpoint.
  case batch(Batch)
  /// From a recipient: everything up to this checkpoint is durable here.
  case receipt(stream: StreamName, note: [UInt8])
  /// From an origin: this is still my latest checkpoint.
  case asOf(stream: StreamName, note: [UInt8])
  /// Either side: this stream does not go on, and why.
  case refuse(Refusal)
  /// Either side: the two checkpoints do not fit together; both stop.
  case conflict(stream: StreamName, proof: [UInt8])
  /// From an origin that was put back from a backup: hand back what you hold of this stream from here on.
  case recall(stream: StreamName, size: UInt64)
  /// From a recipient: what it holds, up to its latest checkpoint or with the proof that it is the beginning of that.
  case returned(Batch, path: [NodeHash])
  /// From an origin: entries that are on their way to its disk, without a checkpoint. Their batch follows when they are durable, or never.
  case advance(Batch)
  /// From a recipient: it reads bodies of every coding up to this one.
  case codings(upTo: UInt8)

  /// The longest signed checkpoint in a message, in bytes: room for some twenty cosignatures of witnesses.
  public static let longestNote = 8 << 10
  /// The longest fork proof: two checkpoints and a path.
  public static let longestProof = 2 * longestNote + 8 << 10
  /// The longest reason of a refusal, in bytes.
  public static let longestReason = 500

  /// The first message of each side.
  public struct Hello: Hashable, Sendable {
    /// The version of this protocol: 1.
    public let version: UInt16
    /// The sender's time of day.
    public let time: Instant
    /// The sender's card, a signed note.
    public let card: [UInt8]

    /// The first message of each side.
    public init(version: UInt16, time: Instant, card: [UInt8]) {
      (self.version, self.time, self.card) = (version, time, card)
    }
  }

  /// A request to go on with a stream.
  public struct Resume: Hashable, Sendable {
    /// The stream.
    public let stream: StreamName
    /// The digest of the agreement in force here.
    public let agreement: Digest
    /// How many entries are held here, durable or on their way to the disk.
    public let size: UInt64
    /// The origin's checkpoint of that size; empty when the size is 0.
    public let checkpoint: [UInt8]

    /// A request to go on with a stream.
    public init(stream: StreamName, agreement: Digest, size: UInt64, checkpoint: [UInt8]) {
      (self.stream, self.agreement, self.size, self.checkpoint) = (stream, agreement, size, checkpoint)
    }
  }

  /// Consecutive entries of a stream, up to a checkpoint.
  public struct Batch: Hashable, Sendable {
    /// The most entries of one batch.
    public static let mostEntries = 1000
    /// Sealed bodies beyond which a batch must be closed, in bytes; one entry may go beyond it.
    public static let fullAtByteCount = 256 << 10
    /// Sealed bodies beyond which this node closes a batch: checking one takes its recipient about 2 ms and storing it as long, and for
    /// so long a lookup there waits. What a batch costs whatever it holds, signatures above all, is a twentieth of a record's cost then.
    static let closedAtByteCount = 32 << 10
    /// The most bytes of bodies that a batch can have by that rule.
    public static let longestBodies = fullAtByteCount + Core.longestBody + EpochKey.overheadByteCount + 3

    /// The stream.
    public let stream: StreamName
    /// The digest of the agreement under which the entries were made.
    public let agreement: Digest
    /// The version of the dataset's definition.
    public let version: UInt32
    /// The index of the first entry.
    public let first: UInt64
    /// How many entries.
    public let count: Int
    /// The packed entries.
    public let entries: [UInt8]
    /// For each entry: varint length and the sealed body; for an epoch the sealed key.
    public let bodies: [UInt8]
    /// The origin's checkpoint of size `first + count`, with its "as of"; empty in an `advance`.
    public internal(set) var checkpoint: [UInt8]

    /// Consecutive entries of a stream, up to a checkpoint.
    public init(
      stream: StreamName, agreement: Digest, version: UInt32, first: UInt64, count: Int, entries: [UInt8],
      bodies: [UInt8], checkpoint: [UInt8]
    ) {
      (self.stream, self.agreement, self.version) = (stream, agreement, version)
      (self.first, self.count, self.entries) = (first, count, entries)
      (self.bodies, self.checkpoint) = (bodies, checkpoint)
    }
  }

  /// A stream that does not go on.
  public struct Refusal: Hashable, Sendable {
    /// Why, in one number.
    public enum Code: UInt8, Hashable, Sendable {
      /// There is no agreement for this stream here.
      case unknownStream = 1
      /// Another agreement is in force here.
      case agreementDiffers = 2
      /// The agreement is suspended, expired or not yet valid here.
      case notInForce = 3
      /// The entry at `index` breaks the agreement or cannot be opened.
      case badEntry = 4
      /// A checkpoint is not signed by the key that the card names.
      case badSignature = 5
      /// The origin's log is shorter than what the recipient holds.
      case originBehind = 6
      /// The stream was stopped for good.
      case halted = 7
      /// The origin cannot read its own entries just now.
      case unreadable = 8
    }

    /// The stream.
    public let stream: StreamName
    /// Why.
    public let code: Code
    /// The entry concerned, or 0.
    public let index: UInt64
    /// One sentence for the other side's operator, without personal data.
    public let reason: String

    /// A stream that does not go on.
    public init(stream: StreamName, code: Code, index: UInt64 = 0, reason: String) {
      (self.stream, self.code, self.index, self.reason) = (stream, code, index, reason)
    }
  }

  /// Whether a node that does not know a message of this type passes over it instead of ending the link. A message like that
  /// is sent only to who has said that it does so.
  public static func mayBePassedOver(_ type: UInt8) -> Bool { type >= 0x20 && !laterTypes.contains(type) }

  /// The types of this module's messages that came after the first program: they are sent only to who passes over what it does
  /// not know.
  static let laterTypes: ClosedRange<UInt8> = 0x30...0x33
  /// The longest path of a consistency proof.
  static let longestPath = 128

  /// The type byte on the wire.
  public var type: UInt8 {
    switch self {
    case .hello: 0x10
    case .resume: 0x11
    case .batch: 0x12
    case .receipt: 0x13
    case .asOf: 0x14
    case .refuse: 0x15
    case .conflict: 0x16
    case .recall: 0x30
    case .returned: 0x31
    case .advance: 0x32
    case .codings: 0x33
    }
  }

  /// The payload on the wire.
  public var payload: [UInt8] {
    var writer = ByteWriter(capacity: 256)
    switch self {
    case .hello(let hello):
      writer.uint16(hello.version)
      writer.uint64(UInt64(clamping: hello.time.milliseconds))
      writer.vector16(hello.card)
    case .resume(let resume):
      writer.stream(resume.stream)
      writer.digest(resume.agreement)
      writer.uint64(resume.size)
      writer.vector16(resume.checkpoint)
    case .batch(let batch), .advance(let batch):
      writer = ByteWriter(capacity: 1024 + batch.byteCount)
      writer.batch(batch)
    case .recall(let stream, let size):
      writer.stream(stream)
      writer.uint64(size)
    case .returned(let batch, let path):
      writer = ByteWriter(capacity: 4096 + batch.byteCount)
      writer.batch(batch)
      writer.uint8(UInt8(clamping: path.count))
      for node in path { writer.digest(node.digest) }
    case .receipt(let stream, let note), .asOf(let stream, let note), .conflict(let stream, let note):
      writer.stream(stream)
      writer.vector16(note)
    case .refuse(let refusal):
      writer.stream(refusal.stream)
      writer.uint8(refusal.code.rawValue)
      writer.uint64(refusal.index)
      writer.reason(refusal.reason)
    case .codings(let last): writer.uint8(last)
    }
    return writer.bytes
  }

  /// Reads a message.
  /// - Throws: `ByteError` when the type is unknown or the payload is not that of its type.
  public init(type: UInt8, payload: [UInt8]) throws(ByteError) {
    var reader = ByteReader(payload)
    switch type {
    case 0x10:
      let version = try reader.uint16("hello version")
      let at = reader.offset
      guard let milliseconds = Int64(exactly: try reader.uint64("hello time")) else {
        throw ByteError(field: "hello time", offset: at, problem: "beyond 2^63 - 1")
      }
      let time = Instant(milliseconds: milliseconds)
      self = .hello(Hello(version: version, time: time, card: Array(try reader.vector16("card"))))
    case 0x11:
      let stream = try reader.stream()
      let agreement = try reader.digest("agreement")
      let size = try reader.uint64("size")
      self = .resume(
        Resume(stream: stream, agreement: agreement, size: size, checkpoint: try reader.note("checkpoint")))
    case 0x12: self = .batch(try reader.batch())
    case 0x13: self = .receipt(stream: try reader.stream(), note: try reader.note("receipt"))
    case 0x14: self = .asOf(stream: try reader.stream(), note: try reader.note("checkpoint"))
    case 0x15:
      let stream = try reader.stream()
      let at = reader.offset
      guard let code = Refusal.Code(rawValue: try reader.uint8("refusal code")) else {
        throw ByteError(field: "refusal code", offset: at, problem: "unknown")
      }
      let index = try reader.uint64("index")
      self = .refuse(Refusal(stream: stream, code: code, index: index, reason: try reader.reason()))
    case 0x16:
      self = .conflict(stream: try reader.stream(), proof: try reader.note("proof", longest: Message.longestProof))
    case 0x30: self = .recall(stream: try reader.stream(), size: try reader.uint64("size"))
    case 0x31:
      let batch = try reader.batch()
      let at = reader.offset
      let count = try reader.uint8("path length")
      guard count <= Self.longestPath else {
        throw ByteError(field: "path length", offset: at, problem: "longer than \(Self.longestPath) hashes")
      }
      var path: [NodeHash] = []
      for _ in 0..<count { path.append(NodeHash(try reader.digest("path"))) }
      self = .returned(batch, path: path)
    case 0x32:
      let batch = try reader.batch()
      guard batch.checkpoint.isEmpty else {
        throw ByteError(field: "checkpoint", offset: reader.offset, problem: "what is sent ahead has none")
      }
      self = .advance(batch)
    case 0x33: self = .codings(upTo: try reader.uint8("coding"))
    default: throw ByteError(field: "message type", offset: 0, problem: "\(type) is unknown")
    }
    try reader.finish("message")
  }
}

extension ByteWriter {
  /// A stream's name: `opaque stream<7..255>`.
  mutating func stream(_ stream: StreamName) { vector8(Array(stream.description.utf8)) }

  /// Consecutive entries of a stream.
  mutating func batch(_ batch: Message.Batch) {
    stream(batch.stream)
    digest(batch.agreement)
    uint32(batch.version)
    uint64(batch.first)
    uint16(UInt16(clamping: batch.count))
    vector24(batch.entries)
    vector24(batch.bodies)
    vector16(batch.checkpoint)
  }

  /// A sentence for the other side, cut to its limit.
  mutating func reason(_ text: String) {
    var reason = text
    while reason.utf8.count > Message.longestReason { reason.removeLast() }
    vector16(Array(reason.utf8))
  }
}

extension ByteReader {
  /// A signed note of bounded length.
  mutating func note(_ field: String, longest: Int = Message.longestNote) throws(ByteError) -> [UInt8] {
    let at = offset
    let bytes = try vector16(field)
    guard bytes.count <= longest else {
      throw ByteError(field: field, offset: at, problem: "longer than \(longest) bytes")
    }
    return Array(bytes)
  }

  /// A sentence for this side's operator.
  mutating func reason() throws(ByteError) -> String {
    let at = offset
    let text = try vector16("reason")
    guard text.count <= Message.longestReason else {
      throw ByteError(field: "reason", offset: at, problem: "longer than \(Message.longestReason) bytes")
    }
    // It is shown on terminals and in logs: nothing in it may steer them.
    let reason = try ByteReader.text(text, "reason")
    guard !reason.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw ByteError(field: "reason", offset: at, problem: "has control characters")
    }
    return reason
  }

  /// Consecutive entries of a stream.
  mutating func batch() throws(ByteError) -> Message.Batch {
    typealias Batch = Message.Batch
    let stream = try self.stream()
    let agreement = try digest("agreement")
    let version = try uint32("version")
    let first = try uint64("first index")
    let count = Int(try uint16("count"))
    guard (1...Batch.mostEntries).contains(count), first <= UInt64(Int64.max) else {
      throw ByteError(field: "count", offset: offset, problem: "1 to \(Batch.mostEntries) entries are allowed")
    }
    let entries = Array(try vector24("entries"))
    let bodies = Array(try vector24("bodies"))
    guard bodies.count <= Batch.longestBodies else {
      throw ByteError(field: "bodies", offset: offset, problem: "longer than \(Batch.longestBodies) bytes")
    }
    return Batch(
      stream: stream, agreement: agreement, version: version, first: first, count: count, entries: entries,
      bodies: bodies, checkpoint: try note("checkpoint"))
  }

  /// A stream's name.
  mutating func stream() throws(ByteError) -> StreamName {
    let at = offset
    do { return try StreamName(String(decoding: try vector8("stream"), as: UTF8.self)) } catch let error as ByteError {
      throw error
    } catch {
      throw ByteError(field: "stream", offset: at, problem: "not a stream's name")
    }
  }
}
