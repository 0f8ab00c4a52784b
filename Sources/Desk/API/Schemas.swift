import Catalog
import Node

/// The schemas of what the API answers. Members may be added to answers; those that are named here stay.
enum Schemas {
  static let problemName = "problem"
  private static let (recordName, basisName) = ("record", "basis")
  private static let (alertName, holdName, operatorName, tagName) = ("alert", "hold", "operator", "tag-alarm")
  private static let id = JSONSchema.named("record-id")
  private static let text = JSONSchema.text()
  private static let texts = JSONSchema.list(text)
  private static func orNull(_ schema: JSONValue) -> JSONValue { JSONSchema.orNull(schema) }

  /// Those that others refer to, by name.
  static func all(_ topology: Topology) -> [(String, JSONValue)] {
    [
      (
        problemName,
        JSONSchema.with(
          [("title", "Problem details, RFC 9457")],
          JSONSchema.object([
            ("type", text), ("title", text), ("status", JSONSchema.number(400...599)), ("detail", text),
          ]))
      ),
      (recordName, recordSchema(topology)), (basisName, JSONSchema.object(basis)), (alertName, alert),
      (holdName, hold), (operatorName, standing), (tagName, tag),
    ]
  }

  // MARK: Publishing

  static let outcome = JSONSchema.object(
    [
      ("line", JSONSchema.number(1 ... .max)),
      ("result", JSONSchema.word(["accepted", "duplicate", "refused", "failed"])),
      ("id", id), ("field", text), ("problem", text), ("remedy", text),
    ], optional: ["id", "field", "problem", "remedy"],
    and: [
      (
        "allOf",
        [
          [
            "if": ["properties": ["result": ["enum": ["accepted", "duplicate"]]]],
            "then": ["required": ["id"]],
          ],
          [
            "if": ["properties": ["result": ["enum": ["refused"]]]],
            "then": ["required": ["field", "problem", "remedy"]],
          ],
        ]
      )
    ])

  static let summary = JSONSchema.object([
    (
      "summary",
      JSONSchema.object(
        [
          ("accepted", JSONSchema.count), ("duplicates", JSONSchema.count), ("refused", JSONSchema.count),
          ("failed", JSONSchema.count), ("not_taken_from", JSONSchema.number(1 ... .max)), ("problem", text),
          ("remedy", text),
        ], optional: ["not_taken_from", "problem", "remedy"])
    )
  ])

  static let attached = JSONSchema.object([("digest", JSONSchema.named("digest")), ("bytes", JSONSchema.count)])

  // MARK: Lookups

  static let record = JSONSchema.named(recordName)

  private static func recordSchema(_ topology: Topology) -> JSONValue {
    JSONSchema.object(
      [
        ("id", id), ("source", text), ("stream", text), ("index", orNull(JSONSchema.count)),
        ("answered_at", orNull(JSONSchema.time)), ("published", JSONSchema.time),
        ("time", JSONSchema.time), ("kind", JSONSchema.word(["record", "replaces", "withdraws"])),
        ("changes", orNull(id)), ("changed_by", orNull(id)), ("referred_by", JSONSchema.list(id)),
        ("record", orNull(["type": "object"])),
      ],
      and: [
        (
          "allOf",
          .list(
            topology.definitions.map { definition in
              [
                "if": ["properties": ["stream": ["pattern": .text("/\(definition.dataset)$")]]],
                "then": ["properties": ["record": orNull(JSONSchema.named(definition.shownSchemaName))]],
              ]
            })
        )
      ])
  }

  /// What an origin that was asked over the link said.
  private static let live: JSONValue = [
    "type": "object", "required": ["answered"], "additionalProperties": false,
    "properties": ["answered": JSONSchema.flag, "as_of": JSONSchema.time, "reason": text],
  ]

  private static let basis: [(String, JSONValue)] = [
    ("found", JSONSchema.count),
    (
      "sources",
      JSONSchema.list(
        JSONSchema.object([
          ("stream", text), ("size", orNull(JSONSchema.count)), ("as_of", orNull(JSONSchema.time)),
          ("live", orNull(live)),
        ]))
    ), ("withheld", texts), ("searched_back_to", orNull(JSONSchema.time)),
  ]

  static let end = JSONSchema.object([("answer", JSONSchema.object(basis + [("next", orNull(text))]))])
  static let endWithNotes = JSONSchema.object([("answer", JSONSchema.named(basisName)), ("notes", texts)])
  static let endOfHits = JSONSchema.object([
    ("answer", JSONSchema.named(basisName)), ("withheld_hits", JSONSchema.count),
  ])
  static let endOfIndicators = JSONSchema.object([
    (
      "answer",
      JSONSchema.object(basis + [("suppressed", JSONSchema.count), ("provisional", JSONSchema.flag)])
    ), ("notes", texts),
  ])

  private static let alert = JSONSchema.object([
    ("id", id), ("author", text), ("subject", text), ("severity", text), ("code", text), ("instruction", text),
    ("crossings", texts), ("expires", JSONSchema.time),
  ])

  private static let hold = JSONSchema.object([
    ("id", id), ("country", text), ("post", text), ("authority", text), ("since", JSONSchema.time), ("goods", text),
    ("reason", text), ("treatments", JSONSchema.count), ("ended", orNull(text)), ("ended_at", orNull(JSONSchema.time)),
  ])

  private static let standing = JSONSchema.object([
    ("id", id), ("country", text), ("name", text), ("authorisation", text), ("roles", texts), ("state", text),
    ("since", JSONSchema.time),
  ])

  private static let tag = JSONSchema.object([
    ("kind", text), ("epc", text), ("words", text), ("records", JSONSchema.list(id)),
  ])

  /// Lists of what is at the top of a crossing file and of each consignment.
  private static let facts: [(String, JSONValue)] = [
    ("alerts", JSONSchema.list(JSONSchema.named(alertName))), ("holds", JSONSchema.list(JSONSchema.named(holdName))),
    ("operators", JSONSchema.list(JSONSchema.named(operatorName))),
    ("tags", JSONSchema.list(JSONSchema.named(tagName))),
  ]

  static let consignment = JSONSchema.object(
    [
      ("id", id), ("source", text), ("duca", text), ("kind", orNull(text)), ("declared", JSONSchema.time),
      ("expected", orNull(text)), ("route", texts), ("crossings", texts), ("state", text),
      ("state_since", JSONSchema.time), ("state_post", orNull(text)), ("lane", orNull(text)),
      (
        "reasons",
        JSONSchema.list(
          JSONSchema.object([
            ("rule", text), ("title", text), ("titulo", text), ("lane", text), ("facts", texts),
            ("spared_by", orNull(text)),
          ]))
      ), ("rules", orNull(text)),
      (
        "missing",
        JSONSchema.list(JSONSchema.object([("paper", text), ("title", text), ("titulo", text), ("words", text)]))
      ), ("held_by", texts), ("released_though_held", texts),
    ] + facts)

  static let heading = JSONSchema.object([
    (
      "heading",
      JSONSchema.object(
        [
          ("words", texts), ("notes", texts), ("consignments", JSONSchema.list(consignment)),
        ] + basis.dropFirst() + facts)
    )
  ])

  static let hit = JSONSchema.object([
    ("alert_id", id), ("record_id", orNull(id)), ("matched_at", JSONSchema.time), ("state", text),
    ("alert", orNull(JSONSchema.named(alertName))), ("found_in", orNull(text)), ("stream", orNull(text)),
    ("time", orNull(JSONSchema.time)), ("places", texts), ("record", orNull(["type": "object"])),
    (
      "outcomes",
      JSONSchema.list(
        JSONSchema.object([
          ("country", text), ("outcome", orNull(text)), ("post", orNull(text)), ("time", JSONSchema.time),
        ]))
    ), ("words", text),
  ])

  /// An alarm of a tag, as it was raised when a read or a record of the registry arrived.
  static let raised = JSONSchema.object([
    ("tag_alarm", text), ("epc", text), ("matched_at", JSONSchema.time), ("state", JSONSchema.word(["open", "over"])),
    ("record_id", id), ("stream", orNull(text)), ("time", JSONSchema.time), ("places", texts), ("found", text),
    ("words", text),
  ])

  static let indicator = JSONSchema.object(
    [
      ("indicator", text), ("country", text), ("crossing", text), ("dimension", text),
      ("period_starts", JSONSchema.day), ("period_ends", JSONSchema.day), ("statistic", text), ("unit", text),
      ("value", text), ("method", text), ("sample", JSONSchema.count),
    ], optional: ["crossing", "dimension"])

  // MARK: The node

  static let health = JSONSchema.object([("status", text), ("problems", texts)])

  static let status = JSONSchema.object([
    ("country", text), ("realm", text), ("time", JSONSchema.time), ("started", JSONSchema.time),
    ("running", JSONSchema.flag), ("flowing", JSONSchema.flag),
    (
      "streams",
      JSONSchema.list(
        JSONSchema.object([
          ("stream", text), ("direction", text), ("in_force", JSONSchema.flag), ("obstacle", orNull(text)),
          ("linked", JSONSchema.flag), ("flowing", JSONSchema.flag), ("size", JSONSchema.count),
          ("receipt_size", JSONSchema.count), ("receipt_time", orNull(JSONSchema.time)),
          ("as_of", orNull(JSONSchema.time)), ("lag_records", JSONSchema.count), ("lag_milliseconds", JSONSchema.count),
          ("problem", text), ("halted", text), ("fork_kept", JSONSchema.flag),
          ("clock_skew_milliseconds", orNull(JSONSchema.number())),
        ]))
    ),
    (
      "agreements",
      JSONSchema.list(
        JSONSchema.object([
          ("with", text), ("in_force", orNull(text)), ("valid_until", orNull(text)), ("next", orNull(text)),
          ("next_begins", orNull(JSONSchema.time)),
        ]))
    ), ("links", ["type": "object", "additionalProperties": text]), ("problems", texts), ("notes", texts),
    (
      "backup",
      orNull(
        JSONSchema.object([
          ("made", JSONSchema.time), ("bytes", JSONSchema.count), ("sha256", text), ("entries", JSONSchema.count),
          ("attachments", JSONSchema.flag),
        ]))
    ),
    (
      "restored",
      orNull(
        JSONSchema.object([
          ("restored", JSONSchema.time), ("made", JSONSchema.time), ("waiting", JSONSchema.flag), ("awaited", texts),
          ("unheard", texts),
          (
            "without",
            JSONSchema.list(JSONSchema.object([("country", text), ("time", JSONSchema.time), ("reason", text)]))
          ),
        ]))
    ),
    ("store", ["type": "object", "additionalProperties": JSONSchema.number()]),
    ("retention", JSONSchema.list(retentionOfStream)),
  ])

  private static let retentionOfStream = JSONSchema.object([
    ("stream", text), ("days", orNull(JSONSchema.count)), ("agreed", JSONSchema.flag), ("size", JSONSchema.count),
    ("erased", JSONSchema.count), ("due", JSONSchema.count), ("oldest", orNull(JSONSchema.time)),
    ("next", orNull(JSONSchema.time)), ("last_erasure", orNull(JSONSchema.time)),
  ])

  static let retention = JSONSchema.object([
    ("obstacle", orNull(text)), ("due", JSONSchema.count), ("erased", JSONSchema.count),
    ("streams", JSONSchema.list(retentionOfStream)),
  ])
}
