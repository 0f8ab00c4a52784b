import Exchange
import Terms

/// How streams stood lately: one sample of each in half a minute, of the last two hours. In memory: it begins anew with the node.
public struct LagHistory: Sendable {
  /// How a stream stood at a moment.
  public struct Sample: Hashable, Sendable {
    /// When.
    public let time: Instant
    /// Records that were behind.
    public let lagRecords: UInt64
    /// For how long, in milliseconds.
    public let lagMilliseconds: Int64
    /// Whether it flowed.
    public let isFlowing: Bool
  }

  /// Between two samples, in milliseconds.
  public static let interval: Int64 = 30_000
  /// Samples of a stream: two hours. 300 streams of a node are some 2 MB.
  public static let most = 240

  private var rings: [StreamName: Ring] = [:]
  /// When a sample was begun last.
  public private(set) var latest: Instant?

  private struct Ring {
    var samples: [Sample] = []
    var next = 0

    mutating func add(_ sample: Sample) {
      if samples.count < LagHistory.most { samples.append(sample) } else { samples[next] = sample }
      next = (next + 1) % LagHistory.most
    }

    /// The oldest first.
    var ordered: [Sample] { samples.count < LagHistory.most ? samples : Array(samples[next...] + samples[..<next]) }
  }

  /// No sample yet.
  public init() {}

  /// Whether it is time for a sample, which the caller then takes; also after the clock was set back.
  public mutating func begins(at now: Instant) -> Bool {
    if let latest, abs(now.milliseconds(since: latest)) < Self.interval { return false }
    latest = now
    return true
  }

  /// Takes a sample of each stream; a stream that is no more is forgotten.
  public mutating func take(_ streams: [StreamStatus], at now: Instant) {
    let names = Set(streams.map(\.stream))
    for name in rings.keys where !names.contains(name) { rings[name] = nil }
    for stream in streams {
      rings[stream.stream, default: Ring()].add(
        Sample(
          time: now, lagRecords: stream.lagRecords, lagMilliseconds: stream.lagMilliseconds, isFlowing: stream.flowing))
    }
  }

  /// The samples of a stream, the oldest first.
  public func samples(of stream: StreamName) -> [Sample] { rings[stream]?.ordered ?? [] }

  /// How long the samples reach back from a moment, in milliseconds; nil before the first.
  public func reach(at now: Instant) -> Int64? {
    rings.values.compactMap { $0.ordered.first?.time }.min().map { max(0, now.milliseconds(since: $0)) }
  }
}
