import Sodium
import Terms

/// What is kept of a home that was put back from a backup. What it signed and lost since is with its neighbours: until each has said
/// what it holds, and has handed back what is missing here, nothing is published and no stream to it is signed. See
/// Docs/protocol/exchange.md, section 7.
public struct Recovery: Hashable, Sendable {
  /// Random: what was heard after an earlier time that the home was put back counts no more.
  let id: [UInt8]
  /// When the home was put back.
  public let restored: Instant
  /// The moment as of which its records were.
  public let made: Instant
  /// Whether publishing goes on. A stream whose neighbour was not heard even then is not signed before it was.
  public internal(set) var isOver = false
  /// How many entries each home register had when publishing went on: what came after is sent later to neighbours that are heard
  /// later.
  var since: [DatasetName: UInt64] = [:]

  /// A home that was put back just now.
  public init(restored: Instant, made: Instant, _ entropy: some Entropy) {
    (id, self.restored, self.made) = (entropy.bytes(Self.idByteCount), restored, made)
  }

  private static let idByteCount = 16

  /// The name under which it is kept.
  static let stateKey = "recovery"

  /// What marks a store as put back from a backup.
  public var mark: Commit {
    var commit = Commit()
    commit.states = [(Self.stateKey, bytes)]
    return commit
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.uint8(1)
    writer.raw(id)
    writer.uint8(isOver ? 1 : 0)
    writer.uint64(UInt64(clamping: restored.milliseconds))
    writer.uint64(UInt64(clamping: made.milliseconds))
    writer.uint32(UInt32(clamping: since.count))
    for (dataset, size) in since.sorted(by: { $0.key < $1.key }) {
      writer.vector8(Array(dataset.description.utf8))
      writer.uint64(size)
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(ReadError) {
    do {
      var reader = ByteReader(bytes)
      guard try reader.uint8("recovery version") == 1 else {
        throw ByteError(field: "recovery version", offset: 0, problem: "unknown")
      }
      id = Array(try reader.raw(Self.idByteCount, "id"))
      isOver = try reader.uint8("phase") == 1
      restored = Instant(milliseconds: Int64(clamping: try reader.uint64("restored")))
      made = Instant(milliseconds: Int64(clamping: try reader.uint64("made")))
      for _ in 0..<(try reader.uint32("registers")) {
        let name = try ByteReader.text(try reader.vector8("dataset"), "dataset")
        let dataset = try DatasetName(name)
        since[dataset] = try reader.uint64("size")
      }
      try reader.finish("recovery")
    } catch {
      throw .damaged("the state of a home that was put back: \(error)")
    }
  }
}

/// What an operator decided: not to wait for a neighbour that stays away.
public struct Waiver: Hashable, Sendable {
  /// When.
  public let time: Instant
  /// Why, in the operator's words.
  public let reason: String
  /// The time that the home was put back for which it was decided.
  let recovery: [UInt8]

  static let prefix = "recovery/without/"

  static func stateKey(_ country: CountryCode) -> String { prefix + country.description }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.vector8(recovery)
    writer.uint64(UInt64(clamping: time.milliseconds))
    writer.vector16(Array(reason.utf8))
    return writer.bytes
  }

  init(of recovery: [UInt8], time: Instant, reason: String) {
    (self.recovery, self.time, self.reason) = (recovery, time, reason)
  }

  init(_ bytes: [UInt8]) throws(ReadError) {
    do throws(ByteError) {
      var reader = ByteReader(bytes)
      recovery = Array(try reader.vector8("recovery"))
      time = Instant(milliseconds: Int64(clamping: try reader.uint64("time")))
      reason = try ByteReader.text(try reader.vector16("reason"), "reason")
      try reader.finish("waiver")
    } catch { throw .damaged("a decision about a neighbour: \(error)") }
  }
}

/// How far a home that was put back has come.
struct RecoveryProgress {
  var kept: Recovery
  /// Streams whose neighbour said what it holds, of which this node has all.
  var heard: Set<StreamName> = []
  /// Neighbours that are not waited for.
  var without: [CountryCode: Waiver] = [:]
  /// What neighbours said to hold, beyond what is here.
  var told: [StreamName: UInt64] = [:]
  /// When a stream's next piece was asked for.
  var recalled: [StreamName: Instant] = [:]
  /// Streams heard after publishing went on: where in the home register the next record is that may have to be sent.
  var catchingUp: [StreamName: UInt64] = [:]

  init(_ kept: Recovery) { self.kept = kept }

  static let heardPrefix = "recovery/heard/"

  static func heardKey(_ stream: StreamName) -> String { heardPrefix + stream.description }

  /// What a store says; nil when its home was never put back.
  init?(_ store: any Store) throws(ReadError) {
    guard let bytes = try store.readState(Recovery.stateKey) else { return nil }
    kept = try Recovery(bytes)
    for (key, value) in try store.readStates(Recovery.stateKey + "/") {
      if key.hasPrefix(Self.heardPrefix), let name = try? StreamName(key.dropFirst(Self.heardPrefix.count)) {
        if value == kept.id { heard.insert(name) }
      } else if key.hasPrefix(Waiver.prefix), let country = try? CountryCode(key.dropFirst(Waiver.prefix.count)) {
        let waiver = try Waiver(value)
        if waiver.recovery == kept.id { without[country] = waiver }
      } else {
        throw .damaged("the state \(key)")
      }
    }
  }
}

/// How a home that was put back from a backup stands, for `status`.
public struct RecoveryStatus: Hashable, Sendable {
  /// When it was put back, and as of when its records were.
  public let kept: Recovery
  /// Whether publishing waits.
  public var isWaiting: Bool { !kept.isOver }
  /// Neighbours that publishing waits for.
  public let awaited: [CountryCode]
  /// Streams that are not signed before their neighbour was heard, publishing or not.
  public let unheard: [StreamName]
  /// Neighbours that the operator did not wait for.
  public let without: [CountryCode: Waiver]
}
