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
    if let heading {
      let first: JSONValue = ["heading": heading.json(over: self)]
      first.writeLine(to: &out)
    }
    for found in records {
      out += line(of: found, installation)
      out.append(0x0A)
    }
    let end: [JSONValue.Member] = [.init(name: "found", value: JSONValue(records.count))] + basis
    let last: JSONValue = ["answer": .object(end + [.init(name: "next", value: JSONValue(next))])]
    last.writeLine(to: &out)
    return out
  }

  /// What is said of a record, and the record itself as it is kept: to make values of it and write them again took longer than all else
  /// in the answer.
  private func line(of found: Found, _ installation: Installation) -> [UInt8] {
    let entry = found.record.entry
    let locator = found.record.locator
    var line = JSONObjectWriter(capacity: 1024)
    line.add("id") { entry.id.append(to: &$0) }
    line.add("source", text: locator.stream.origin.description)
    line.add("stream", text: locator.stream.description)
    line.add("index", found.answeredAt == nil ? JSONValue(locator.index) : nil)
    line.add("answered_at", JSONValue(found.answeredAt?.wholeSeconds))
    line.add("published") { entry.id.time.append(withMilliseconds: true, to: &$0) }
    line.add("time") { installation.registry.time(of: found).append(withMilliseconds: true, to: &$0) }
    let (kind, target): (String, RecordID?) =
      switch entry.kind {
      case .replaces(let id): ("replaces", id)
      case .withdraws(let id): ("withdraws", id)
      default: ("record", nil)
      }
    line.add("kind", text: kind)
    line.add("changes", JSONValue(target?.description))
    line.add("changed_by", JSONValue(found.changedBy?.description))
    line.add("referred_by", ids: found.referredBy)
    if let body = found.body.json { line.add("record", json: body) } else { line.add("record", nil) }
    return line.finish()
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
