import Catalog
import HTTP
import Node

/// The description of the API in OpenAPI 3.1, made from the table of routes, the shapes by which requests are read, and the
/// definitions by which records are checked.
struct OpenAPI {
  let topology: Topology

  /// The document. Routes of the home's own socket are not in it: nobody reaches them over the network.
  var document: JSONValue {
    let routes = Router.routes.filter { $0.access != .local }
    var paths: [JSONValue.Member] = []
    for path in Set(routes.map(\.path)).sorted() {
      let here = routes.filter { $0.path == path }
      let name = here.lazy.compactMap(\.about.word).first.map { "\(path){\($0.name)}" } ?? path
      paths.append(
        .init(
          name: name,
          value: .object(
            here.map { .init(name: $0.method.description.lowercased(), value: operation($0)) })))
    }
    return [
      "openapi": "3.1.0",
      "info": ["title": "Istmo", "version": "1", "description": .text(Self.words)],
      "servers": [["url": "/"]],
      "paths": .object(paths),
      "components": [
        "schemas": .object(schemas.map { .init(name: $0.0, value: $0.1) }),
        "securitySchemes": [
          "token": [
            "type": "http", "scheme": "bearer",
            "description": "A token that istmo token add made, with its scopes.",
          ]
        ],
      ],
    ]
  }

  private static let words = """
    A country's node. Lines of JSON (NDJSON) are described as the list of their values. Lookups name the officer, the role and the \
    purpose, and are in the lookup log before they are answered. Every path answers OPTIONS, and HEAD where it answers GET; other \
    methods are refused with 405. Errors are problem details (RFC 9457). Records are described in the form in which they are kept; \
    rules over several fields are checked beyond the schemas.
    """

  private var schemas: [(String, JSONValue)] {
    let datasets = topology.definitions.map { "\($0.dataset)" }
    return SharedSchemas.all(topology) + [
      (RequestShape.Kind.datasetSchemaName, JSONSchema.word(datasets))
    ] + Schemas.all(topology) + topology.definitions.flatMap(\.schemas)
  }

  /// The datasets that systems publish.
  private var published: [Definition] {
    topology.definitions.filter { !Installation.ownDatasets.contains("\($0.dataset)") }
  }

  private func operation(_ route: Router.Route) -> JSONValue {
    let about = route.about
    var members: [(String, JSONValue)] = [("operationId", .text(about.id)), ("summary", .text(about.summary))]
    let fields = about.query.members.map { ($0, "query") } + (about.word.map { [($0, "path")] } ?? [])
    if !fields.isEmpty {
      members.append(
        (
          "parameters",
          .list(
            fields.map { member, place in
              [
                "name": .text(member.name), "in": .text(place), "required": .boolean(member.isNeeded),
                "description": .text(member.words), "schema": member.kind.schema,
              ]
            })
        ))
    }
    if let body = requestBody(about.body) { members.append(("requestBody", body)) }
    members.append(("responses", responses(route)))
    // An empty list says that no token is needed, where none at all would leave it open.
    members.append(
      ("security", route.access == .open ? [] : [["token": [.text(route.access.rawValue)]]]))
    return .object(members.map { .init(name: $0.0, value: $0.1) })
  }

  private func requestBody(_ body: Router.Body) -> JSONValue? {
    switch body {
    case .none: nil
    case .object(let shape): ["required": true, "content": ["application/json": ["schema": shape.schema]]]
    case .records:
      [
        "required": true,
        "content": [
          "application/x-ndjson": [
            "schema": JSONSchema.list([
              "anyOf": .list(published.map { JSONSchema.named($0.lineSchemaName) })
            ])
          ]
        ],
      ]
    case .bytes(let words):
      ["required": true, "description": .text(words), "content": ["application/octet-stream": [:]]]
    }
  }

  private func responses(_ route: Router.Route) -> JSONValue {
    let about = route.about
    var all: [(Int, JSONValue)] = [(200, success(about.answer))]
    var problems: [Int: String] = [
      400: "What was asked is not well formed.", 413: "The body is too long.", 414: "The target is too long.",
      431: "The head is too long.", 501: "A transfer coding other than chunked.",
      503: "The node is busy, stopping, or cannot do it now.",
    ]
    if route.access != .open {
      problems[401] = "No token, or none that counts."
      problems[403] = "The token is not for this."
    }
    problems.merge(about.problems) { $1 }
    for (status, words) in problems {
      // Health says the same in both cases; results of an upload say what became of each line.
      let isOwn = about.problems[status] != nil && [503, 507].contains(status)
      var members = isOwn ? ownProblem(about, words) : Self.problem(words)
      if status == 401, case .object(let known) = members {
        members = .object(
          known + [
            .init(
              name: "headers",
              value: ["WWW-Authenticate": ["description": "RFC 6750.", "schema": ["type": "string"]]])
          ])
      }
      all.append((status, members))
    }
    return .object(all.sorted { $0.0 < $1.0 }.map { .init(name: "\($0.0)", value: $0.1) })
  }

  private func success(_ answer: Router.Answer) -> JSONValue {
    var members: [JSONValue.Member] = [.init(name: "description", value: .text(answer.words))]
    if !answer.headers.isEmpty {
      members.append(
        .init(
          name: "headers",
          value: .object(
            answer.headers.map { name, words in
              .init(name: name, value: ["description": .text(words), "required": true, "schema": ["type": "string"]])
            })))
    }
    members.append(.init(name: "content", value: content(answer)))
    return .object(members)
  }

  private func content(_ answer: Router.Answer) -> JSONValue {
    let one: JSONValue = answer.schemas.count == 1 ? answer.schemas[0] : ["anyOf": .list(answer.schemas)]
    let schema = answer.type == Router.linesType ? JSONSchema.list(one) : one
    let media: JSONValue = answer.schemas.isEmpty ? [:] : ["schema": schema]
    var members: [JSONValue.Member] = [.init(name: answer.type, value: media)]
    if answer.type == "application/octet-stream", !answer.headers.isEmpty {
      members += AttachmentAnswer.inertTypes.sorted().map { .init(name: $0, value: [:]) }
    }
    return .object(members)
  }

  private func ownProblem(_ about: Router.Operation, _ words: String) -> JSONValue {
    guard case .object(let own) = content(about.answer), case .object(let problem)? = Self.problem(words)["content"]
    else { return Self.problem(words) }
    return ["description": .text(words), "content": .object(own + problem)]
  }

  private static func problem(_ words: String) -> JSONValue {
    [
      "description": .text(words),
      "content": ["application/problem+json": ["schema": JSONSchema.named(Schemas.problemName)]],
    ]
  }
}
