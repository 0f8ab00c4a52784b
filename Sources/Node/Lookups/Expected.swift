import Catalog
import Exchange
import Ledger
import Terms

/// What an officer asks who wants to know what is on its way to a post.
public struct ExpectedRequest: Sendable {
  /// The post.
  public var place: String
  /// Only what was declared since; nil for the usual time.
  public var since: Instant?
  /// The most consignments.
  public var limit = 100
  /// Who asks, and what for.
  public var asker: Asker

  /// What an officer asks.
  public init(place: String, by asker: Asker) { (self.place, self.asker) = (place, asker) }

  /// How long ago what is still on its way may have been declared, in days, where no other time is named.
  public static let usualDays: Int64 = 7
}

/// What is on its way to a post, with lanes, holds and missing papers.
public struct ExpectedAnswer: Sendable {
  /// The consignments, in the order in which they are expected.
  public var consignments: [Heading.Shown] = []
  /// The open alerts among them are in each; what could not be told.
  public var notes: [HeadingNote] = []
  /// What the answer rests on: streams, what was withheld. Its records are those of the consignments.
  public var basis = LookupAnswer()

  /// A line for each consignment, last a line with what the answer rests on.
  public var lines: [JSONValue] {
    consignments.map { $0.json } + [
      ["answer": basis.json(found: consignments.count), "notes": .list(notes.map { .text($0.words) })]
    ]
  }
}

extension Lookups {
  /// Looks up what is on its way to a post, logs durably, then gives the answer; waits for the disk.
  public func answer(_ request: ExpectedRequest) throws(LookupError) -> ExpectedAnswer {
    guard let post = registry.topology.post(request.place),
      let crossing = registry.topology.crossing(RecordSubjects.crossing(ofPost: post.id))
    else {
      throw .refused(
        Refusal(
          field: "place", found: request.place, problem: "no post of the topology",
          whatToDo: "name a post such as GT-SV/la-hachadura/SV"))
    }
    guard let name = try? DatasetName(Consignment.dataset), let definition = registry.definition(name) else {
      throw .refused(
        Refusal(
          field: "place", problem: "the topology has no dataset \(Consignment.dataset)",
          whatToDo: "install a topology that names it"))
    }
    let since = request.since ?? clock.now().advanced(byMilliseconds: -ExpectedRequest.usualDays * 86_400_000)
    let lookup = { (dataset: DatasetName) in
      var lookup = LookupRequest(dataset: dataset, by: request.asker)
      (lookup.since, lookup.limit) = (since, LookupRequest.mostRecords)
      lookup.conditions = [("expected", post.id)]
      return lookup
    }
    var finder = FactFinder(self, lookup)
    var answer = ExpectedAnswer()
    var shownSince = since
    do throws(ReadError) {
      let streams = try finder.streams(of: definition)
      let (coming, kept) = try expectedView.expected(
        at: post, of: crossing, since: since, from: streams, now: clock.now())
      if kept > since {
        shownSince = kept
        answer.notes.append(.olderNotFollowed)
      }
      var left = coming.count
      for one in coming where answer.consignments.count < request.limit {
        left -= 1
        // The book knows what is durable; the role, and what became of a record since, are asked of the record itself.
        guard let declared = try finder.declaration(one.id, in: one.stream) else { continue }
        let consignment = try finder.consignment(declared)
        guard consignment.isExpected(at: post, of: crossing) else { continue }
        answer.consignments.append(Heading.Shown(try finder.facts(of: consignment), risk.selectivity))
      }
      if left > 0 {
        let shown = answer.consignments.count
        answer.notes.append(.firstOf(shown, of: shown + left))
      }
    } catch { throw .read(error) }
    if risk.selectivity == nil {
      answer.notes.append(.noRules)
    }
    answer.notes.append(.declaredSince(shownSince))
    answer.notes += finder.notes
    try write(finder.inquiry.logLines())
    answer.basis = finder.inquiry.answer
    return answer
  }
}
