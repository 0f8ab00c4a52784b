import Dispatch
import Exchange
import Glibc
import Synchronization
import Terms

/// The core with what goes with it. Whoever holds its lock runs it.
struct CoreTurn {
  let core: Core
  var commitsUnderWay = 0
  /// The thread that was lent makes the commit that came of its turn, when it has let go of the core.
  var leavesCommit = false
  var nextTick: DispatchTime
  var due = DispatchTime.distantFuture
  var isStopping = false
  /// What is under way is finished first: its publishers are told the truth.
  var hasEnded: Bool { isStopping && commitsUnderWay == 0 }

  init(_ core: sending Core, nextTick: DispatchTime) { (self.core, self.nextTick) = (core, nextTick) }
}

// Running the core: on its own thread, or on one that lends itself.
extension Engine {
  /// The core's own thread: it does what nobody else does, and everything that comes with time.
  func runCore() {
    var until: DispatchTime? = turn.withLock { turn in
      handle(.room(shortage()), &turn, .none)
      return turn.nextTick
    }
    while let moment = until {
      _ = wake.wait(timeout: moment)
      // Whoever a user waits for has the processor before what neighbours sent goes on.
      if queue.withLock({ $0.outsideCount }) > 0 { sched_yield() }
      until = turn.withLock { turn in
        passTime(&turn)
        takeOwn(&turn, .none)
        let restEnd = takeOutsideAndRest(&turn)
        noteAwaited(turn)
        return turn.hasEnded ? nil : min(turn.nextTick, turn.due, restEnd)
      }
    }
    // What came between the last batch and the moment from which nothing more was taken waits for its answer. Records are
    // answered by `stop`.
    for case .inspect(let look) in queue.withLock({ $0.takeOwn() }) { turn.withLock { look($0.core) } }
    commits.stop()
  }

  /// Has the core take what waits: by this thread, as far as it helps and nobody else is at it, or by its own.
  func advance(_ help: Help, takesMessage: Bool = false) {
    let help = help == .commit && !commits.areQuick ? .core : help
    guard help != .none, let left = lend(help, takesMessage: takesMessage) else {
      wake.signal()
      return
    }
    if left.hasReminder { wake.signal() }
    guard left.hasCommit else { return }
    // Nobody is woken for what became of it before this thread has told its publisher (`goOn`), unless others wait for that.
    let isMade = commits.makeHere { made($0, $1, isHelp: true) }
    if isMade { isLeft.store(true, ordering: .releasing) }
  }

  /// Runs the core on this thread if its turn is free.
  /// - Returns: whether the core's own thread must hear of another moment to be reminded, and whether a commit is left for this one; nil
  ///   when nothing was done.
  private func lend(_ help: Help, takesMessage: Bool) -> (hasReminder: Bool, hasCommit: Bool)? {
    turn.withLockIfAvailable { turn -> (hasReminder: Bool, hasCommit: Bool)? in
      guard !turn.isStopping else { return nil }
      let due = turn.due
      turn.leavesCommit = false
      takeOwn(&turn, help)
      if takesMessage { takeOutside(&turn, help) }
      noteAwaited(turn)
      return (turn.due != due, turn.leavesCommit)
    } ?? nil
  }

  /// Says whether anything waits for the commit under way. What became of that commit meanwhile, nobody woke the core's thread for.
  private func noteAwaited(_ turn: borrowing CoreTurn) {
    let isAwaited = turn.core.isCommitAwaited
    self.isAwaited.store(isAwaited, ordering: .sequentiallyConsistent)
    if isAwaited, queue.withLock({ $0.hasOwn }) { wake.signal() }
  }

  private func passTime(_ turn: inout CoreTurn) {
    if DispatchTime.now() >= turn.due {
      turn.due = .distantFuture
      handle(.due, &turn, .none)
    }
    if !turn.isStopping, DispatchTime.now() >= turn.nextTick {
      handle(.room(shortage()), &turn, .none)
      handle(.tick, &turn, .none)
      turn.nextTick = .now() + .milliseconds(tickInterval)
    }
  }

  private func takeOwn(_ turn: inout CoreTurn, _ help: Help) {
    for work in queue.withLock({ $0.takeOwn() }) { take(work, &turn, help) }
  }

  /// - Returns: whether that was a batch of more than a few records, received or sent.
  @discardableResult private func takeOutside(
    _ turn: inout CoreTurn, _ help: Help, at now: UInt64 = DispatchTime.now().uptimeNanoseconds
  ) -> Bool {
    let usersWait = turn.core.publishersWait
    guard let work = queue.withLock({ $0.takeOutside(whileUsersWait: usersWait, at: now) }) else { return false }
    take(work, &turn, help)
    return switch work {
    case .input(.message(.batch, _), let byteCount, _): byteCount >= Self.smallMessage
    case .input(.sendMore, _, _): true
    default: false
    }
  }

  /// The same on the core's own thread, which rests after a batch while somebody asks this node something.
  /// - Returns: when it is to look again because of that.
  private func takeOutsideAndRest(_ turn: inout CoreTurn) -> DispatchTime {
    let start = DispatchTime.now().uptimeNanoseconds
    let (missed, isAsked) = queue.withLock { ($0.respite.endIfOver(at: start), $0.respite.isAsked(at: start)) }
    for _ in 0..<missed { wake.signal() }
    processors?.spareOne(isAsked)
    let wasLong = takeOutside(&turn, .none, at: start)
    let end = queue.withLock { queue in
      if wasLong { queue.respite.begin(after: start, at: DispatchTime.now().uptimeNanoseconds) }
      return queue.respite.end
    }
    return end.map(DispatchTime.init(uptimeNanoseconds:)) ?? .distantFuture
  }

  private func take(_ work: WorkQueue.Work, _ turn: inout CoreTurn, _ help: Help) {
    switch work {
    case .input(let input, let byteCount, let country):
      switch input {
      case .committed, .commitFailed:
        turn.commitsUnderWay -= 1
        for _ in 0..<queue.withLock({ $0.commitEnded() }) { wake.signal() }
        handle(.room(shortage()), &turn, help)
      default: break
      }
      handle(input, &turn, help)
      if let country { handled(byteCount, from: country) }
    case .inspect(let look): look(turn.core)
    case .stop:
      queue.withLock { $0.isStopped = true }
      turn.isStopping = true
      // Its own thread ends it, whoever took this.
      wake.signal()
    }
  }

  private func handled(_ byteCount: Int, from country: CountryCode) {
    let mustResume = queue.withLock { queue in
      queue.waitingBytes[country, default: 0] -= byteCount
      return queue.waitingBytes[country, default: 0] < Self.resumeReadingAt && queue.paused.remove(country) != nil
    }
    if mustResume { currentLink?.setReading(true, from: country) }
  }

  private func handle(_ input: Core.Input, _ turn: inout CoreTurn, _ help: Help) {
    let effects = turn.core.handle(input, at: clock.now())
    var (hasCommit, mustProceed) = (false, false)
    for effect in effects {
      switch effect {
      case .commit(let commit, let telling):
        turn.commitsUnderWay += 1
        commits.add(.init(commit: commit, telling: telling))
        hasCommit = true
      case .sendOnceDurable(let message, let country):
        if commits.follow(.init(message: message, country: country)) { currentLink?.send(message, to: country) }
      case .remind(let milliseconds): turn.due = .now() + .milliseconds(Int(milliseconds))
      case .proceed: mustProceed = true
      case .sendMore:
        queue.withLock { $0.add(.input(.sendMore, byteCount: 0, from: nil)) }
        wake.signal()
      default: perform(effect)
      }
    }
    // What the core goes on with is done while the disk works: then the commit is not for the same thread.
    if hasCommit {
      if help == .commit, !mustProceed { turn.leavesCommit = true } else { commits.wake() }
    }
    if mustProceed { handle(.proceed, &turn, .none) }
  }

  private func perform(_ effect: Core.Effect) {
    switch effect {
    case .send(let message, let country): currentLink?.send(message, to: country)
    case .published(let published): tell(published)
    case .failed(let token, let error):
      queue.withLock { $0.replies.removeValue(forKey: token) }?(.failure(error))
    case .hello(let hello, let country): observer?.engine(heard: hello, from: country)
    case .arrived(let stream, let range):
      counters.arrived(range.count)
      observer?.engine(arrived: stream, range: range)
    case .close(let country, let reason): currentLink?.close(country, reason: reason)
    case .log(let event): observer?.engine(logs: event)
    case .commit, .sendOnceDurable, .remind, .proceed, .sendMore: break  // These concern the turn.
    }
  }

  // MARK: What became of a commit

  /// On the thread that made it. Whoever waits for it runs before the core's thread is woken.
  func made(_ order: CommitLine.Order, _ outcome: CommitLine.Outcome, isHelp: Bool = false) {
    let input: Core.Input
    switch outcome {
    case .durable(let nanoseconds):
      counters.committed(order.commit, nanoseconds: nanoseconds)
      for follower in commits.settle(isDurable: true) { currentLink?.send(follower.message, to: follower.country) }
      input = .committed
    case .failed(let error):
      counters.commitFailed()
      _ = commits.settle(isDurable: false)
      input = .commitFailed(error)
    }
    queue.withLock { $0.add(.input(input, byteCount: 0, from: nil)) }
    if case .durable = outcome { for published in order.telling { tell(published) } }
    if !isHelp || isAwaited.load(ordering: .sequentiallyConsistent) { wake.signal() }
    if case .durable = outcome { observer?.engine(made: order.commit) }
  }

  private func tell(_ published: Core.Published) {
    counters.published(published.results)
    queue.withLock { $0.replies.removeValue(forKey: published.token) }?(.success(published.results))
  }
}
