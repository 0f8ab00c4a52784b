import Catalog
import Exchange
import Synchronization
import Terms

/// Takes lines of NDJSON of any length in pieces, checks each, publishes them in batches and gathers what became of them,
/// in bounded memory: while two batches wait for the disk, no more is taken.
public final class PublishSession: Sendable {
  /// The longest line, in bytes; a longer one is refused and skipped.
  public static let longestLine = 64 << 10
  /// Records, and bytes of bodies, of one batch.
  static let (batchCount, batchBytes) = (512, 512 << 10)
  /// Batches that may wait for the disk.
  static let mostUnderWay = 2
  /// Results kept for the answer; beyond these only refusals are, up to as many again.
  public static let mostResults = 10_000

  /// What became of one line.
  public struct LineResult: Sendable {
    /// The line's number, from 1.
    public let line: Int
    /// What became of it.
    public let outcome: Outcome
  }

  /// What became of a line.
  public enum Outcome: Sendable {
    /// Stored, durable, under this id.
    case accepted(RecordID)
    /// Stored before, under this id.
    case duplicate(RecordID)
    /// Not stored: field, what is wrong, what to do.
    case refused(field: String, problem: String, remedy: String)
    /// Not stored, through no fault of the line.
    case failed(String)
  }

  /// All of it.
  public struct Summary: Sendable {
    /// How many were stored.
    public var accepted = 0
    /// How many were there already.
    public var duplicates = 0
    /// How many were refused.
    public var refused = 0
    /// How many were not stored because the node could not; they may be sent again.
    public var failed = 0
    /// What became of each line, in order; not all of a very long upload.
    public var results: [LineResult] = []
    /// Why records failed, once.
    public var failure: StoreError?
  }

  private struct State {
    var line: [UInt8] = []
    var lineNumber = 0
    var isSkipping = false
    var drafts: [Draft] = []
    var draftLines: [Int] = []
    var draftBytes = 0
    var underWay = 0
    var isFinished = false
    var isPaused = false
    var summary = Summary()
    var refusals = 0
  }

  private let definition: Definition
  private let registry: Registry
  private let country: CountryCode
  private let engine: Engine
  private let clock: any Clock
  private let resume: @Sendable () -> Void
  private let done: @Sendable (Summary) -> Void
  private let state = Mutex(State())

  /// A session. `resume` is called when more may be given after `receive` said no; `done` once, after `finish`.
  public init(
    _ definition: Definition, registry: Registry, country: CountryCode, engine: Engine, clock: any Clock,
    resume: @escaping @Sendable () -> Void, done: @escaping @Sendable (Summary) -> Void
  ) {
    (self.definition, self.registry, self.country) = (definition, registry, country)
    (self.engine, self.clock, self.resume, self.done) = (engine, clock, resume, done)
  }

  /// Takes the next piece. False: nothing more before `resume`.
  public func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      var rest = piece[...]
      while let newline = rest.firstIndex(of: 0x0A) {
        append(rest[..<newline], to: &state)
        endLine(&state)
        rest = rest[(newline + 1)...]
      }
      append(rest, to: &state)
      state.isPaused = state.underWay >= Self.mostUnderWay
      return !state.isPaused
    }
  }

  /// There is no more.
  public func finish() {
    let summary = state.withLock { state in
      if !state.line.isEmpty || state.isSkipping { endLine(&state) }
      publishBatch(&state)
      state.isFinished = true
      return state.underWay == 0 ? state.summary : nil
    }
    if let summary { done(summary) }
  }

  private func append(_ bytes: Slice<UnsafeRawBufferPointer>, to state: inout State) {
    guard !state.isSkipping else { return }
    guard state.line.count + bytes.count <= Self.longestLine else {
      state.isSkipping = true
      state.line = []
      return
    }
    state.line += bytes
  }

  private func endLine(_ state: inout State) {
    state.lineNumber += 1
    defer {
      state.line.removeAll(keepingCapacity: true)
      state.isSkipping = false
    }
    if state.isSkipping {
      return refuse(
        &state, field: "line", problem: "longer than 64 KiB", remedy: "publish large content as an attachment")
    }
    if state.line.last == 0x0D { state.line.removeLast() }
    if state.line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
    do throws(Refusal) {
      let draft = try registry.draft(state.line, of: definition, from: country, now: clock.now())
      state.drafts.append(draft)
      state.draftLines.append(state.lineNumber)
      state.draftBytes += draft.body.count
      if state.drafts.count >= Self.batchCount || state.draftBytes >= Self.batchBytes { publishBatch(&state) }
    } catch {
      refuse(
        &state, field: error.field, problem: error.found.map { "\(error.problem) (found \"\($0)\")" } ?? error.problem,
        remedy: error.whatToDo)
    }
  }

  private func refuse(_ state: inout State, field: String, problem: String, remedy: String) {
    add(
      LineResult(line: state.lineNumber, outcome: .refused(field: field, problem: problem, remedy: remedy)), to: &state)
  }

  private func publishBatch(_ state: inout State) {
    guard !state.drafts.isEmpty else { return }
    let lines = state.draftLines
    state.underWay += 1
    engine.publish(state.drafts) { [self] result in published(lines, result) }
    state.drafts = []
    state.draftLines = []
    state.draftBytes = 0
  }

  private func published(_ lines: [Int], _ result: Result<[PublishResult], StoreError>) {
    let (mustResume, summary) = state.withLock { state in
      switch result {
      case .success(let results):
        for (line, result) in zip(lines, results) {
          let outcome: Outcome =
            switch result {
            case .accepted(let id): .accepted(id)
            case .duplicate(let id): .duplicate(id)
            case .refused(let field, let problem, let remedy):
              .refused(field: field, problem: problem, remedy: remedy)
            }
          add(LineResult(line: line, outcome: outcome), to: &state)
        }
      case .failure(let error):
        state.summary.failure = error
        for line in lines { add(LineResult(line: line, outcome: .failed(error.description)), to: &state) }
      }
      state.underWay -= 1
      let mustResume = state.isPaused && state.underWay < Self.mostUnderWay
      if mustResume { state.isPaused = false }
      return (mustResume, state.isFinished && state.underWay == 0 ? state.summary : nil)
    }
    if mustResume { resume() }
    if var summary {
      summary.results.sort { $0.line < $1.line }
      done(summary)
    }
  }

  private func add(_ result: LineResult, to state: inout State) {
    var isGood = false
    switch result.outcome {
    case .accepted:
      state.summary.accepted += 1
      isGood = true
    case .duplicate:
      state.summary.duplicates += 1
      isGood = true
    case .refused: state.summary.refused += 1
    case .failed: state.summary.failed += 1
    }
    if state.summary.results.count < Self.mostResults {
      state.summary.results.append(result)
    } else if !isGood, state.refusals < Self.mostResults {
      state.refusals += 1
      state.summary.results.append(result)
    }
  }
}
