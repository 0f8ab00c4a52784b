import Catalog
import Exchange
import Terms

extension AlertHitsAnswer {
  /// A line for each hit and each alarm of a tag, last a line with what the answer rests on.
  public var lines: [JSONValue] {
    hits.map(\.json) + tags.map(\.json) + [
      ["answer": basis.json(found: hits.count + tags.count), "withheld_hits": JSONValue(withheldHits)]
    ]
  }
}

extension AlertHitsAnswer.Hit {
  /// The form for programs.
  var json: JSONValue {
    [
      "alert_id": .text(alertID.description), "record_id": JSONValue(recordID?.description),
      "matched_at": .text(matchedAt.description), "state": .text(state), "alert": alert?.json ?? nil,
      "found_in": JSONValue(foundIn), "stream": JSONValue(stream?.description),
      "time": JSONValue(record?.time.wholeSeconds),
      "places": .list((record.map { $0.subjects.here.union($0.subjects.ahead).sorted() } ?? []).map { .text($0) }),
      "record": record?.body ?? nil,
      "outcomes": .list(
        outcomes.map { outcome in
          [
            "country": .text(outcome.origin.description), "outcome": JSONValue(outcome.text("outcome")),
            "post": JSONValue(outcome.text("post")), "time": .text(outcome.time.wholeSeconds),
          ]
        }),
      "words": .text(words),
    ]
  }

  /// One line for an officer.
  public var words: String {
    let what = alert.map(\.words) ?? "ALERT \(alertID), which this role may not see"
    let place = record.map { $0.subjects.here.union($0.subjects.ahead).sorted().joined(separator: ", ") } ?? ""
    let found: String
    if let record {
      found =
        "\(stream?.description ?? "") \(record.id) of \(record.time.wholeSeconds)\(place.isEmpty ? "" : " at \(place)")"
    } else if let recordID {
      found =
        stream.map { "\($0) \(recordID), which this role may not see or which stands no more" }
        ?? "record \(recordID), which is not held here"
    } else {
      found = "a record that was not named"
    }
    let told = outcomes.map { outcome in
      "\n  \(outcome.text("outcome") ?? "") by \(outcome.origin) at \(outcome.text("post") ?? "") on "
        + outcome.time.wholeSeconds
    }
    return "\(matchedAt.wholeSeconds) \(state): \(what)\n  found in \(found)\(foundIn.map { " (\($0))" } ?? "")"
      + told.joined()
  }
}
