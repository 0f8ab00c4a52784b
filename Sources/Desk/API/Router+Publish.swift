import Catalog
import HTTP
import Node
import Synchronization
import Terms

extension Router {
  /// `POST /v1/records?dataset=NAME`: NDJSON of any length.
  func publish(_ request: Request, _ caller: Caller) -> any Handler {
    guard let definition = published(by: request) else {
      return Answered(
        caller, Problem(status: 404, detail: "name a dataset of the topology: POST /v1/records?dataset=migration"))
    }
    guard !Installation.ownDatasets.contains(definition.dataset.description) else {
      return Answered(caller, Problem(status: 403, detail: "\(definition.dataset) is written by the node alone"))
    }
    return Upload(caller, definition, node)
  }

  /// The dataset of the topology that a request names; nil when it names none.
  func published(by request: Request) -> Definition? {
    request.query("dataset").flatMap { try? DatasetName($0) }.flatMap { node.registry.definition($0) }
  }

  /// Takes one upload of records.
  final class Upload: Handler {
    /// Results up to which they are sent as one.
    private static let shortBytes: UInt64 = 16 << 10

    private let caller: Caller
    private let session: PublishSession

    init(_ caller: Caller, _ definition: Definition, _ node: Installation) {
      self.caller = caller
      session = node.publishSession(definition, resume: { caller.resume() }, done: { caller.answer(Self.answer($0)) })
    }

    func receive(_ piece: UnsafeRawBufferPointer) -> Flow { session.receive(piece) ? .more : .pause }

    func finish() { session.finish(mayWait: caller.isAlone) }

    func end(_ outcome: Outcome) { session.goOn() }

    private static func answer(_ summary: PublishSession.Summary) -> Response {
      let status =
        switch summary.failure {
        case nil: 200
        // Nothing of a failed batch was stored: the publisher sends it again. Results of other batches still hold.
        case .full: 507
        default: 503
        }
      return Response(status: status, headers: ["Content-Type": Router.linesType], body: body(summary.results))
    }

    /// A few lines leave in one piece with the head.
    private static func body(_ results: ResultSpool) -> Response.Body {
      if results.byteCount <= shortBytes, let whole = try? results.next() { return .bytes(whole) }
      return .stream(PieceStream(results))
    }
  }
}
