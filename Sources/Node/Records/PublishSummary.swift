import Catalog
import Exchange
import Terms

extension PublishSession {
  /// What became of one line.
  public enum Outcome: Sendable {
    /// Stored, durable, under this id.
    case accepted(RecordID)
    /// Stored before, under this id.
    case duplicate(RecordID)
    /// Not stored: field, what is wrong, what to do.
    case refused(field: String, problem: String, remedy: String)
    /// Not stored, through no fault of the line.
    case failed(String)

    init(_ result: PublishResult) {
      switch result {
      case .accepted(let id): self = .accepted(id)
      case .duplicate(let id): self = .duplicate(id)
      case .refused(let field, let problem, let remedy):
        self = .refused(field: field, problem: problem, remedy: remedy)
      }
    }

    init(_ refusal: Refusal) {
      self = .refused(field: refusal.field, problem: refusal.problemFound, remedy: refusal.whatToDo)
    }

    /// The form for programs, with the line's number.
    func json(line: Int) -> [UInt8] {
      var json = JSONObjectWriter(capacity: 96)
      json.add("line", number: UInt64(clamping: line))
      switch self {
      case .accepted(let id):
        json.add("result", text: "accepted")
        json.add("id") { id.append(to: &$0) }
      case .duplicate(let id):
        json.add("result", text: "duplicate")
        json.add("id") { id.append(to: &$0) }
      case .refused(let field, let problem, let remedy):
        json.add("result", text: "refused")
        json.add("field", text: field)
        json.add("problem", text: problem)
        json.add("remedy", text: remedy)
      case .failed(let reason):
        json.add("result", text: "failed")
        json.add("problem", text: reason)
      }
      return json.finish()
    }
  }

  /// All of an upload.
  public struct Summary: Sendable {
    /// How many were stored.
    public internal(set) var accepted = 0
    /// How many were there already.
    public internal(set) var duplicates = 0
    /// How many were refused.
    public internal(set) var refused = 0
    /// How many were not stored because the node could not; they may be sent again.
    public internal(set) var failed = 0
    /// The first line that was not looked at any more, as the results had no room; nil when all were.
    public internal(set) var notTakenFrom: Int?
    /// Why records failed or lines were not taken, once.
    public internal(set) var failure: StoreError?
    /// A line for each record, in order of the upload; last a line with the summary.
    public let results: ResultSpool

    init(_ room: SpoolRoom) { results = ResultSpool(room) }

    mutating func add(_ outcome: Outcome, line: Int) {
      switch outcome {
      case .accepted: accepted += 1
      case .duplicate: duplicates += 1
      case .refused: refused += 1
      case .failed: failed += 1
      }
      results.add(outcome.json(line: line))
    }

    /// Adds the last line.
    func conclude() {
      var summary = JSONObjectWriter(capacity: 96)
      summary.add("accepted", number: UInt64(clamping: accepted))
      summary.add("duplicates", number: UInt64(clamping: duplicates))
      summary.add("refused", number: UInt64(clamping: refused))
      summary.add("failed", number: UInt64(clamping: failed))
      if let notTakenFrom {
        summary.add("not_taken_from", number: UInt64(clamping: notTakenFrom))
        summary.add("problem", text: failure?.description ?? "the results had no room")
        summary.add("remedy", text: "send line \(notTakenFrom) and all after it again, in another request")
      }
      var last = JSONObjectWriter(capacity: 128)
      last.add("summary", json: summary.finish())
      results.add(last.finish())
    }
  }
}
