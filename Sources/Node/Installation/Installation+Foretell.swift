import Catalog
import Exchange
import Terms

/// What would become of a line if it were published now.
public enum Foretold: Sendable {
  /// It would be stored.
  case accepted
  /// It was stored before, under this id; nil when a line before it says the same.
  case duplicate(RecordID?)
  /// It would be refused.
  case refused(Refusal)
  /// It cannot be told now.
  case unknown(String)
}

extension Installation {
  /// Lines that the core looks at before it turns to other work again.
  private static let foretoldAtOnce = 64

  /// Says of each line what publishing it, after those before it, would do; stores nothing. Waits for the core.
  public func foretell(_ lines: [[UInt8]], of definition: Definition) -> [Foretold] {
    let gate = ReleaseGate(lookups)
    var known: [String: [UInt8]] = [:]
    var drafts: [(place: Int, draft: Exchange.Draft)] = []
    var out = [Foretold](repeating: .accepted, count: lines.count)
    for (place, line) in lines.enumerated() {
      do throws(Refusal) {
        guard line.count <= PublishSession.longestLine else { throw .tooLong }
        let draft = try registry.draft(line, of: definition, from: country, now: clock.now())
        try gate.check(draft)
        if let reference = draft.reference, let earlier = known.updateValue(draft.body, forKey: reference) {
          guard earlier == draft.body else {
            throw Refusal(
              field: "reference", problem: "a line before has the same reference and other content",
              whatToDo: "give each record a reference of its own")
          }
          out[place] = .duplicate(nil)
          continue
        }
        drafts.append((place, draft))
      } catch { out[place] = .refused(error) }
    }
    var rest = drafts[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(Self.foretoldAtOnce))
      rest = rest.dropFirst(some.count)
      let verdicts = engine.inspect { core in
        some.map { draft in
          Result { () throws(ReadError) in try core.foretell(draft.draft) }
        }
      }
      for (index, draft) in some.enumerated() {
        switch verdicts?[index] {
        case .success(nil): out[draft.place] = .accepted
        case .success(.accepted?): out[draft.place] = .accepted
        case .success(.duplicate(let id)?): out[draft.place] = .duplicate(id)
        case .success(.refused(let field, let problem, let remedy)?):
          out[draft.place] = .refused(Refusal(field: field, problem: problem, whatToDo: remedy))
        case .failure(let error): out[draft.place] = .unknown("\(error)")
        case nil: out[draft.place] = .unknown("the node is stopping")
        }
      }
    }
    return out
  }
}
