import Terms

/// One figure of a period: what was measured, where, of how many cases. No field of it can hold anything of a person.
public struct Indicator: Hashable, Sendable {
  /// What is measured.
  public let kind: Kind
  /// The crossing it is of; nil when it is of all that were looked at.
  public let crossing: String?
  /// Step, source, lane or other division; nil when there is none.
  public let dimension: String?
  /// Which figure of the cases.
  public let statistic: Statistic
  /// What `thousandths` counts a thousand of.
  public let unit: Unit
  /// The value, in thousandths of the unit.
  public let thousandths: Int64
  /// Of how many cases.
  public let sample: Int
  /// Whether it was computed from all cases one by one; a quantile of very many is within 0.8 % of the exact one.
  public let isExact: Bool

  /// What is measured, in the words of the dataset `indicators`.
  public enum Kind: String, Hashable, Comparable, Sendable, CaseIterable {
    /// From the first sighting on one side to the last on the other.
    case crossingTime = "crossing-time"
    /// One step of it, or of what is done meanwhile.
    case stepTime = "step-time"
    /// Consignments declared before they were first seen.
    case advanceDeclarations = "advance-declarations"
    /// Persons controlled once for both countries.
    case oneStopMigration = "one-stop-migration"
    /// From issuing a certificate to its use.
    case certificateLeadTime = "certificate-lead-time"
    /// Certificates named in declarations that are here as records.
    case electronicCertificates = "electronic-certificates"
    /// Antennas passed that read the tag.
    case readRate = "read-rate"
    /// Records whose counterpart never came.
    case unmatched
    /// Alerts, and hits, that led to something.
    case alertHitRate = "alert-hit-rate"
    /// Consignments by lane.
    case laneShare = "lane-share"
    /// Time in which a post's equipment worked.
    case postAvailability = "post-availability"
    /// How long records wait for the neighbour's receipt.
    case replicationLag = "replication-lag"
    /// Time in which the node ran.
    case nodeAvailability = "node-availability"
    /// How many there were.
    case volume

    /// In the order in which they are shown.
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// Which figure of the cases.
  public enum Statistic: String, Hashable, Sendable, CaseIterable {
    /// Half of the cases have at most this (nearest rank).
    case median
    /// Nine of ten have at most this (nearest rank).
    case p90
    /// The part of the cases of which something is true.
    case share
    /// How many.
    case count
  }

  /// Units of values.
  public enum Unit: String, Hashable, Sendable, CaseIterable {
    /// Minutes.
    case minutes
    /// Hours.
    case hours
    /// Seconds.
    case seconds
    /// Hundredths of the cases.
    case percent
    /// Records or other cases.
    case records
  }

  /// Below this many cases a figure could tell of single ones: it is neither shown nor published.
  public static let leastSample = 5
  /// The version of the definitions in Docs/Indicators.md by which figures are computed; published with each.
  public static let method = "istmo-1"

  /// Whether it rests on too few cases to be shown.
  public var isSuppressed: Bool { sample < Self.leastSample }

  /// The value as a decimal with three digits.
  public var value: String {
    let rest = String(thousandths.magnitude % 1000)
    return "\(thousandths < 0 ? "-" : "")\(thousandths.magnitude / 1000)."
      + String(repeating: "0", count: 3 - rest.count) + rest
  }

  /// The name that makes it one in its period, such as `crossing-time/GT-SV/la-hachadura/tag/median`.
  public var name: String {
    [kind.rawValue, crossing, dimension, statistic.rawValue].compactMap { $0 }.joined(separator: "/")
  }

  /// In the order in which they are shown: by kind, all crossings before single ones.
  public static func isBefore(_ a: Indicator, _ b: Indicator) -> Bool {
    (a.kind, a.crossing ?? "", a.dimension ?? "", a.statistic.rawValue)
      < (b.kind, b.crossing ?? "", b.dimension ?? "", b.statistic.rawValue)
  }
}
