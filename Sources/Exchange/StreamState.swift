import Ledger
import Terms

/// What is kept of a stream beside its chunks.
public struct StreamState: Sendable {
  /// The tree's right edge.
  public var frontier = Frontier()
  /// The id of the last entry.
  public var lastID: RecordID?
  /// The stretch that the last entries belong to; 0 before the first.
  public var stretch: UInt32 = 0
  /// The latest checkpoint that is kept: own and signed in home and outgoing streams, where fewer than `mostUnsigned` entries may have
  /// come since; the origin's in incoming ones, with its "as of".
  public var checkpoint: SignedCheckpoint?
  /// The recipient's latest receipt (outgoing streams), verified.
  public var receipt: SignedCheckpoint?
  /// Why the stream stopped for good; empty while it has not.
  public var halted = ""

  /// An empty stream.
  public init() {}

  /// The number of entries.
  public var size: UInt64 { frontier.size }

  /// The name under which it is kept.
  public static func stateKey(_ stream: StreamName) -> String { "stream/\(stream)" }

  /// The kept form.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 1200)
    writer.uint8(1)
    writer.raw(frontier.bytes)
    if let lastID {
      writer.uint8(1)
      writer.recordID(lastID)
    } else {
      writer.uint8(0)
    }
    writer.uint32(stretch)
    writer.vector16(checkpoint?.bytes ?? [])
    writer.vector16(receipt?.bytes ?? [])
    writer.vector16(Array(halted.utf8))
    return writer.bytes
  }

  /// Reads the kept form.
  public init(_ bytes: [UInt8]) throws(ReadError) {
    do {
      var reader = ByteReader(bytes)
      guard try reader.uint8("stream state version") == 1 else {
        throw NoteError("unknown version of a stream's state")
      }
      frontier = try Frontier(reading: &reader)
      if try reader.uint8("last id flag") == 1 { lastID = try reader.recordID("last id") }
      stretch = try reader.uint32("stretch")
      let checkpoint = try reader.vector16("checkpoint")
      if !checkpoint.isEmpty { self.checkpoint = try SignedCheckpoint(checkpoint) }
      let receipt = try reader.vector16("receipt")
      if !receipt.isEmpty { self.receipt = try SignedCheckpoint(receipt) }
      halted = try ByteReader.text(try reader.vector16("halted"), "halted")
      try reader.finish("stream state")
    } catch {
      throw .damaged("a stream's state: \(error)")
    }
  }
}

/// What the entries of a stretch have in common, beside the stream's name: kept once, named by number in each chunk.
struct Stretch: Hashable, Sendable {
  let agreement: Digest
  let version: UInt32

  static func stateKey(_ stream: StreamName, _ number: UInt32) -> String { "stretch/\(stream)/\(number)" }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.digest(agreement)
    writer.uint32(version)
    return writer.bytes
  }

  init(agreement: Digest, version: UInt32) { (self.agreement, self.version) = (agreement, version) }

  init(_ bytes: [UInt8]) throws(ByteError) {
    var reader = ByteReader(bytes)
    agreement = try reader.digest("stretch's agreement")
    version = try reader.uint32("stretch's version")
    try reader.finish("stretch")
  }
}
