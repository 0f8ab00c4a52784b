import Catalog
import Exchange
import Ledger
import Terms

extension LookupAnswer {
  /// The answer in lines of JSON: first the heading where there is one, then a line for each record, last a line with what the answer
  /// rests on.
  public func ndjson(_ installation: Installation) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512 + records.count * 1024)
    if let heading { JSONValue.object([.init(name: "heading", value: heading.json(over: self))]).writeLine(to: &out) }
    for found in records {
      // The body last, as it is kept: to make values of it and write them again took longer than all else in the answer.
      let about = about(found, installation)
      JSONValue.object(about).write(to: &out)
      out.removeLast()
      out += Self.recordFollows
      out += found.body.json ?? Array("null".utf8)
      out += [0x7D, 0x0A]
    }
    let end: [JSONValue.Member] = [.init(name: "found", value: JSONValue(records.count))] + basis
    JSONValue.object([
      .init(name: "answer", value: .object(end + [.init(name: "next", value: JSONValue(next))]))
    ]).writeLine(to: &out)
    return out
  }

  private static let recordFollows = Array(",\"record\":".utf8)

  /// What is said of a record, before the record itself.
  private func about(_ found: Found, _ installation: Installation) -> [JSONValue.Member] {
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
      .init(name: "id", value: .text(entry.id.description)),
      .init(name: "source", value: .text(locator.stream.origin.description)),
      .init(name: "stream", value: .text(locator.stream.description)),
      .init(name: "index", value: found.answeredAt == nil ? JSONValue(locator.index) : nil),
      .init(name: "answered_at", value: JSONValue(found.answeredAt?.wholeSeconds)),
      .init(name: "published", value: .text(entry.id.time.description)),
      .init(name: "time", value: .text(installation.registry.time(of: found).description)),
      .init(name: "kind", value: kind), .init(name: "changes", value: target),
      .init(name: "changed_by", value: JSONValue(found.changedBy?.description)),
      .init(name: "referred_by", value: .list(found.referredBy.map { .text($0.description) })),
    ]
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
      "attachments": JSONValue(attachments), "operator_lines": JSONValue(operatorLines),
      "problems": .list(problems.map { .text($0) }),
    ]
  }
}
