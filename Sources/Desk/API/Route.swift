import Catalog
import HTTP

extension Router {
  /// What a route needs of a caller.
  enum Access: String {
    /// Nothing.
    case open
    /// To publish records.
    case publish
    /// To look records up.
    case lookup
    /// To see how the node is.
    case observe
    /// File permissions of the home: never over TCP.
    case local
  }

  typealias Handle = @Sendable (Router) -> @Sendable (Request, Caller) -> any Handler

  /// One thing that the API does. There is none without a description: the OpenAPI document is made from these.
  struct Route: Sendable {
    /// The path. One that ends in `/` takes one more word, which `about` names.
    let path: String
    let method: Method
    let access: Access
    let about: Operation
    let handle: Handle

    init(_ method: Method, _ path: String, _ access: Access, _ about: Operation, _ handle: @escaping Handle) {
      (self.method, self.path, self.access, self.about, self.handle) = (method, path, access, about, handle)
    }
  }

  /// What a route is for, takes and answers.
  struct Operation: Sendable {
    /// A name for programs that make clients of descriptions.
    let id: String
    /// What it does, in one sentence.
    let summary: String
    /// The word at the end of the path.
    var word: RequestShape.Member?
    /// The fields of the query; others are refused.
    var query = RequestShape("query", [])
    /// What it takes.
    var body = Body.none
    /// What it answers when all went well.
    let answer: Answer
    /// What else it answers, beside what every route does.
    var problems: [Int: String] = [:]
  }

  /// What a route takes.
  enum Body: Sendable {
    /// Nothing.
    case none
    /// One JSON object.
    case object(RequestShape)
    /// Lines of JSON, each of one of the datasets that systems publish.
    case records
    /// Bytes of any kind.
    case bytes(String)
  }

  /// What a route answers with status 200.
  struct Answer: Sendable {
    /// The media type.
    let type: String
    /// What it is, in words.
    let words: String
    /// The schema: of lines, that of each is among these.
    let schemas: [JSONValue]
    /// Header fields that come with it, in words.
    var headers: [(String, String)] = []

    /// Lines of JSON, each of one of these schemas.
    static func lines(_ words: String, _ schemas: JSONValue...) -> Self {
      Self(type: Router.linesType, words: words, schemas: schemas)
    }

    /// One JSON object.
    static func object(_ words: String, _ schema: JSONValue) -> Self {
      Self(type: "application/json", words: words, schemas: [schema])
    }

    /// Bytes.
    static func bytes(_ words: String, type: String = "application/octet-stream") -> Self {
      Self(type: type, words: words, schemas: [])
    }
  }

  /// The media type of lines of JSON.
  static let linesType = "application/x-ndjson"

  private static let routesByPath = Dictionary(grouping: routes, by: \.path)

  /// The routes of a path, and the word at its end where they take one.
  static func routes(of path: String) -> (routes: [Route], word: String) {
    if let exact = routesByPath[path] { return (exact, "") }
    guard let stroke = path.lastIndex(of: "/"), stroke != path.startIndex else { return ([], "") }
    return (routesByPath[String(path[...stroke])] ?? [], String(path[path.index(after: stroke)...]))
  }

  /// The methods that a path takes, for the header field `Allow` (RFC 9110 section 10.2.1).
  static func allowed(_ methods: [Method]) -> String {
    var names = Set(methods.map(\.description))
    if names.contains("GET") { names.insert("HEAD") }
    names.insert("OPTIONS")
    return names.sorted().joined(separator: ", ")
  }
}
