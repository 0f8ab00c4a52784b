import Catalog
import Exchange
import Terms

// What the bodies of lookups hold: each kind has one table of members, by which it is read and described.

extension Asker {
  /// Who asks, and what for: in every lookup. As long as the lookup log keeps it.
  static let members: [RequestShape.Member] = [
    .must("officer", .line(64), "The officer who asks; a pseudonym that the asking system vouches for."),
    .must("role", .line(32), "The role in which the officer asks; agreements name the roles that may see records."),
    .must("purpose", .line(200), "What for, in words; it stands in the lookup log of both countries."),
    .may("post", .post, "The officer's post, such as GT-SV/la-hachadura/GT."),
  ]

  /// Reads who asks.
  /// - Throws: `TermError` when nobody may ask in that role.
  init(_ asked: RequestShape.Asked) throws(TermError) {
    self.init(
      officer: asked.needed("officer"), role: asked.needed("role"), purpose: asked.needed("purpose"),
      post: asked.text("post"))
    guard role != IndicatorRequest.role else {
      throw TermError(
        kind: "role", found: role,
        expected: "a person's role: under this one the node computes aggregates, and no record is shown")
    }
  }
}

extension LookupRequest {
  private static let since = RequestShape.Member.may("since", .time, "Only records published at or after this moment.")
  private static let until = RequestShape.Member.may("until", .time, "Only records published before this moment.")
  private static let limit = RequestShape.Member.may(
    "limit", .number(1...Int64(mostRecords)),
    "The most records of one answer, or of each dataset; 100 where it is absent.")
  private static let history = RequestShape.Member.may(
    "history", .flag, "Whether replaced and withdrawn records are shown too.")
  private static let live = RequestShape.Member.may(
    "live", .flag, "Whether the origins are asked over the link for what is newer than what is held here.")
  /// Fields of one lookup, more than any dataset can be searched by.
  static let mostConditions = 32

  /// The body of `POST /v1/query`.
  public static let shape = RequestShape(
    "lookup",
    [
      .must("dataset", .dataset, "The dataset."),
      .may("from", .country, "Whose records; all that are held here where it is absent."),
      .may(
        "where", .typedByName(mostConditions),
        "Fields and what to find in them, as an officer would type it; all must hold."),
      since, until, limit, history,
      .may(
        "unmatched", .flag, "Only records that await another country's record and have none that still stands."),
      live,
      .may(
        "cursor", .typed(200), "The member next of an answer to the same question: goes on where that answer ended."),
    ] + Asker.members)

  /// Reads the body of `POST /v1/query`.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    let asked = try Self.shape.read(json)
    self.init(dataset: try DatasetName(asked.needed("dataset")), by: try Asker(asked))
    from = asked.country("from")
    conditions = asked.typed("where").map { ($0.name, $0.text) }
    (since, until, limit) = (asked.time("since"), asked.time("until"), asked.number("limit") ?? limit)
    (history, unmatched) = (asked.flag("history"), asked.flag("unmatched"))
    live = asked.flag("live")
    cursor = asked.text("cursor")
  }

  fileprivate static let crossingMembers = [since, until, limit, history, live]
  fileprivate static let expectedMembers = [since, limit]
  fileprivate static let hitMembers = [limit]
}

extension CrossingRequest {
  /// The body of `POST /v1/crossing`.
  public static let shape = RequestShape(
    "crossing file",
    [.must("key", .typed(500), "A plate, document, container, tag, number, zone, or SURNAME, GIVEN NAMES YYYY-MM-DD.")]
      + LookupRequest.crossingMembers + Asker.members)

  /// Reads the body of `POST /v1/crossing`.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    let asked = try Self.shape.read(json)
    self.init(key: asked.needed("key"), by: try Asker(asked))
    (since, until, limit) = (asked.time("since"), asked.time("until"), asked.number("limit") ?? limit)
    (history, live) = (asked.flag("history"), asked.flag("live"))
  }
}

extension ExpectedRequest {
  /// The body of `POST /v1/expected`.
  public static let shape = RequestShape(
    "lookup of what is expected",
    [.must("place", .post, "The post, such as GT-SV/la-hachadura/SV.")] + LookupRequest.expectedMembers
      + Asker.members)

  /// Reads the body of `POST /v1/expected`.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    let asked = try Self.shape.read(json)
    self.init(place: asked.needed("place"), by: try Asker(asked))
    (since, limit) = (asked.time("since"), asked.number("limit") ?? limit)
  }
}

extension AlertHitsRequest {
  /// The body of `POST /v1/alerts`.
  public static let shape = RequestShape(
    "lookup of hits",
    [
      .may("place", .line(200), "Only hits of records at this post or crossing, or on their way to it."),
      .may("open", .flag, "Only hits of alerts that still hold, of which nobody told the outcome."),
    ] + LookupRequest.hitMembers + Asker.members)

  /// Reads the body of `POST /v1/alerts`.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    let asked = try Self.shape.read(json)
    self.init(by: try Asker(asked))
    limit = asked.number("limit") ?? limit
    (place, onlyOpen) = (asked.text("place"), asked.flag("open"))
  }
}

extension AttachmentRequest {
  /// The query of `GET /v1/attachments/DIGEST`.
  public static let shape = RequestShape(
    "lookup of an attachment",
    Asker.members + [
      .may("from", .country, "Whose record bears it; any where it is absent."),
      .may("history", .flag, "Whether replaced and withdrawn records count too."),
    ])

  /// Reads the query of `GET /v1/attachments/DIGEST`.
  /// - Throws: `TermError` naming the field that is missing or wrong.
  public init(digest: Digest, query: [(name: String, value: String)]) throws(TermError) {
    let asked = try Self.shape.read(query)
    self.init(digest: digest, by: try Asker(asked))
    (from, history) = (asked.country("from"), asked.flag("history"))
  }
}
