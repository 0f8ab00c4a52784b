import Ledger
import Sodium
import Terms

/// When records are to be gone, and what says so.
public enum Retention {
  /// The first moment at which nothing of a day's records may be left: each is kept for its days, and goes at the midnight (UTC)
  /// after the last of them.
  public static func end(ofDay day: Int64, keptDays: UInt32) -> Instant {
    CalendarDay(daysSinceEpoch: day + Int64(keptDays) + 1).start
  }

  /// What a country that may not write into a stream commits to in its own log when it destroyed the key of an epoch: SHA-256
  /// of four lines.
  /// ```
  /// istmo/erasure/v1
  /// istmo.sieca.int/SV/GT/migration
  /// epoch 20781
  /// first 128
  /// ```
  public static func commitment(to epoch: EpochRecord, of stream: StreamName, in realm: Realm) -> Digest {
    SHA256.hash(
      Array(
        "istmo/erasure/v1\n\(stream.checkpointOrigin(in: realm))\nepoch \(epoch.number)\nfirst \(epoch.first)\n".utf8))
  }

  /// The country's own log of what it destroyed of others' streams.
  public static func log(of country: CountryCode) -> StreamName? {
    (try? DatasetName("erasures")).map { StreamName(origin: country, recipient: country, dataset: $0) }
  }
}

/// How a stream stands to the days for which its records are kept.
public struct RetentionStatus: Hashable, Sendable {
  /// The stream.
  public let stream: StreamName
  /// The days that hold for what is new in it; nil when nothing says so, and then it is kept.
  public let days: UInt32?
  /// Whether an agreement says so, and not the definition of the own register.
  public let isAgreed: Bool
  /// All entries.
  public let size: UInt64
  /// Entries whose content was destroyed here, with those between them that had none: the entry of an earlier erasure, or the
  /// origin's entry of this one where it came first.
  public let erased: UInt64
  /// Entries whose time is over and whose key is still here.
  public let due: UInt64
  /// The moment of the oldest entry whose key is here; nil when there is none.
  public let oldest: Instant?
  /// When the next of them is due; nil when there is none, or nothing says when.
  public let next: Instant?
  /// When something of it was last destroyed here; nil when nothing was.
  public let lastErasure: Instant?
}

/// When it is looked for what is due, and what is known of the time. `ErasureSchedule.clockKey` and a state for each stream are durable.
struct ErasureSchedule {
  /// The name of the state that holds the latest time that was believed.
  static let clockKey = "erasure/clock"
  /// The beginning of the names of the states that hold when something of a stream was last destroyed.
  static let lastPrefix = "erasure/last/"

  /// The latest time that was believed; nil before the first look.
  var believed: Instant?
  /// When something of a stream was last destroyed, and how many of its entries lost their content so far.
  struct Last {
    var time: Instant
    var count: UInt64

    var bytes: [UInt8] {
      var writer = ByteWriter(capacity: 16)
      writer.raw(ErasureSchedule.bytes(time))
      writer.uint64(count)
      return writer.bytes
    }
  }

  var last: [StreamName: Last] = [:]
  /// When it was last looked, and when something is due that is known of.
  var lookedAt: Instant?
  var next: Instant?
  /// Why erasing waits; nil while it does not.
  var obstacle: ErasureObstacle?

  init() {}

  init(_ store: any Store) throws(ReadError) {
    if let bytes = try store.readState(Self.clockKey) {
      var reader = ByteReader(bytes)
      believed = try Self.time(&reader, Self.clockKey)
    }
    for (key, value) in try store.readStates(Self.lastPrefix) {
      var reader = ByteReader(value)
      let time = try Self.time(&reader, key)
      guard let name = try? StreamName(key.dropFirst(Self.lastPrefix.count)), let count = try? reader.uint64("count")
      else { throw .damaged("the state \(key)") }
      last[name] = Last(time: time, count: count)
    }
  }

  private static func time(_ reader: inout ByteReader, _ name: String) throws(ReadError) -> Instant {
    guard let value = try? reader.uint64("time"), let time = Int64(exactly: value) else {
      throw .damaged("the state \(name)")
    }
    return Instant(milliseconds: time)
  }

  static func bytes(_ time: Instant) -> [UInt8] {
    var writer = ByteWriter(capacity: 8)
    writer.uint64(UInt64(clamping: time.milliseconds))
    return writer.bytes
  }

  /// Something changed that may be due sooner.
  mutating func lookNow() { lookedAt = nil }
}

/// Why nothing newly due is erased: the clock went ahead in one step, and no neighbour confirms it.
public struct ErasureObstacle: Hashable, Sendable {
  /// By how many days, since it was last believed.
  public let daysAhead: Int64

  /// It in a sentence, with what to do.
  public var words: String {
    "the clock went ahead by \(daysAhead) days since it was last believed, and no neighbour confirms it: nothing more is erased; "
      + "when the clock is right, say so with: istmo erase --due --clock-is-right"
  }
}
