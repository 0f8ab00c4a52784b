import Catalog
import Exchange
import Terms

extension Heading {
  /// The form for programs, with what the answer rests on: an officer sees that before the records too.
  func json(over answer: LookupAnswer) -> JSONValue {
    let members: [(String, JSONValue)] = [
      ("words", .list(words.map { .text($0) })), ("alerts", .list(alerts.map(\.json))),
      ("consignments", .list(consignments.map(\.json))), ("holds", .list(holds.map(\.json))),
      ("operators", .list(operators.map(\.json))), ("tags", .list(tags.map(\.json))),
      ("notes", .list(notes.map { .text($0.words) })),
    ]
    return .object(members.map { JSONValue.Member(name: $0.0, value: $0.1) } + answer.basis)
  }
}

extension Heading.Shown {
  /// The form for programs.
  var json: JSONValue {
    let consignment = facts.consignment
    let declared = consignment.declared
    return [
      "id": .text(declared.id.description), "source": .text(declared.origin.description),
      "duca": .text(consignment.duca), "kind": JSONValue(declared.text("kind")),
      "declared": .text(declared.time.wholeSeconds), "expected": JSONValue(declared.text("expected")),
      "route": .list(declared.texts("route").map { .text($0) }),
      "crossings": .list(declared.texts("crossings").map { .text($0) }),
      "state": .text(consignment.latest?.text("event") ?? "declared"),
      "state_since": .text((consignment.latest ?? declared).time.wholeSeconds),
      "state_post": JSONValue(consignment.latest?.text("post")),
      "lane": JSONValue(decision?.lane.rawValue),
      "reasons": .list(
        (decision?.reasons ?? []).map { reason in
          [
            "rule": .text(reason.rule), "title": .text(reason.title.en), "titulo": .text(reason.title.es),
            "lane": .text(reason.lane.rawValue), "facts": .list(reason.facts.map { .text($0.words) }),
            "spared_by": JSONValue(reason.sparedBy),
          ]
        }),
      "rules": JSONValue(decision?.rules.description),
      "missing": .list(
        (decision?.missing ?? []).map { paper in
          [
            "paper": .text(paper.paper), "title": .text(paper.title.en), "titulo": .text(paper.title.es),
            "words": .text(paper.words),
          ]
        }),
      "held_by": .list(facts.heldBy.map { .text($0.words) }),
      "released_though_held": .list(contradictions.map { .text($0.words) }),
      "holds": .list(facts.holds.map(\.json)), "alerts": .list(facts.alerts.map(\.json)),
      "operators": .list(facts.operators.map(\.json)), "tags": .list(facts.tags.map(\.json)),
    ]
  }
}

extension Alert {
  /// The form for programs.
  var json: JSONValue {
    [
      "id": .text(id.description), "author": .text(author.description), "subject": .text(subject.rawValue),
      "severity": .text(severity.rawValue), "code": .text(code), "instruction": .text(instruction),
      "crossings": .list(crossings.map { .text($0) }), "expires": .text(expires.wholeSeconds),
    ]
  }
}

extension Hold {
  /// The form for programs.
  var json: JSONValue {
    [
      "id": .text(id.description), "country": .text(country.description), "post": .text(post),
      "authority": .text(authority), "since": .text(time.wholeSeconds), "goods": .text(goods),
      "reason": .text(reason), "treatments": JSONValue(treatments), "ended": JSONValue(end?.event),
      "ended_at": JSONValue(end?.time.wholeSeconds),
    ]
  }
}

extension OperatorStanding {
  /// The form for programs.
  var json: JSONValue {
    [
      "id": .text(id.description), "country": .text(country.description), "name": .text(name),
      "authorisation": .text(authorisation), "roles": .list(roles.map { .text($0) }), "state": .text(state.rawValue),
      "since": .text(since.wholeSeconds),
    ]
  }
}

extension TagAlarm {
  /// The form for programs.
  var json: JSONValue {
    [
      "kind": .text(kind.rawValue), "epc": .text(epc), "words": .text(words),
      "records": .list(records.map { .text($0.description) }),
    ]
  }
}
