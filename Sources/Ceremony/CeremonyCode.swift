import Sodium
import Terms

/// The sixty digits that both delegations read aloud: twelve groups of five, the same on both sides only when both hold
/// the very same two offers. How they are derived and what they are worth: Docs/protocol/ceremony.md.
public struct CeremonyCode: Hashable, Sendable, CustomStringConvertible {
  /// How often the hash is repeated: each guess of someone in the middle costs as much.
  public static let rounds = 1 << 14
  /// The number of groups, and of digits in each.
  public static let (groupCount, digitsPerGroup) = (12, 5)
  /// The longest text of typed digits that is looked at, in bytes.
  public static let longestTyped = 256

  /// The groups.
  public let groups: [String]

  /// The code of two offers; their order does not matter.
  public init(_ one: Offer, _ other: Offer) {
    let (first, second) = one.country < other.country ? (one, other) : (other, one)
    self.init(first: Array(first.note.text.utf8), second: Array(second.note.text.utf8))
  }

  init(first: [UInt8], second: [UInt8]) {
    var writer = ByteWriter(capacity: 4096)
    writer.raw("istmo ceremony code v1\n".utf8)
    writer.vector24(first)
    writer.vector24(second)
    let seed = BLAKE2b.hash(writer.bytes, outputBytes: 64)
    var state = seed
    for _ in 0..<Self.rounds { state = BLAKE2b.hash(state + seed, outputBytes: 64) }
    // Five bytes a group, big-endian, modulo 100,000; the last four bytes are not used.
    groups = (0..<Self.groupCount).map { group in
      let value = state.dropFirst(group * 5).prefix(5).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      var digits: [UInt8] = []
      digits.appendDecimal(value % 100_000, width: Self.digitsPerGroup)
      return String(decoding: digits, as: UTF8.self)
    }
  }

  /// Reads a code as minutes write it: twelve groups with one space between.
  init?(canonical text: String) {
    let pieces = text.split(separator: " ", omittingEmptySubsequences: false)
    guard pieces.count == Self.groupCount,
      pieces.allSatisfy({ $0.utf8.count == Self.digitsPerGroup && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    groups = pieces.map(String.init)
  }

  /// The groups with one space between.
  public var description: String { groups.joined(separator: " ") }

  /// Three lines of four groups, as a screen or a printed page shows them.
  public var lines: [String] {
    stride(from: 0, to: groups.count, by: 4).map { groups.dropFirst($0).prefix(4).joined(separator: "  ") }
  }

  /// What came of comparing typed digits with the code.
  public enum Comparison: Hashable, Sendable {
    /// All sixty digits are right.
    case same
    /// These groups, counted from 1, are wrong. The right ones are not said: they come from the other side's mouth only.
    case different(groups: [Int])
    /// Not sixty digits.
    case notACode(digits: Int)
  }

  /// Compares typed digits with the code. Spaces, line ends and hyphens between them do not matter.
  public func compare(_ typed: String) -> Comparison {
    guard typed.utf8.count <= Self.longestTyped else { return .notACode(digits: typed.utf8.count) }
    var digits: [UInt8] = []
    for scalar in typed.unicodeScalars {
      switch scalar.value {
      case 0x30...0x39: digits.append(UInt8(scalar.value))
      case 0x09, 0x0A, 0x0D, 0x20, 0x2D, 0xA0, 0x2010...0x2014: continue
      default: return .notACode(digits: digits.count)
      }
    }
    guard digits.count == Self.groupCount * Self.digitsPerGroup else { return .notACode(digits: digits.count) }
    let wrong = groups.enumerated().filter { position, group in
      !digits.dropFirst(position * Self.digitsPerGroup).prefix(Self.digitsPerGroup).elementsEqual(group.utf8)
    }
    return wrong.isEmpty ? .same : .different(groups: wrong.map { $0.offset + 1 })
  }
}
