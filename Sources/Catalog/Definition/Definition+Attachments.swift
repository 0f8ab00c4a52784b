import Terms

/// What a record says of an attachment that it bears.
public struct BorneAttachment: Hashable, Sendable {
  /// The field with its digest.
  public let field: String
  /// Its size, where the record says it.
  public let byteCount: UInt64?
  /// Its media type, where the record says it.
  public let mediaType: String?
}

/// A record bears an attachment when a searchable field of type `digest` has its SHA-256. Beside a field `image_digest` may
/// stand `image_bytes` and `image_media_type`, which tell its size and media type.
extension Definition {
  /// The fields under which a record can be found by the digest of an attachment.
  public var attachmentFields: [String] {
    leaves.filter(\.bearsAttachment).map(\.name).sorted()
  }

  /// What a checked body says of the attachment with this digest; nil when it does not bear it.
  public func attachment(_ digest: Digest, in body: ReadBody) -> BorneAttachment? {
    let names = attachmentFields
    guard !names.isEmpty else { return nil }
    let value = Array(digest.description.utf8)
    guard let field = searchKeys(of: body).first(where: { $0.value == value && names.contains($0.field) })?.field else {
      return nil
    }
    guard field.hasSuffix("_digest"), let members = try? JSONValue(parsing: body.bytes) else {
      return BorneAttachment(field: field, byteCount: nil, mediaType: nil)
    }
    let stem = field.dropLast("digest".count)
    var byteCount: UInt64?
    if case .number(let number) = members["\(stem)bytes"] { byteCount = UInt64(exactly: number) }
    return BorneAttachment(field: field, byteCount: byteCount, mediaType: members["\(stem)media_type"]?.string)
  }
}

extension Field {
  /// Whether its digests are of attachments.
  public var bearsAttachment: Bool {
    switch type {
    case .digest, .list(of: .digest, limit: _): isSearchable
    default: false
    }
  }
}
