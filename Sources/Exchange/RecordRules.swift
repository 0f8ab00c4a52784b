import Ledger
import Terms

/// What the exchange asks of dataset definitions. It knows no field itself. A record is judged by the definition it was made
/// under, which need not be the newest: terms name it by its digest, entries by its version.
public protocol RecordRules: Sendable {
  /// Reads a body that was made under this version.
  func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading
  /// The days for which the country's own records of a dataset are kept; nil when nothing says so.
  func retentionDays(of dataset: DatasetName) -> UInt32?
  /// What a recipient checks of a received body; gives it as it was read.
  /// - Throws: `RuleBreach`, without any personal value in it.
  @discardableResult
  func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) -> any RecordReading
  /// One body of what several neighbours hold of a record, each with the fields agreed with it; canonical.
  func join(_ bodies: [[UInt8]], of dataset: DatasetName, version: UInt32) -> [UInt8]
}

extension RecordRules {
  /// The longest of them, for rules that know no better.
  public func join(_ bodies: [[UInt8]], of dataset: DatasetName, version: UInt32) -> [UInt8] {
    bodies.max { $0.count < $1.count } ?? []
  }
}

extension RecordRules {
  /// The days for which what is sent under these terms is kept at most: an origin may have to erase sooner than was agreed, by the
  /// definition that both know.
  public func keptDays(under terms: StreamTerms) -> UInt32 {
    min(terms.retentionDays, retentionDays(of: terms.stream.dataset) ?? .max)
  }
}

/// A body that was read once, for all that is asked of it.
public protocol RecordReading: Sendable {
  /// The body with only the agreed fields, in canonical form.
  func project(under terms: StreamTerms) -> [UInt8]
  /// Whether the agreed filter lets the body through.
  func isAdmitted(under terms: StreamTerms) -> Bool
  /// Its searchable values.
  var searchKeys: [SearchKey] { get }
  /// The publisher's own reference.
  var reference: String? { get }
}

/// A received record that breaks the agreed definition. Holds no personal value: it is logged and told to the origin.
public struct RuleBreach: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence: which field, what is wrong.
  public let description: String
  /// Describes a breach.
  public init(_ description: String) { self.description = description }
}

/// A record to publish, already checked against its definition.
public struct Draft: Hashable, Sendable {
  /// The dataset.
  public let dataset: DatasetName
  /// The version of the definition it was checked against.
  public let version: UInt32
  /// The canonical body.
  public let body: [UInt8]
  /// The publisher's own reference.
  public let reference: String?
  /// A new record, or a correction.
  public let kind: Entry.Kind
  /// The record that it answers, where the dataset says that another country's is answered; nil otherwise.
  public let answers: Answer?
  /// Whether it is stored even when the disk is short of room: without its line in the log no lookup is answered.
  public let mayUseReserve: Bool

  /// A record to publish.
  public init(
    dataset: DatasetName, version: UInt32, body: [UInt8], reference: String?, kind: Entry.Kind,
    answers: Answer? = nil, mayUseReserve: Bool = false
  ) {
    (self.dataset, self.version, self.body, self.reference, self.kind) = (dataset, version, body, reference, kind)
    (self.answers, self.mayUseReserve) = (answers, mayUseReserve)
  }
}

extension Draft {
  /// The field of a record that names another country's record, and that record.
  public struct Answer: Hashable, Sendable {
    /// The field.
    public let field: String
    /// The record named.
    public let record: RecordID

    /// A field that names a record.
    public init(field: String, record: RecordID) { (self.field, self.record) = (field, record) }
  }
}

/// What became of a record to publish. An acceptance is told only when it is durable.
public enum PublishResult: Hashable, Sendable {
  /// Stored under this id.
  case accepted(RecordID)
  /// The same reference and content were stored before, under this id.
  case duplicate(RecordID)
  /// Not stored.
  case refused(field: String, problem: String, remedy: String)
}
