import Catalog
import HTTP
import Node
import Synchronization
import Terms

extension Router {
  /// `POST /v1/records?dataset=NAME`: NDJSON of any length.
  func publish(_ request: Request, _ caller: Caller) -> any Handler {
    guard let text = request.query("dataset"), let dataset = try? DatasetName(text),
      let definition = node.registry.definition(dataset)
    else {
      return Answered(
        caller, Problem(status: 404, detail: "name a dataset of the topology: POST /v1/records?dataset=migration"))
    }
    guard dataset.description != Installation.lookupDataset else {
      return Answered(caller, Problem(status: 403, detail: "the lookup log is written by the node alone"))
    }
    return Upload(caller, definition, node)
  }

  /// Takes one upload of records.
  final class Upload: Handler {
    private let session: PublishSession

    init(_ caller: Caller, _ definition: Definition, _ node: Installation) {
      session = node.publishSession(definition, resume: { caller.resume() }, done: { caller.answer(Self.answer($0)) })
    }

    func receive(_ piece: UnsafeRawBufferPointer) -> Flow { session.receive(piece) ? .more : .pause }

    func finish() { session.finish() }

    private static func answer(_ summary: PublishSession.Summary) -> Response {
      var lines = summary.results.map(line)
      lines.append([
        "summary": [
          "accepted": .number(Int64(summary.accepted)), "duplicates": .number(Int64(summary.duplicates)),
          "refused": .number(Int64(summary.refused)), "failed": .number(Int64(summary.failed)),
        ]
      ])
      var response = Router.ndjson(lines)
      if let failure = summary.failure {
        // Nothing of a failed batch was stored: the publisher sends it again. Results of other batches still hold.
        response.status = if case .full = failure { 507 } else { 503 }
      }
      return response
    }

    private static func line(_ result: PublishSession.LineResult) -> JSONValue {
      let number = JSONValue.number(Int64(result.line))
      switch result.outcome {
      case .accepted(let id): return ["line": number, "result": "accepted", "id": .text(id.description)]
      case .duplicate(let id): return ["line": number, "result": "duplicate", "id": .text(id.description)]
      case .refused(let field, let problem, let remedy):
        return [
          "line": number, "result": "refused", "field": .text(field), "problem": .text(problem),
          "remedy": .text(remedy),
        ]
      case .failed(let reason): return ["line": number, "result": "failed", "problem": .text(reason)]
      }
    }
  }
}
