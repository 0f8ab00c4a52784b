import Terms

/// Why an attachment did not come from a neighbour.
public enum AttachmentFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no link with the neighbour.
  case linkDown(CountryCode)
  /// The neighbour's program does not know attachments.
  case notUnderstood(CountryCode)
  /// The link ended before the attachment was whole.
  case gone(CountryCode)
  /// The neighbour refused.
  case refused(CountryCode, AttachmentRefusal)
  /// Too many wait for the same neighbour.
  case busy(CountryCode)
  /// Nothing came for too long, or the whole took too long.
  case tooSlow(CountryCode)
  /// It is longer than an attachment may be.
  case tooLong(CountryCode, byteCount: UInt64)
  /// It has another size than the record says.
  case otherSize(CountryCode, expected: UInt64, found: UInt64)
  /// What came is not what the digest names.
  case otherContent(CountryCode)
  /// A piece is not the next one, or does not open.
  case broken(CountryCode)
  /// It cannot be kept here.
  case store(StoreError)

  /// One sentence for a person, ending in what to do.
  public var description: String {
    switch self {
    case .linkDown(let country):
      "the link with \(country) is down; ask again when status shows that it is up"
    case .notUnderstood(let country):
      "the node of \(country) does not know attachments; its operator must install a newer program"
    case .gone(let country): "the link with \(country) ended before all had come; ask again"
    case .refused(let country, let refusal): "\(country) says: \(refusal.reason)"
    case .busy(let country): "too many attachments of \(country) are asked for at once; ask again in a minute"
    case .tooSlow(let country): "\(country) sent nothing for too long; ask again, or when the line is better"
    case .tooLong(let country, let byteCount):
      "\(country) has \(byteCount) bytes for it, at most \(AttachmentExchange.longestByteCount) are taken; tell its operator"
    case .otherSize(let country, let expected, let found):
      "\(country) has \(found) bytes for it, the record says \(expected); nothing was kept, tell its operator"
    case .otherContent(let country):
      "what \(country) sent is not what the digest names; nothing was kept, tell its operator"
    case .broken(let country):
      "what \(country) sent does not open or is out of order; nothing was kept, tell its operator if it happens again"
    case .store(let error): error.description
    }
  }
}
