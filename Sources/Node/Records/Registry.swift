import Catalog
import Exchange
import Ledger
import Terms

/// The topology with its dataset definitions, as the exchange asks for them.
public struct Registry: RecordRules {
  /// What can be: countries, crossings, pairs, datasets.
  public let topology: Topology
  private let definitions: [DatasetName: Definition]

  /// The definitions of a topology.
  public init(_ topology: Topology) {
    self.topology = topology
    definitions = Dictionary(topology.definitions.map { ($0.dataset, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The definition of a dataset.
  public func definition(_ dataset: DatasetName) -> Definition? { definitions[dataset] }

  /// The body with only these fields.
  public func project(_ body: [UInt8], of dataset: DatasetName, onto fields: [String]) -> [UInt8] {
    definitions[dataset]?.project(body, onto: fields) ?? Array("{}".utf8)
  }

  /// Whether a filter lets the body through.
  public func admits(_ body: [UInt8], of dataset: DatasetName, filter: [FilterClause]) -> Bool {
    definitions[dataset]?.admits(body, filter: filter) ?? false
  }

  /// The searchable values of a body.
  public func searchKeys(of body: [UInt8], in dataset: DatasetName) -> [SearchTerm] {
    (definitions[dataset]?.searchKeys(of: body) ?? []).map { SearchTerm(field: $0.field, value: $0.value) }
  }

  /// What a recipient checks of a received body.
  public func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) {
    guard let definition = definitions[terms.stream.dataset] else {
      throw RuleBreach("this node has no definition of \(terms.stream.dataset)")
    }
    let isWithdrawal = if case .withdraws = kind { true } else { false }
    do { try definition.verify(body: body, terms: terms, isWithdrawal: isWithdrawal) } catch {
      throw RuleBreach(error.logText)
    }
  }

  /// The publisher's own reference in a body.
  public func reference(in body: [UInt8], of dataset: DatasetName) -> String? {
    definitions[dataset]?.text(of: "reference", in: body)
  }

  /// Checks a line for publishing.
  /// - Throws: `Refusal` naming the first fault found.
  public func draft(
    _ line: [UInt8], of definition: Definition, from country: CountryCode, now: Instant
  ) throws(Refusal) -> Draft {
    let record = try definition.check(line, from: country, topology: topology, now: now)
    let kind: Entry.Kind =
      switch record.change {
      case .record: .record
      case .replaces(let id): .replaces(id)
      case .withdraws(let id): .withdraws(id)
      }
    var answers: Draft.Answer?
    if definition.awaitsField != nil, let field = definition.refersField, let refers = record.refers {
      answers = Draft.Answer(field: field, record: refers)
    }
    return Draft(
      dataset: definition.dataset, version: definition.version, body: record.body, reference: record.reference,
      kind: kind, answers: answers, mayUseReserve: definition.dataset.description == Installation.lookupDataset)
  }
}
