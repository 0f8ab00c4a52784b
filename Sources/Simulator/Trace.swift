import Ledger
import Sodium
import Terms

/// Everything that happened in a run, as one hash and the last lines: two runs of a seed must agree to the byte.
public struct Trace {
  /// How many of the last lines are kept for a person to read.
  static let keptLines = 400

  /// How many events there were.
  public private(set) var position = 0
  private var hash = SHA256()
  private var lines: [String] = []

  mutating func note(_ time: Int64, _ line: @autoclosure () -> String, _ bytes: [UInt8] = []) {
    position += 1
    let text = "\(position) \(time) \(line())"
    hash.update(Array(text.utf8))
    hash.update(bytes)
    if lines.count >= 2 * Self.keptLines { lines.removeFirst(Self.keptLines) }
    lines.append(text)
  }

  /// The hash of all events.
  public var digest: Digest {
    let copy = hash
    return copy.finish()
  }

  /// The last lines.
  public var tail: [String] { lines.suffix(Self.keptLines) }
}
