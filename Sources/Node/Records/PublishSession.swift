import Catalog
import Dispatch
import Exchange
import Glibc
import Synchronization
import Terms

/// Takes lines of NDJSON of any length in pieces, checks each, publishes them in batches and gathers what became of them,
/// in bounded memory: while two batches wait for the disk, no more is taken.
public final class PublishSession: Sendable {
  /// The longest line, in bytes; a longer one is refused and skipped.
  public static let longestLine = 64 << 10
  /// Lines, and bytes of bodies, of one batch.
  static let (batchLines, batchBytes) = (512, 512 << 10)
  /// Lines of an upload whose results are certain to stay in memory.
  static let fewLines = 16
  /// Batches that may wait for the disk.
  static let mostUnderWay = 2

  /// Lines that are published together; those that were refused at once have their outcome.
  private struct Batch {
    var lines: [(number: Int, refusal: Outcome?)] = []
    var drafts: [Draft] = []
    var byteCount = 0
    var isFull: Bool { lines.count >= PublishSession.batchLines || byteCount >= PublishSession.batchBytes }
  }

  /// What is read.
  private struct State {
    var line: [UInt8] = []
    var lineNumber = 0
    var isTooLong = false
    var batch = Batch()
    var batchNumber = 0
    var underWay = 0
    var isFinished = false
    var isPaused = false
    /// Why lines are counted and not taken any more.
    var failure: StoreError?
    var notTakenFrom: Int?
  }

  /// What became of it. Batches come back in any order; their results are kept in the order of the lines.
  private struct Answers {
    var summary: Summary
    var nextBatch = 0
    var early: [Int: [(line: Int, outcome: Outcome)]] = [:]
  }

  private let definition: Definition
  private let registry: Registry
  private let country: CountryCode
  private let engine: Engine
  private let clock: any Clock
  private let gates: PublishGates
  private let resume: @Sendable () -> Void
  private let done: @Sendable (Summary) -> Void
  private let state = Mutex(State())
  private let answers: Mutex<Answers>

  /// A session. `resume` is called when more may be given after `receive` said no; `done` once, after `finish`.
  init(
    _ definition: Definition, registry: Registry, country: CountryCode, engine: Engine, room: SpoolRoom,
    clock: any Clock, gates: PublishGates, resume: @escaping @Sendable () -> Void,
    done: @escaping @Sendable (Summary) -> Void
  ) {
    (self.definition, self.registry, self.country) = (definition, registry, country)
    (self.engine, self.clock, self.gates, self.resume, self.done) = (engine, clock, gates, resume, done)
    answers = Mutex(Answers(summary: Summary(room)))
  }

  /// Takes the next piece. False: nothing more before `resume`.
  public func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      var start = 0
      // `memchr`, as a line may be of any length.
      while let rest = piece.baseAddress?.advanced(by: start), let newline = memchr(rest, 0x0A, piece.count - start) {
        let end = start + rest.distance(to: newline)
        append(piece[start..<end], to: &state)
        endLine(&state)
        start = end + 1
      }
      append(piece[start...], to: &state)
      state.isPaused = state.underWay >= Self.mostUnderWay
      return !state.isPaused
    }
  }

  /// There is no more. With `mayWait` this thread has nobody else to serve: it may wait for the disk with a few records, and `done` may be
  /// called before this returns; then `goOn` is called when the answer is on its way.
  public func finish(mayWait: Bool = false) {
    let last = state.withLock { state in
      if !state.line.isEmpty || state.isTooLong { endLine(&state) }
      state.isFinished = true
      // The last batch, though it be empty: what comes back last ends the session.
      return takeBatch(&state)
    }
    publish(last, mayWait: mayWait)
  }

  /// Has the engine do what it left undone for the answer's sake.
  public func goOn() { engine.goOn() }

  private func append(_ bytes: Slice<UnsafeRawBufferPointer>, to state: inout State) {
    guard !state.isTooLong else { return }
    guard state.line.count + bytes.count <= Self.longestLine else {
      state.isTooLong = true
      state.line = []
      return
    }
    state.line += bytes
  }

  private func endLine(_ state: inout State) {
    state.lineNumber += 1
    defer {
      state.line.removeAll(keepingCapacity: true)
      state.isTooLong = false
    }
    if state.line.last == 0x0D { state.line.removeLast() }
    if !state.isTooLong, state.line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
    guard state.failure == nil else {
      state.notTakenFrom = state.notTakenFrom ?? state.lineNumber
      return
    }
    do throws(Refusal) {
      if state.isTooLong { throw .tooLong }
      let draft = try registry.draft(state.line, of: definition, from: country, now: clock.now())
      try gates.check(draft)
      state.batch.lines.append((state.lineNumber, nil))
      state.batch.drafts.append(draft)
      state.batch.byteCount += draft.body.count
    } catch {
      state.batch.lines.append((state.lineNumber, Outcome(error)))
    }
    if state.batch.isFull { publish(takeBatch(&state)) }
  }

  private func takeBatch(_ state: inout State) -> (batch: Batch, number: Int) {
    defer {
      state.batch = Batch()
      state.batchNumber += 1
      state.underWay += 1
    }
    return (state.batch, state.batchNumber)
  }

  /// With `mayWait` the lock is not held.
  private func publish(_ taken: (batch: Batch, number: Int), mayWait: Bool = false) {
    let (lines, number) = (taken.batch.lines, taken.number)
    // Results of many lines may go to the disk: neither the engine's thread nor the server's waits for that. Those of a
    // few stay in memory, and a publisher of one record need not wait for another thread to wake.
    let staysInMemory = number == 0 && lines.count <= Self.fewLines
    if taken.batch.drafts.isEmpty {
      DispatchQueue.global().async { [self] in published(lines, number, .success([])) }
    } else {
      engine.publish(taken.batch.drafts, mayWait: mayWait && staysInMemory) { [self] result in
        if staysInMemory {
          published(lines, number, result)
        } else {
          DispatchQueue.global().async { [self] in published(lines, number, result) }
        }
      }
    }
  }

  private func published(
    _ lines: [(number: Int, refusal: Outcome?)], _ number: Int, _ result: Result<[PublishResult], StoreError>
  ) {
    var results = (try? result.get())?.makeIterator()
    var failure: StoreError?
    if case .failure(let error) = result { failure = error }
    let outcomes = lines.map { line in
      (line.number, line.refusal ?? results?.next().map { Outcome($0) } ?? .failed(failure?.description ?? "no answer"))
    }
    let noRoom = answers.withLock { answers in
      answers.summary.failure = answers.summary.failure ?? failure
      answers.early[number] = outcomes
      while let next = answers.early.removeValue(forKey: answers.nextBatch) {
        answers.nextBatch += 1
        for (line, outcome) in next { answers.summary.add(outcome, line: line) }
      }
      return answers.summary.results.failure
    }
    let (mustResume, isLast) = state.withLock { state in
      state.failure = state.failure ?? noRoom
      state.underWay -= 1
      let mustResume = state.isPaused && state.underWay < Self.mostUnderWay
      if mustResume { state.isPaused = false }
      return (mustResume, state.isFinished && state.underWay == 0)
    }
    if mustResume { resume() }
    if isLast { conclude() }
  }

  private func conclude() {
    let (notTakenFrom, failure) = state.withLock { ($0.notTakenFrom, $0.failure) }
    var summary = answers.withLock { $0.summary }
    summary.notTakenFrom = notTakenFrom
    if notTakenFrom != nil { summary.failure = summary.failure ?? failure }
    summary.conclude()
    done(summary)
  }
}
