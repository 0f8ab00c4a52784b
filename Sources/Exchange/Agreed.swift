import Sodium
import Terms

/// One stream as the signed agreement has it, and as it stands now.
public struct AgreedStream: Dated, Hashable, Sendable {
  /// The signed terms.
  public let terms: StreamTerms
  /// The digest of the agreement's text.
  public let agreement: Digest
  /// When it begins to be valid.
  public let validFrom: Instant
  /// When it ceases to be valid.
  public let validUntil: Instant
  /// Why an operator or the node paused it; nil while it may flow.
  public let paused: String?
  /// Whether an operator did.
  public let isSuspended: Bool

  /// Why a stream may not flow, by its parts.
  public enum Obstacle: Hashable, Sendable {
    /// An operator suspended it, with these words.
    case suspended(String)
    /// The node paused it: what it has and what is signed do not fit, in these words.
    case doesNotFit(String)
    /// The agreement begins later.
    case notYet(Instant)
    /// The agreement has ended.
    case expired(Instant)

    /// It in words.
    public var words: String {
      switch self {
      case .suspended(let words), .doesNotFit(let words): words
      case .notYet(let time): "the agreement is valid from \(time.wholeSeconds)"
      case .expired(let time): "the agreement expired on \(time.wholeSeconds); hold a new ceremony"
      }
    }
  }

  /// One stream as agreed.
  public init(
    terms: StreamTerms, agreement: Digest, validFrom: Instant, validUntil: Instant, paused: String? = nil,
    isSuspended: Bool = false
  ) {
    self.terms = terms
    self.agreement = agreement
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.paused = paused
    self.isSuspended = isSuspended
  }

  /// Why the stream may not flow at a moment; nil when it may. A paused stream goes on gathering records while it is in
  /// force: they are sent when the pause ends, and the lag shows them meanwhile.
  public func hindrance(at now: Instant) -> Obstacle? {
    if let paused { return isSuspended ? .suspended(paused) : .doesNotFit(paused) }
    return ended(at: now)
  }

  /// The same in words.
  public func obstacle(at now: Instant) -> String? { hindrance(at: now)?.words }

  /// Why the agreement is not valid at a moment; nil when it is.
  public func invalidity(at now: Instant) -> String? { ended(at: now)?.words }

  private func ended(at now: Instant) -> Obstacle? {
    if now < validFrom { return .notYet(validFrom) }
    return now >= validUntil ? .expired(validUntil) : nil
  }
}

/// A neighbour as the exchange needs to know it: keys from its card, streams from the agreements.
public struct Neighbour: Hashable, Sendable {
  /// The country.
  public let country: CountryCode
  /// Keys that may have signed its checkpoints; more than one during a rotation's overlap.
  public let logKeys: [VerifyingKey]
  /// Keys that may have signed its receipts.
  public let receiptKeys: [VerifyingKey]
  /// The key to which epoch keys are sealed.
  public let sealingKey: ExchangePublicKey
  /// Both directions, of every agreement ever signed with it, in the order of signing: entries made under a former one may
  /// still be on their way, and a later one takes over by itself when its first day comes.
  public let streams: [AgreedStream]

  /// A neighbour as the exchange needs to know it.
  public init(
    country: CountryCode, logKeys: [VerifyingKey], receiptKeys: [VerifyingKey], sealingKey: ExchangePublicKey,
    streams: [AgreedStream]
  ) {
    self.country = country
    self.logKeys = logKeys
    self.receiptKeys = receiptKeys
    self.sealingKey = sealingKey
    self.streams = streams
  }

  /// The streams of the agreement that is in force at a moment. When none is, those of the newest: they say why nothing
  /// flows.
  public func agreed(at now: Instant) -> [AgreedStream] {
    guard let agreement = (streams.inForce(at: now) ?? streams.last)?.agreement else { return [] }
    return streams.filter { $0.agreement == agreement }
  }

  /// A stream under an agreement, whether it is in force, was, or will be.
  func agreed(_ stream: StreamName, under agreement: Digest) -> AgreedStream? {
    streams.first { $0.agreement == agreement && $0.terms.stream == stream }
  }
}
