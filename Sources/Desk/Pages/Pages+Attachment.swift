import Catalog
import Exchange
import HTTP
import Node
import Terms

// What records bear: camera stills, scanned documents. Never shown by itself: asking for it is a lookup.
extension Pages {
  /// `GET /attachment/DIGEST`: what a record of the timeline bears, from here or from the neighbour's node.
  func showAttachment(_ visit: Visit, answer: @escaping @Sendable (Response) -> Void) {
    guard let session = visit.session, !session.purpose.isEmpty else { return answer(redirect(to: "/search")) }
    guard let digest = Digest(hex: visit.rest[...]) else {
      return answer(page(visit, status: 404, failure: (.notFound, .notFoundHelp)))
    }
    node.attachment(AttachmentRequest(digest: digest, by: session.asker)) { [self] result in
      switch result {
      case .success(let found):
        var headers = headers(of: found.shownType)
        // What a browser might run is kept as a file, and not shown.
        let place = found.isInert ? "inline" : "attachment"
        headers.add("Content-Disposition", "\(place); filename=\"\(digest)\"")
        answer(Response(status: 200, headers: headers, body: .stream(PieceStream(found.blob))))
      case .failure(let error):
        answer(
          page(
            visit, status: error.status, problem: visit(LivePhrase.noAttachment.text), help: Self.why(error, visit)))
      }
    }
  }

  /// Why there is none, in the visitor's language.
  private static func why(_ error: AttachmentError, _ visit: Visit) -> String {
    switch error {
    case .notBorne: visit(LivePhrase.notBorne.text)
    case .notHere: visit(LivePhrase.notHere.text)
    case .notFetched(.linkDown): visit(LivePhrase.noLink.text)
    case .notFetched: visit(LivePhrase.notSent.text)
    case .lookup, .store: visit(.tryAgain)
    }
  }
}

extension AttachmentAnswer {
  /// Media types that a browser may show as what they are: they hold nothing that it would run.
  static let inertTypes: Set<String> = ["image/jpeg", "image/png", "image/webp"]

  /// Whether a browser may show it.
  var isInert: Bool { mediaType.map { Self.inertTypes.contains($0) } ?? false }

  /// The type under which it is sent: what the record says, where that is harmless.
  var shownType: String { isInert ? mediaType ?? "" : "application/octet-stream" }
}

extension AttachmentError {
  /// The HTTP status that says so.
  var status: Int {
    switch self {
    case .lookup(.refused), .lookup(.unknownDataset): 400
    case .lookup(.read), .lookup(.notLogged), .lookup(.busy): 503
    case .notBorne(_, let withheld): withheld.isEmpty ? 404 : 403
    case .notHere: 404
    case .notFetched(let failure): failure.status
    case .store(.full): 507
    case .store: 503
    }
  }
}

extension AttachmentFailure {
  /// The HTTP status that says so.
  var status: Int {
    switch self {
    case .refused(_, let refusal):
      switch refusal.known {
      case .absent, .erased: 404
      case .notShared, .notBorne: 403
      case .busy, .unreadable, .slow, nil: 503
      }
    case .linkDown, .notUnderstood, .gone, .busy: 503
    case .tooSlow: 504
    case .tooLong, .otherSize, .otherContent, .broken: 502
    case .store(.full): 507
    case .store: 503
    }
  }
}
