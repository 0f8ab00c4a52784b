import Catalog
import Exchange
import Ledger
import Terms

extension LookupRequest {
  /// Reads the body of `POST /v1/query`.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    guard case .object(let members) = json else {
      throw TermError(kind: "lookup", found: "", expected: "a JSON object")
    }
    func text(_ name: String) throws(TermError) -> String? {
      guard let value = json[name], value != .null else { return nil }
      guard let text = value.string, !text.isEmpty, text.utf8.count <= 500 else {
        throw TermError(kind: name, found: value.json, expected: "a text of 1 to 500 bytes")
      }
      return text
    }
    func needed(_ name: String) throws(TermError) -> String {
      guard let value = try text(name) else {
        throw TermError(kind: "lookup", found: "no \(name)", expected: "the member \"\(name)\"")
      }
      return value
    }
    func flag(_ name: String) throws(TermError) -> Bool {
      switch json[name] {
      case nil, .null: return false
      case .boolean(let value): return value
      case .some(let value): throw TermError(kind: name, found: value.json, expected: "true or false")
      }
    }
    let known = [
      "dataset", "from", "where", "since", "until", "limit", "history", "unmatched", "live", "officer", "role", "post",
      "purpose",
    ]
    for member in members where !known.contains(member.name) {
      throw TermError(kind: "member of a lookup", found: member.name, expected: known.joined(separator: ", "))
    }
    self.init(
      dataset: try DatasetName(try needed("dataset")),
      by: Asker(officer: try needed("officer"), role: try needed("role"), purpose: try needed("purpose")))
    guard asker.role != IndicatorRequest.role else {
      throw TermError(
        kind: "role", found: asker.role,
        expected: "a person's role: under this one the node computes aggregates, and no record is shown")
    }
    from = try text("from").map { (text) throws(TermError) in try CountryCode(text) }
    since = try text("since").map { (text) throws(TermError) in try Instant(text) }
    until = try text("until").map { (text) throws(TermError) in try Instant(text) }
    asker.post = try text("post")
    history = try flag("history")
    unmatched = try flag("unmatched")
    live = try flag("live")
    switch json["limit"] {
    case nil, .null: break
    case .number(let value) where (1...Int64(Self.mostRecords)).contains(value): limit = Int(value)
    case .some(let value):
      throw TermError(kind: "limit", found: value.json, expected: "a number from 1 to \(Self.mostRecords)")
    }
    switch json["where"] {
    case nil, .null: break
    case .object(let pairs):
      for pair in pairs {
        guard let value = pair.value.string else {
          throw TermError(kind: "where", found: pair.value.json, expected: "{\"FIELD\": \"VALUE\"}")
        }
        conditions.append((pair.name, value))
      }
    case .some(let value): throw TermError(kind: "where", found: value.json, expected: "{\"FIELD\": \"VALUE\"}")
    }
  }
}

extension CrossingRequest {
  /// Reads the body of `POST /v1/crossing`: the members of a lookup, with `key` in place of `dataset` and `where`.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    guard case .object(let members) = json else {
      throw TermError(kind: "lookup", found: "", expected: "a JSON object")
    }
    guard let key = json["key"]?.string, !key.isEmpty, key.utf8.count <= 500 else {
      throw TermError(kind: "lookup", found: json["key"]?.json ?? "no key", expected: "the member \"key\", a text")
    }
    for name in ["dataset", "from", "where", "unmatched"] where json[name] != nil {
      throw TermError(
        kind: "member of a crossing file", found: name, expected: "key, since, until, limit, history, live")
    }
    // All else is as in a lookup of any dataset.
    let rest = members.filter { $0.name != "key" }
    let lookup = try LookupRequest(json: .object(rest + [.init(name: "dataset", value: "any")]))
    self.init(key: key, by: lookup.asker)
    (since, until, limit, history) = (lookup.since, lookup.until, lookup.limit, lookup.history)
    live = lookup.live
  }
}

extension LookupAnswer {
  /// The lines of the answer: first the heading where there is one, then a line for each record, last a line with what the answer
  /// rests on.
  public func lines(_ installation: Installation) -> [JSONValue] {
    var lines: [JSONValue] = heading.map { [["heading": $0.json(over: self)]] } ?? []
    lines += records.map { found in
      let entry = found.record.entry
      let locator = found.record.locator
      var kind: JSONValue = "record"
      var target: JSONValue = nil
      switch entry.kind {
      case .replaces(let id): (kind, target) = ("replaces", .text(id.description))
      case .withdraws(let id): (kind, target) = ("withdraws", .text(id.description))
      default: break
      }
      return [
        "id": .text(entry.id.description), "source": .text(locator.stream.origin.description),
        "stream": .text(locator.stream.description),
        "index": found.answeredAt == nil ? JSONValue(locator.index) : nil,
        "answered_at": JSONValue(found.answeredAt?.wholeSeconds),
        "published": .text(entry.id.time.description),
        "time": .text(installation.registry.time(of: found.record).description), "kind": kind, "changes": target,
        "changed_by": JSONValue(found.changedBy?.description),
        "referred_by": .list(found.referredBy.map { .text($0.description) }),
        "record": (try? JSONValue(parsing: found.record.body)) ?? nil,
      ]
    }
    lines.append(["answer": json(found: records.count)])
    return lines
  }

  /// What the answer rests on, for programs.
  func json(found: Int) -> JSONValue { .object([.init(name: "found", value: JSONValue(found))] + basis) }

  /// The streams with their freshness, and what was withheld or not searched any more.
  var basis: [JSONValue.Member] {
    [
      .init(
        name: "sources",
        value: .list(
          sources.map { source in
            [
              "stream": .text(source.stream.description), "size": source.size.map { JSONValue($0) } ?? nil,
              "as_of": JSONValue(source.asOf?.wholeSeconds), "live": source.live?.json ?? nil,
            ]
          })),
      .init(name: "withheld", value: .list(withheld.map { .text($0.description) })),
      .init(name: "searched_back_to", value: JSONValue(searchedBackTo?.wholeSeconds)),
    ]
  }
}

extension LookupAnswer.Source.Live {
  var json: JSONValue {
    switch self {
    case .answered(let moment): ["answered": true, "as_of": .text(moment.wholeSeconds)]
    case .unanswered(let failure): ["answered": false, "reason": .text(failure.description)]
    }
  }
}

extension StoreVerifier.Report {
  /// The form for programs.
  public var json: JSONValue {
    [
      "clean": .boolean(problems.isEmpty), "streams": JSONValue(streams), "entries": JSONValue(entries),
      "bodies": JSONValue(bodies), "erased": JSONValue(erased), "indexed": JSONValue(indexed),
      "attachments": JSONValue(attachments),
      "problems": .list(problems.map { .text($0) }),
    ]
  }
}
