import Catalog
import Exchange
import Ledger
import Terms

/// The topology with its dataset definitions, as the exchange asks for them. A class, as every body that is read takes it along.
public final class Registry: RecordRules {
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

  /// The days for which the country's own records of a dataset are kept, as its definition of now says.
  public func retentionDays(of dataset: DatasetName) -> UInt32? { definitions[dataset]?.retentionDays }

  /// The definition that an agreement names.
  func definition(of terms: StreamTerms) -> Definition? {
    known[terms.definition].flatMap { $0.dataset == terms.stream.dataset ? $0 : nil }
  }

  /// The definition that an agreement names, unless it would bring an observer what it may not have.
  private func sendable(_ terms: StreamTerms) -> Definition? {
    definition(of: terms).flatMap { ObserverRule.fault(terms, $0) == nil ? $0 : nil }
  }

  /// The definition of this version; the newest when none is known.
  func definition(_ dataset: DatasetName, version: UInt32) -> Definition? {
    guard let newest = definitions[dataset], newest.version != version else { return definitions[dataset] }
    let found = known.values.filter { $0.dataset == dataset && $0.version == version }
    return found.min { $0.digest.description < $1.digest.description } ?? newest
  }

  /// Reads a body that was made under this version.
  public func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading {
    let definition = definition(dataset, version: version)
    return Reading(body: ReadBody(body, of: definition), definition: definition, registry: self)
  }

  /// A body, read, with the definition it was made under.
  private struct Reading: RecordReading {
    let body: ReadBody
    let definition: Definition?
    let registry: Registry

    func project(under terms: StreamTerms) -> [UInt8] {
      registry.sendable(terms)?.project(body, onto: terms.fields) ?? Array("{}".utf8)
    }

    func isAdmitted(under terms: StreamTerms) -> Bool {
      registry.sendable(terms)?.admits(body, filter: terms.filter) ?? false
    }

    var searchKeys: [SearchKey] { definition?.searchKeys(of: body) ?? [] }

    var reference: String? { definition?.text(of: "reference", in: body) }
  }

  /// A body as terms share it; nil when they do not, or when it is not what was agreed though it passes the filter: one that
  /// was made under a newer definition may not be.
  func shared(_ body: ReadBody, of definition: Definition, under terms: StreamTerms) -> [UInt8]? {
    let reading = Reading(body: body, definition: definition, registry: self)
    guard reading.isAdmitted(under: terms) else { return nil }
    let projected = reading.project(under: terms)
    guard (try? verify(projected, kind: .record, terms: terms)) != nil else { return nil }
    return projected
  }

  /// What a recipient checks of a received body; gives it as it was read.
  public func verify(
    _ body: [UInt8], kind: Entry.Kind, terms: StreamTerms
  ) throws(RuleBreach) -> any RecordReading {
    guard let definition = definition(of: terms) else {
      throw RuleBreach("this node has no definition \(terms.definition) of \(terms.stream.dataset)")
    }
    if let fault = ObserverRule.fault(terms, definition) { throw RuleBreach(fault) }
    let isWithdrawal = if case .withdraws = kind { true } else { false }
    let read = ReadBody(body, of: definition)
    do { try definition.verify(read, terms: terms, isWithdrawal: isWithdrawal) } catch {
      throw RuleBreach(error.logText)
    }
    return Reading(body: read, definition: definition, registry: self)
  }

  /// One body of what several neighbours hold of a record.
  public func join(_ bodies: [[UInt8]], of dataset: DatasetName, version: UInt32) -> [UInt8] {
    guard bodies.count > 1, let definition = definition(dataset, version: version) else {
      return bodies.first ?? [0x7B, 0x7D]
    }
    return definition.join(bodies.map { ReadBody($0) })
  }

  /// Checks a line for publishing.
  /// - Throws: `Refusal` naming the first fault found.
  public func draft(
    _ line: [UInt8], of definition: Definition, from country: CountryCode, now: Instant
  ) throws(Refusal) -> Draft {
    guard !country.isObserver || definition.dataset.description == Installation.lookupDataset else {
      throw Refusal(field: "line", problem: "an observer publishes nothing", whatToDo: "publish at a country's node")
    }
    let record = try definition.check(line, from: country, topology: topology, now: now)
    let kind: Entry.Kind =
      switch record.change {
      case .record: .record
      case .replaces(let id): .replaces(id)
      case .withdraws(let id): .withdraws(id)
      }
    var answers: Draft.Answer?
    if definition.awaitsField != nil, !definition.refersOwn, let field = definition.refersField,
      let refers = record.refers
    {
      answers = Draft.Answer(field: field, record: refers)
    }
    return Draft(
      dataset: definition.dataset, version: definition.version, body: record.body, reference: record.reference,
      kind: kind, answers: answers, mayUseReserve: definition.dataset.description == Installation.lookupDataset)
  }

  /// A record as the questions of risk look at it; nil when its dataset is not known any more.
  func statement(of record: LogReader.Record, earlier: [RecordID] = []) -> Statement? {
    let stream = record.locator.stream
    return definition(stream.dataset, version: record.context.version).map {
      Statement(
        ReadBody(record.body), of: $0, id: record.entry.id, origin: stream.origin, earlier: earlier)
    }
  }

  /// A record as terms share it.
  func project(_ record: LogReader.Record, under terms: StreamTerms) -> [UInt8] {
    read(record.body, of: terms.stream.dataset, version: record.context.version).project(under: terms)
  }
}
