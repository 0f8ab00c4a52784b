import Catalog
import Dispatch
import Exchange
import HTTP
import Node
import Synchronization
import Terms

extension Router {
  /// The path below which every attachment has its digest.
  static let attachmentPath = "/v1/attachments/"

  /// `POST /v1/attachments[?digest=D]`: the bytes of one attachment; the answer is its digest, when it is durable.
  func attach(_ request: Request, _ caller: Caller) -> any Handler {
    if let length = request.contentLength, length > AttachmentExchange.longestByteCount {
      return Answered(caller, AttachmentUpload.problem(.tooLong))
    }
    var expected: Digest?
    if let text = request.query("digest") {
      guard let digest = Digest(hex: text) else {
        return Answered(caller, Problem(status: 400, detail: "digest: 64 hexadecimal digits, as sha256sum prints them"))
      }
      expected = digest
    }
    return AttachmentUpload(caller, node, expected)
  }

  /// `GET /v1/attachments/DIGEST?officer=..&role=..&purpose=..`: an attachment for an officer. It is a lookup.
  func attachment(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      guard let digest = Digest(hex: request.path.dropFirst(Self.attachmentPath.count)) else {
        return caller.answer(
          Problem(
            status: 400, detail: "name the attachment by its SHA-256: \(Self.attachmentPath) and 64 hexadecimal digits")
        )
      }
      let wish: AttachmentRequest
      do throws(TermError) { wish = try AttachmentRequest(digest: digest, query: request.query) } catch {
        return caller.answer(Problem(status: 400, detail: error.description))
      }
      work.read { [node] in
        node.attachment(wish) { result in
          switch result {
          case .success(let answer): caller.answer(Self.response(answer))
          case .failure(let error): caller.answer(Problem(status: error.status, detail: error.description))
          }
        }
      }
    }
  }

  private static func response(_ answer: AttachmentAnswer) -> Response {
    Response(
      status: 200,
      headers: [
        "Content-Type": answer.shownType, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
        "Istmo-Stream": answer.stream.description, "Istmo-Record": answer.record.description,
        "Istmo-Fetched": answer.isFetched ? "true" : "false",
      ], body: .stream(PieceStream(answer.blob)))
  }
}

/// Takes the upload of one attachment.
final class AttachmentUpload: Handler {
  private let intake: AttachmentIntake

  init(_ caller: Caller, _ node: Installation, _ expected: Digest?) {
    intake = node.attachmentIntake(expecting: expected, resume: { caller.resume() }) { result in
      switch result {
      case .success(let blob):
        caller.answer(
          Router.json(["digest": .text(blob.digest.description), "bytes": JSONValue(blob.byteCount)]))
      case .failure(let problem): caller.answer(Self.problem(problem))
      }
    }
  }

  func receive(_ piece: UnsafeRawBufferPointer) -> Flow { intake.receive(piece) ? .more : .pause }

  func finish() { intake.finish() }

  func end(_ outcome: Outcome) { if outcome == .broken { intake.cancel() } }

  static func problem(_ problem: AttachmentIntake.Problem) -> Problem {
    switch problem {
    case .tooLong:
      Problem(
        status: 413,
        detail: "an attachment has at most \(AttachmentExchange.longestByteCount) bytes (100 MiB); send a smaller one")
    case .empty: Problem(status: 400, detail: "the attachment has no bytes; send the file's bytes as the body")
    case .otherContent(let found):
      Problem(status: 422, detail: "what came has the digest \(found), not the one named; send it again")
    case .store(let error):
      if case .full = error {
        Problem(status: 507, detail: error.description)
      } else {
        Problem(status: 503, detail: error.description)
      }
    }
  }
}
