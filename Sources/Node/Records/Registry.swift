import Catalog
import Exchange
import Ledger
import Terms

/// The topology with its dataset definitions, as the exchange asks for them.
public struct Registry: RecordRules {
  /// What can be: countries, crossings, pairs, datasets.
  public let topology: Topology
  private let definitions: [DatasetName: Definition]
  /// Those installed before, too: records made under them are still sent, received and shown.
  private let known: [Digest: Definition]

  /// The definitions of a topology, and those of topologies that it replaced.
  public init(_ topology: Topology, former: [Definition] = []) {
    self.topology = topology
    definitions = Dictionary(topology.definitions.map { ($0.dataset, $0) }, uniquingKeysWith: { first, _ in first })
    known = Dictionary(
      (topology.definitions + former).map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The definition of a dataset under which records are published now.
  public func definition(_ dataset: DatasetName) -> Definition? { definitions[dataset] }

  /// The definition that an agreement names.
  func definition(of terms: StreamTerms) -> Definition? {
    known[terms.definition].flatMap { $0.dataset == terms.stream.dataset ? $0 : nil }
  }

  /// The definition of this version; the newest when none is known.
  func definition(_ dataset: DatasetName, version: UInt32) -> Definition? {
    guard let newest = definitions[dataset], newest.version != version else { return definitions[dataset] }
    let found = known.values.filter { $0.dataset == dataset && $0.version == version }
    return found.min { $0.digest.description < $1.digest.description } ?? newest
  }

  /// The body with only the agreed fields.
  public func project(_ body: [UInt8], under terms: StreamTerms) -> [UInt8] {
    definition(of: terms)?.project(body, onto: terms.fields) ?? Array("{}".utf8)
  }

  /// Whether the agreed filter lets the body through.
  public func admits(_ body: [UInt8], under terms: StreamTerms) -> Bool {
    definition(of: terms)?.admits(body, filter: terms.filter) ?? false
  }

  /// The searchable values of a body.
  public func searchKeys(of body: [UInt8], in dataset: DatasetName, version: UInt32) -> [SearchTerm] {
    (definition(dataset, version: version)?.searchKeys(of: body) ?? []).map {
      SearchTerm(field: $0.field, value: $0.value)
    }
  }

  /// What a recipient checks of a received body.
  public func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) {
    guard let definition = definition(of: terms) else {
      throw RuleBreach("this node has no definition \(terms.definition) of \(terms.stream.dataset)")
    }
    let isWithdrawal = if case .withdraws = kind { true } else { false }
    do { try definition.verify(body: body, terms: terms, isWithdrawal: isWithdrawal) } catch {
      throw RuleBreach(error.logText)
    }
  }

  /// The publisher's own reference in a body.
  public func reference(in body: [UInt8], of dataset: DatasetName, version: UInt32) -> String? {
    definition(dataset, version: version)?.text(of: "reference", in: body)
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
