import Exchange
import Terms

/// An officer's wish to see an attachment.
public struct AttachmentRequest: Sendable {
  /// SHA-256 of its bytes.
  public var digest: Digest
  /// Whose record bears it; nil for whoever's.
  public var from: CountryCode?
  /// Whether records that were replaced or withdrawn count too.
  public var history = false
  /// Who asks.
  public var officer: String
  /// In which role.
  public var role: String
  /// At which post; nil when at none.
  public var post: String?
  /// What for.
  public var purpose: String

  /// An officer's wish to see an attachment.
  public init(digest: Digest, officer: String, role: String, purpose: String) {
    (self.digest, self.officer, self.role, self.purpose) = (digest, officer, role, purpose)
  }

  /// The lookup that this is of one field of a dataset.
  func lookup(_ field: String, in dataset: DatasetName) -> LookupRequest {
    var request = LookupRequest(dataset: dataset, officer: officer, role: role, purpose: purpose)
    (request.from, request.history, request.post) = (from, history, post)
    request.conditions = [(field, digest.description)]
    return request
  }
}

/// An attachment that an officer may see, opened; the lookup is logged.
public struct AttachmentAnswer: Sendable {
  /// Its bytes.
  public let blob: BlobReader
  /// What the record says it is; nil when it says nothing.
  public let mediaType: String?
  /// The stream of a record that bears it.
  public let stream: StreamName
  /// That record.
  public let record: RecordID
  /// Whether it came from the neighbour just now.
  public let isFetched: Bool
}

/// Why an officer does not get an attachment.
public enum AttachmentError: Error, Sendable, CustomStringConvertible {
  /// The lookup was refused, or could not be logged.
  case lookup(LookupError)
  /// No record that this role may read bears it; with what was withheld, in words.
  case notBorne(Digest, withheld: [String])
  /// A record of this country bears it, and it was not given to this node.
  case notHere(StreamName)
  /// The neighbour did not send it.
  case notFetched(AttachmentFailure)
  /// What is here cannot be read.
  case store(StoreError)

  /// One sentence for a person, ending in what to do.
  public var description: String {
    switch self {
    case .lookup(let error): error.description
    case .notBorne(let digest, let withheld):
      "no record that may be shown bears \(digest)"
        + (withheld.isEmpty
          ? "; query shows the digests of records" : "; withheld: \(withheld.joined(separator: "; "))")
    case .notHere(let stream):
      "a record of \(stream) bears it, the attachment itself was not given to this node yet; give it with istmo attach"
    case .notFetched(let failure): failure.description
    case .store(let error): error.description
    }
  }
}
