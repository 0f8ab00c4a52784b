import Catalog
import Terms

/// What really happened, as the generator knows it and no record tells in one place: what indicators must come out at. What a
/// defect kept from being recorded is not in it.
public enum TrafficTruth: Hashable, Sendable {
  /// A truck passed a border.
  case passage(Passage)
  /// A person was controlled.
  case control(Control)
  /// Goods travelled with a certificate.
  case certificate(Certificate)
  /// A piece of equipment failed.
  case outage(Outage)
  /// An alert was issued.
  case alert(Alert)

  /// When something was recorded of a truck, in the order of its way; of what was recorded twice, the last of going out.
  public struct Seen: Hashable, Sendable {
    /// Before the post of the country being left.
    public var arrives: Instant?
    /// Out of it.
    public var leaves: Instant?
    /// Into the post of the country being entered.
    public var enters: Instant?
    /// Out of it.
    public var departs: Instant?

    /// Nothing was recorded.
    public init() {}

    /// Whether anything was.
    public var isSeen: Bool { arrives ?? leaves ?? enters ?? departs != nil }
  }

  /// A truck's way over one border.
  public struct Passage: Hashable, Sendable {
    /// The journey.
    public let journey: Int
    /// The crossing.
    public let crossing: String
    /// The country being left.
    public let from: CountryCode
    /// The country being entered.
    public let to: CountryCode
    /// By its tag.
    public var tag = Seen()
    /// By its plate, where a camera took it for what it is.
    public var plate = Seen()
    /// When the last camera knew its container; nil when it did not, or has to read the plate.
    public var container: Instant?
    /// When its cargo was declared; nil of an empty truck.
    public var declared: Instant?
    /// When customs of the country being entered told that it arrived, and released it.
    public var arrived: Instant?
    /// See `arrived`.
    public var released: Instant?
  }

  /// A person's control.
  public struct Control: Hashable, Sendable {
    /// The journey.
    public let journey: Int
    /// The crossing.
    public let crossing: String
    /// The country whose post acted.
    public let acts: CountryCode
    /// The country being entered.
    public let to: CountryCode
    /// When.
    public let time: Instant
    /// Whether the person was let go.
    public let isAdmitted: Bool
    /// When the country of entry said so; nil when it never did.
    public var answered: Instant?
    /// Whether it said that the person did not enter.
    public var isRefused = false
  }

  /// A certificate, from its issue to its use.
  public struct Certificate: Hashable, Sendable {
    /// The journey.
    public let journey: Int
    /// The country of destination.
    public let destination: CountryCode
    /// The crossing at which it was used.
    public let crossing: String
    /// When it was issued.
    public let issued: Instant
    /// When it was used; nil when never.
    public let used: Instant?
  }

  /// A failure.
  public struct Outage: Hashable, Sendable {
    /// The journey.
    public let journey: Int
    /// The post.
    public let post: String
    /// What failed.
    public let equipment: String
    /// From when.
    public let from: Instant
    /// Until when.
    public let until: Instant
  }

  /// An alert, and what came of it.
  public struct Alert: Hashable, Sendable {
    /// The journey.
    public let journey: Int
    /// Who issued it.
    public let author: CountryCode
    /// When.
    public let issued: Instant
    /// Who told of a hit; nil when nobody did.
    public var teller: CountryCode?
    /// When.
    public var told: Instant?
    /// At which crossing.
    public var crossing: String?
    /// What came of it.
    public var outcome: String?
  }

  /// The journey to which it belongs, by its number: the same as in the ledger.
  public var journey: Int {
    switch self {
    case .passage(let fact): fact.journey
    case .control(let fact): fact.journey
    case .certificate(let fact): fact.journey
    case .outage(let fact): fact.journey
    case .alert(let fact): fact.journey
    }
  }
}
