import Catalog
import Exchange
import Terms

/// What an officer asks, and in which name.
public struct LookupRequest: Sendable {
  /// The dataset.
  public var dataset: DatasetName
  /// Whose records; nil for all that are held here.
  public var from: CountryCode?
  /// FIELD=VALUE as typed; all must hold.
  public var conditions: [(field: String, value: String)] = []
  /// Not before.
  public var since: Instant?
  /// Before.
  public var until: Instant?
  /// The most records.
  public var limit = 100
  /// Whether replaced and withdrawn records are shown too.
  public var history = false
  /// Only records that await another country's record and have none that still stands.
  public var unmatched = false
  /// Where an earlier answer to the same question ended, as it said itself.
  public var cursor: String?
  /// The record before which the page goes on, as the cursor says.
  var before: RecordID?
  /// Whether the origins of replicated records are asked over the link for what is newer. Streams in mode `query` always are.
  public var live = false
  /// Who asks, and what for.
  public var asker: Asker

  /// Whether the node asks to compute aggregates: then it asks in the role for that, in which nobody else may ask.
  var isForAggregates = false

  /// The most records of one answer.
  public static let mostRecords = 10_000

  /// The most records that this one gets.
  var bound: Int { min(max(limit, 1), Self.mostRecords) }

  /// What an officer asks.
  public init(dataset: DatasetName, by asker: Asker) { (self.dataset, self.asker) = (dataset, asker) }
}

/// The answer to a lookup. It leaves only after the lookup was logged durably.
public struct LookupAnswer: Sendable {
  /// The records found, newest first.
  public var records: [Found] = []
  /// Every stream that was asked, and how fresh it is.
  public var sources: [Source] = []
  /// What was not shown, and why.
  public var withheld: [Withheld] = []
  /// The moment before which nothing was searched any more because the search had grown long; nil when all was.
  public var searchedBackTo: Instant?
  /// Where this answer ended, when there may be more: the cursor of the next question.
  public var next: String?
  /// Streams in mode `query` that may be asked for, and what is replicated of origins that are to be asked too.
  var origins: [AgreedStream] = []
  /// What an officer must see before anything else; of crossing files only.
  public var heading: Heading?

  /// One record found.
  public struct Found: Sendable {
    /// The record.
    public let record: LogReader.Record
    /// Its body, read.
    public let body: ReadBody
    /// The later record that replaced or withdrew it.
    public internal(set) var changedBy: RecordID?
    /// Records that refer to it and still stand: confirmations, refusals.
    public let referredBy: [RecordID]
    /// The earlier versions of it, the latest first.
    public let earlier: [RecordID]
    /// When the origin answered with it over the link, as it signed; nil of a record that is held here.
    public internal(set) var answeredAt: Instant?
  }

  /// A stream that was asked.
  public struct Source: Sendable {
    /// The stream.
    public let stream: StreamName
    /// Its durable size here; nil of a stream in mode `query`, of which nothing is kept.
    public let size: UInt64?
    /// The origin's own "as of": what it had by then is in the answer. Nil when it never said.
    public internal(set) var asOf: Instant?
    /// What came of asking the origin over the link; nil when it was not asked.
    public internal(set) var live: Live?

    /// What came of asking an origin over the link.
    public enum Live: Hashable, Sendable {
      /// It answered, and signed of which moment.
      case answered(Instant)
      /// It did not.
      case unanswered(QuestionFailure)
    }
  }
}

/// Why a lookup was not answered.
public enum LookupError: Error, Sendable, CustomStringConvertible {
  /// What was asked is not well formed.
  case refused(Refusal)
  /// The dataset is unknown.
  case unknownDataset(DatasetName)
  /// Reading failed.
  case read(ReadError)
  /// The lookup could not be logged, so it was not answered.
  case notLogged(String)
  /// Figures are being computed already.
  case busy

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .refused(let refusal): refusal.description
    case .unknownDataset(let name): "there is no dataset \(name); dataset list shows them"
    case .read(let error): error.description
    case .busy: "figures are being computed for somebody else; ask again when that is done"
    case .notLogged(let why): "the lookup could not be logged (\(why)), so it is not answered"
    }
  }
}
