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
  /// The only datasets that the officer was given; nil for all.
  public var datasets: Set<DatasetName>?
  /// Who asks.
  public var officer: String
  /// In which role.
  public var role: String
  /// At which post the officer is; nil when at none.
  public var post: String?
  /// What for.
  public var purpose: String

  /// What an officer asks.
  public init(place: String, officer: String, role: String, purpose: String) {
    (self.place, self.officer, self.role, self.purpose) = (place, officer, role, purpose)
  }

  /// How long ago what is still on its way may have been declared, in days, where no other time is named.
  public static let usualDays: Int64 = 7
}

/// What is on its way to a post, with lanes, holds and missing papers.
public struct ExpectedAnswer: Sendable {
  /// The consignments, in the order in which they are expected.
  public var consignments: [Heading.Shown] = []
  /// The open alerts among them are in each; what could not be told, in words.
  public var notes: [String] = []
  /// What the answer rests on: streams, what was withheld. Its records are those of the consignments.
  public var basis = LookupAnswer()

  /// A line for each consignment, last a line with what the answer rests on.
  public var lines: [JSONValue] {
    consignments.map { $0.json } + [
      ["answer": basis.json(found: consignments.count), "notes": .list(notes.map { .text($0) })]
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
      var lookup = LookupRequest(
        dataset: dataset, officer: request.officer, role: request.role, purpose: request.purpose)
      (lookup.since, lookup.limit, lookup.post) = (since, LookupRequest.mostRecords, request.post)
      lookup.datasets = request.datasets
      lookup.conditions = [("expected", post.id)]
      return lookup
    }
    var declared = Inquiry(self, lookup)
    var finder = FactFinder(self, lookup)
    var answer = ExpectedAnswer()
    do throws(ReadError) {
      let found = try declared.scan(definition) { definition, body in
        definition.text(of: "event", in: body) == "declared" && Self.mayTouch(crossing, definition, body)
      }
      if found.count >= LookupRequest.mostRecords {
        answer.notes.append("only the newest \(found.count) declarations were looked at; name a later time with since")
      }
      var coming: [Consignment] = []
      for statement in declared.statements(found) {
        let consignment = try finder.consignment(statement)
        if consignment.isExpected(at: post, of: crossing) { coming.append(consignment) }
      }
      coming.sort { (Self.due($0), $0.declared.id) < (Self.due($1), $1.declared.id) }
      if coming.count > request.limit {
        answer.notes.append("\(coming.count) are expected; the first \(request.limit) are shown")
      }
      for consignment in coming.prefix(request.limit) {
        answer.consignments.append(Heading.Shown(try finder.facts(of: consignment), risk.selectivity))
      }
    } catch { throw .read(error) }
    if risk.selectivity == nil {
      answer.notes.append("no lanes: no rules are installed; istmo risk install FILE puts them in force")
    }
    answer.notes.append("declared since \(since.wholeSeconds)")
    answer.notes += finder.notes
    try write(declared.logLines(with: finder.inquiry))
    answer.basis = declared.answer
    answer.basis.rest(on: finder.inquiry.answer)
    return answer
  }

  /// Whether a declaration can concern a crossing; asked of every one in the span of time, so of as little as decides it.
  private static func mayTouch(_ crossing: Crossing, _ definition: Definition, _ body: ReadBody) -> Bool {
    let ahead = RecordSubjects.crossingsAhead(definition, body)
    guard ahead.isEmpty else { return ahead.contains(crossing.id) }
    return definition.admits(
      body,
      filter: crossing.countries.map { FilterClause(field: "route", values: [$0.description]) })
  }

  /// When a consignment is due: as it says, else when it was declared.
  private static func due(_ consignment: Consignment) -> Instant {
    consignment.declared.text("expected").flatMap { try? Instant($0) } ?? consignment.declared.time
  }
}
