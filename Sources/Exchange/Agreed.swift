import Sodium
import Terms

/// One stream as the signed agreement has it, and as it stands now.
public struct AgreedStream: Hashable, Sendable {
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

  /// One stream as agreed.
  public init(terms: StreamTerms, agreement: Digest, validFrom: Instant, validUntil: Instant, paused: String? = nil) {
    self.terms = terms
    self.agreement = agreement
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.paused = paused
  }

  /// Why the stream may not flow at a moment; nil when it may.
  public func obstacle(at now: Instant) -> String? {
    paused ?? invalidity(at: now)
  }

  /// Why the agreement is not valid at a moment; nil when it is.
  public func invalidity(at now: Instant) -> String? {
    if now < validFrom { return "the agreement is valid from \(validFrom.wholeSeconds)" }
    if now >= validUntil { return "the agreement expired on \(validUntil.wholeSeconds); hold a new ceremony" }
    return nil
  }

  /// Whether records of this moment belong into the stream. A paused stream goes on gathering them: what is published
  /// during a pause is sent when it ends, and the lag shows it meanwhile.
  public func isValid(at now: Instant) -> Bool { now >= validFrom && now < validUntil }
}

/// A neighbour as the exchange needs to know it: keys from its card, streams from the agreement.
public struct Neighbour: Hashable, Sendable {
  /// The country.
  public let country: CountryCode
  /// Keys that may have signed its checkpoints; more than one during a rotation's overlap.
  public let logKeys: [VerifyingKey]
  /// Keys that may have signed its receipts.
  public let receiptKeys: [VerifyingKey]
  /// The key to which epoch keys are sealed.
  public let sealingKey: ExchangePublicKey
  /// Both directions.
  public let streams: [AgreedStream]
  /// Agreements that were in force before: entries made under them may still be on their way.
  public let former: [AgreedStream]

  /// A neighbour as the exchange needs to know it.
  public init(
    country: CountryCode, logKeys: [VerifyingKey], receiptKeys: [VerifyingKey], sealingKey: ExchangePublicKey,
    streams: [AgreedStream], former: [AgreedStream] = []
  ) {
    self.country = country
    self.logKeys = logKeys
    self.receiptKeys = receiptKeys
    self.sealingKey = sealingKey
    self.streams = streams
    self.former = former
  }
}

extension Neighbour {
  /// The terms of a stream under an agreement, in force or former.
  func terms(of stream: StreamName, under agreement: Digest) -> StreamTerms? {
    (streams + former).first { $0.agreement == agreement && $0.terms.stream == stream }?.terms
  }
}
