import Catalog
import Exchange
import HTTP
import Node

extension Router {
  /// Every route: method, path, what it needs, what it is for, who does it.
  static let routes: [Route] = [
    Route(
      .get, "/healthz", .open,
      Operation(
        id: "health", summary: "Whether the node can read and write its store; links may be down.",
        answer: .object("It can.", Schemas.health), problems: [503: "It cannot; the body says why."]), Router.health),
    Route(
      .get, "/readyz", .open,
      Operation(
        id: "ready", summary: "Whether records sent now would be accepted.",
        answer: .object("They would.", Schemas.health), problems: [503: "They would not; the body says why."]),
      Router.ready),
    Route(
      .get, "/metrics", .observe,
      Operation(
        id: "metrics", summary: "Figures for Prometheus.",
        answer: .bytes("Prometheus' text format.", type: "text/plain")), Router.metrics),
    Route(
      .get, "/v1/openapi.json", .open,
      Operation(
        id: "description", summary: "This description.",
        answer: Answer(
          type: "application/json", words: "OpenAPI 3.1.", schemas: [["type": "object"]],
          headers: [("ETag", "What If-None-Match may name the next time.")])), Router.openAPI),
    Route(
      .post, "/v1/records", .publish,
      Operation(
        id: "publish", summary: "Publishes records, a line each, of any number.",
        query: RequestShape("query", [.must("dataset", .dataset, "The dataset of all the lines.")]), body: .records,
        answer: .lines(
          "What became of each line, in their order, and a summary. Accepted means durable.", Schemas.outcome,
          Schemas.summary),
        problems: [
          404: "No such dataset.", 503: "Some lines failed or were not taken; the body says which.",
          507: "The disk is full; the body says what became of each line.",
        ]), Router.publish),
    Route(
      .post, "/v1/query", .lookup,
      Operation(
        id: "query", summary: "Looks records of a dataset up, the newest first.", body: .object(LookupRequest.shape),
        answer: .lines("The records, and what the answer rests on.", Schemas.record, Schemas.end)), Router.query),
    Route(
      .post, "/v1/crossing", .lookup,
      Operation(
        id: "crossing", summary: "Everything known about one key, across datasets and countries.",
        body: .object(CrossingRequest.shape),
        answer: .lines(
          "What must be seen first, a timeline of records, and what the answer rests on.", Schemas.heading,
          Schemas.record, Schemas.end)), Router.crossing),
    Route(
      .post, "/v1/expected", .lookup,
      Operation(
        id: "expected", summary: "What is on its way to a post, with lanes, holds and missing papers.",
        body: .object(ExpectedRequest.shape),
        answer: .lines("The consignments, and what the answer rests on.", Schemas.consignment, Schemas.endWithNotes)),
      Router.expected),
    Route(
      .post, "/v1/alerts", .lookup,
      Operation(
        id: "alerts", summary: "The hits of alerts, then alarms of tags, the newest of each first.",
        body: .object(AlertHitsRequest.shape),
        answer: .lines(
          "The hits, the alarms of tags, and what the answer rests on.", Schemas.hit, Schemas.raised, Schemas.endOfHits)
      ),
      Router.alerts
    ),
    Route(
      .post, "/v1/indicators", .observe,
      Operation(
        id: "indicators", summary: "A country's figures of some days: aggregates, never of persons.",
        body: .object(IndicatorRequest.shape),
        answer: .lines("The figures, and what they rest on.", Schemas.indicator, Schemas.endOfIndicators)),
      Router.indicators),
    Route(
      .post, "/v1/indicators/publish", .local,
      Operation(
        id: "publishIndicators", summary: "Computes the figures and publishes those that are not published so.",
        body: .object(IndicatorRequest.shape), answer: .lines("What was published.", ["type": "object"])),
      Router.publishIndicators),
    Route(
      .post, "/v1/attachments", .publish,
      Operation(
        id: "attach", summary: "Takes one attachment: an image or a document that a record names by its SHA-256.",
        query: RequestShape("query", [.may("digest", .digest, "What the bytes must have as their SHA-256.")]),
        body: .bytes("The attachment, at most \(AttachmentExchange.longestByteCount) bytes."),
        answer: .object("It is durable.", Schemas.attached),
        problems: [422: "What came is not what the digest names.", 507: "The disk is full."]), Router.attach),
    Route(
      .get, "/v1/attachments/", .lookup,
      Operation(
        id: "attachment", summary: "An attachment for an officer; fetched from the neighbour when it is not here.",
        word: .must("digest", .digest, "The SHA-256 of the attachment."), query: AttachmentRequest.shape,
        answer: Answer(
          type: "application/octet-stream", words: "Its bytes. JPEG, PNG and WebP have their own media type.",
          schemas: [],
          headers: [
            ("Istmo-Stream", "The stream of a record that bears it."), ("Istmo-Record", "That record."),
            ("Istmo-Fetched", "Whether it came from the neighbour just now."),
          ]),
        problems: [
          404: "No record that may be shown bears it, or nobody gave it.",
          502: "The neighbour sent something else; nothing was kept.", 504: "The neighbour was too slow.",
          507: "The disk is full.",
        ]), Router.attachment),
    Route(
      .get, "/v1/status", .observe,
      Operation(
        id: "status", summary: "How the node, its streams, links and agreements stand.",
        answer: .object("How all stands now.", Schemas.status)), Router.status),
    Route(
      .get, "/v1/checkpoint", .observe,
      Operation(
        id: "checkpoint", summary: "The signed note of what is durable of a stream here; cheap enough to wait with.",
        query: Router.streamShape,
        answer: .bytes("The note as its origin signed it: name, size and root, a line each.", type: "text/plain"),
        problems: [404: "Nothing of the stream is held here."]), Router.checkpoint),
    Route(
      .get, "/v1/lookups", .local,
      Operation(
        id: "lookups", summary: "The lookup log.", query: Router.lookupLogShape,
        answer: .lines("Its lines, the newest first.", ["type": "object"])), Router.lookups),
    Route(
      .get, "/v1/evidence", .lookup,
      Operation(
        id: "evidence", summary: "A file that proves one record without trusting either node.",
        query: Router.evidenceShape, answer: .bytes("The evidence file."),
        problems: [
          404: "No such record is held here.", 409: "The neighbour has not given its receipt for the record yet.",
        ]), Router.evidence),
    Route(
      .get, "/v1/fork", .local,
      Operation(
        id: "fork", summary: "The proof that a stream's origin signed two histories.",
        query: Router.streamShape, answer: .bytes("The proof.")), Router.fork),
    Route(
      .post, "/v1/verify", .local,
      Operation(
        id: "verify", summary: "Checks the whole store.",
        answer: .lines("How far it is, last the report.", ["type": "object"])), Router.verify),
    Route(
      .get, "/v1/bundle", .local,
      Operation(
        id: "exportBundle", summary: "What a neighbour has no receipt for, as a file.",
        query: RequestShape("query", [.must("to", .country, "The neighbour.")]), answer: .bytes("The bundle.")),
      Router.exportBundle),
    Route(
      .post, "/v1/bundle", .local,
      Operation(
        id: "importBundle", summary: "Takes a neighbour's bundle.", body: .bytes("The bundle."),
        answer: .object("What it brought.", ["type": "object"])), Router.importBundle),
    Route(
      .get, "/v1/retention", .observe,
      Operation(
        id: "retention", summary: "What is past its retention, and what was erased, by stream.",
        answer: .object("How all stands now.", Schemas.retention)), Router.retention),
    Route(
      .post, "/v1/erase", .local,
      Operation(
        id: "erase", summary: "Erases what is past its retention.", query: Router.eraseShape, body: .bytes("Nothing."),
        answer: .object("What was erased, and how all stands then.", ["type": "object"])), Router.erase),
    Route(
      .get, "/v1/backup", .local,
      Operation(
        id: "backup", summary: "What a backup of the home holds, unsealed; istmo backup seals it.",
        query: RequestShape(
          "query", [.may("attachments", .line(3), "Whether attachments are in it; yes when left out.")]),
        answer: .bytes("The items of the backup.")), Router.backup),
    Route(
      .post, "/v1/backup", .local,
      Operation(
        id: "recovery", summary: "Goes on without a neighbour in a home that was put back from a backup.",
        query: RequestShape(
          "query",
          [.must("without", .country, "The neighbour."), .must("reason", .line(500), "Why it is not waited for.")]),
        body: .bytes("Nothing."), answer: .object("How the home stands.", ["type": "object"])), Router.goOn),
    Route(
      .post, "/v1/reload", .local,
      Operation(
        id: "reload", summary: "Reads agreements, cards, tokens and officers of the home again.",
        body: .bytes("Nothing."),
        answer: .object("They are read.", ["type": "object"])), Router.reload),
  ]
}
