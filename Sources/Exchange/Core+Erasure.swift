import Ledger
import Sodium
import Terms

// Retention: the keys of days whose time is over are destroyed, the bodies dropped, and an entry says so.
extension Core {
  /// How often it is looked for what is due, beside the moments that are known. In milliseconds.
  static let erasureCadence: Int64 = 3_600_000
  /// How long after its start a node begins to erase. In milliseconds.
  static let erasureDelay: Int64 = 30_000
  /// How often it is looked whether somebody confirms a clock that went ahead. In milliseconds.
  static let patienceForClock: Int64 = 60_000
  /// Epochs that are erased in one commit. Each is a few rows, however many records it has: bodies go behind the commit.
  static let mostErasedAtOnce = 32
  /// How far ahead a clock may go in one step and be believed without a neighbour: a node that was off for a week. In milliseconds.
  static let longestLeap: Int64 = 7 * 86_400_000
  /// How close to this node's time a neighbour's signature must be to confirm it. In milliseconds.
  static let confirmingDistance: Int64 = 86_400_000

  /// Erases when it is time to look.
  func eraseIfTime() {
    // Not at once: a command that opens a home to look at it is to find it as it was.
    guard isStoreReady, hasPassed(Core.erasureDelay, since: startedAt) else { return }
    let isDue = erasing.next.map { now >= $0 } ?? false
    let cadence = erasing.obstacle == nil ? Core.erasureCadence : Core.patienceForClock
    guard isDue && erasing.obstacle == nil || hasPassed(cadence, since: erasing.lookedAt) else { return }
    do throws(ReadError) { try eraseDue(isClockRight: false) } catch {
      // Looked for again with the next hour's look, and said; nothing was begun for the stream that cannot be read.
      log(.error, "what is past its retention cannot be erased for now: \(error)")
    }
  }

  /// Destroys what is due, as much as one commit takes; the rest with the next ticks.
  func eraseDue(isClockRight: Bool) throws(ReadError) {
    (erasing.lookedAt, erasing.next) = (now, nil)
    let time = believedTime(isClockRight)
    var count = 0
    for name in erasableStreams {
      for (epoch, end, due) in try dueTimes(of: name) {
        guard due <= time else {
          erasing.next = min(erasing.next ?? due, due)
          continue
        }
        guard count < Core.mostErasedAtOnce else {
          erasing.lookNow()
          return
        }
        try erase(epoch, end: end, of: name)
        count += 1
      }
    }
  }

  // MARK: Whether the clock is believed

  /// The time by which is erased. A clock that went ahead far in one step would have everything erased: it is believed when a
  /// neighbour signed something at about that time, or the operator says so, and until then nothing newly due is erased.
  private func believedTime(_ isClockRight: Bool) -> Instant {
    let known = erasing.believed ?? lastID?.time ?? now
    let isRight =
      isClockRight || now <= known.advanced(byMilliseconds: Core.longestLeap)
      || neighboursTimes.contains { $0 >= now.advanced(byMilliseconds: -Core.confirmingDistance) }
    guard isRight else {
      let obstacle = ErasureObstacle(daysAhead: now.milliseconds(since: known) / 86_400_000)
      if erasing.obstacle == nil { log(.error, obstacle.words) }
      erasing.obstacle = obstacle
      // Ids made from now on tell nothing of the time any more.
      if erasing.believed == nil { believe(known) }
      return known
    }
    erasing.obstacle = nil
    if erasing.believed == nil || now.milliseconds(since: known) >= Core.erasureCadence { believe(now) }
    return now
  }

  private func believe(_ time: Instant) {
    erasing.believed = time
    building.commit.states.append((ErasureSchedule.clockKey, ErasureSchedule.bytes(time)))
  }

  /// The latest times at which neighbours signed something about a stream.
  private var neighboursTimes: [Instant] {
    var times: [Instant] = []
    func add(_ signed: SignedCheckpoint?, _ name: StreamName, _ country: CountryCode) {
      guard let signed, let neighbour = neighbours[country],
        let seconds = receiptTime(signed, on: name, of: neighbour)
      else { return }
      times.append(Instant(milliseconds: Int64(clamping: min(seconds, UInt64(Instant.latest.seconds))) * 1000))
    }
    for (name, stream) in outgoing { add(stream.durable.receipt, name, name.recipient) }
    for (name, stream) in incoming { add(stream.durable.checkpoint, name, name.origin) }
    return times
  }

  // MARK: What is due

  private var erasableStreams: [StreamName] {
    (homes.values.map(\.name) + outgoing.keys + incoming.keys).sorted()
  }

  /// Whether the time of a record that was sent without its body is over. A clock of the origin may be a little ahead.
  func isTimeOver(of moment: Instant, _ terms: StreamTerms) -> Bool {
    let end = Retention.end(ofDay: CalendarDay(of: moment).daysSinceEpoch, keptDays: rules.keptDays(under: terms))
    return end <= now.advanced(byMilliseconds: Core.tolerableSkew)
  }

  /// The epochs of a stream whose keys are here: where each ends, and when it is due.
  private func dueTimes(
    of name: StreamName
  ) throws(ReadError) -> [(epoch: EpochRecord, end: UInt64, due: Instant)] {
    let days = keptDays(name)
    guard let shortest = days.min(), let longest = days.max() else { return [] }
    let size = head(of: name)?.size ?? 0
    let epochs = try vault.epochs(of: name)
    var found: [(EpochRecord, UInt64, Instant)] = []
    for (place, epoch) in epochs.enumerated() where !epoch.isErased && !isErasing(epoch, of: name) {
      let end = place + 1 < epochs.count ? epochs[place + 1].first : nextEpoch(of: name, after: epoch.first) ?? size
      let earliest = Retention.end(ofDay: Int64(epoch.number), keptDays: shortest)
      // Only where agreements differ must the entries be asked under which it was made.
      let isSure = shortest == longest || earliest > now
      let kept = try isSure ? shortest : keptDays(name, epoch, end: end) ?? longest
      found.append((epoch, end, Retention.end(ofDay: Int64(epoch.number), keptDays: kept)))
    }
    return found
  }

  /// An epoch that is not durable yet.
  private func nextEpoch(of name: StreamName, after first: UInt64) -> UInt64? {
    ((underWay?.epochs ?? []) + building.epochs).filter { $0.stream == name && $0.epoch.first > first }
      .map(\.epoch.first).min()
  }

  func isErasing(_ epoch: EpochRecord, of name: StreamName) -> Bool {
    func holds(_ building: Building) -> Bool {
      building.erased.contains { $0.stream == name && $0.epoch.first == epoch.first }
    }
    return holds(building) || underWay.map(holds) ?? false
  }

  private func head(of name: StreamName) -> StreamState? {
    own(name)?.head ?? incoming[name]?.head
  }

  /// How many entries of a stream are durable here.
  func durableSize(of name: StreamName) -> UInt64 {
    (own(name)?.durable ?? incoming[name]?.durable)?.size ?? 0
  }

  /// All numbers of days that may hold for entries of a stream.
  private func keptDays(_ name: StreamName) -> [UInt32] {
    let other = name.origin == country ? name.recipient : name.origin
    let agreed = (neighbours[other]?.streams ?? []).filter { $0.terms.stream == name }.map { keptDays(under: $0.terms) }
    // A copy goes with its record also when nobody knows any more what was agreed.
    guard name.isHome || agreed.isEmpty && name.origin == country else { return agreed }
    return rules.retentionDays(of: name.dataset).map { [$0] } ?? []
  }

  /// What goes to a neighbour is a copy, and no copy outlives its record in the own register.
  private func keptDays(under terms: StreamTerms) -> UInt32 {
    terms.stream.origin == country ? rules.keptDays(under: terms) : terms.retentionDays
  }

  /// The days that hold for an epoch: of the agreement of its entries, the fewest where a former program let one run over a change.
  private func keptDays(_ name: StreamName, _ epoch: EpochRecord, end: UInt64) throws(ReadError) -> UInt32? {
    let other = name.origin == country ? name.recipient : name.origin
    let durable = durableSize(of: name)
    var fewest: UInt32?
    for index in Set([epoch.first, max(epoch.first, end - min(end, 1))]) where index < durable {
      let context = try reader.entry(name, at: index).context
      guard let made = neighbours[other]?.agreed(name, under: context.agreement) else { continue }
      fewest = min(fewest ?? .max, keptDays(under: made.terms))
    }
    return fewest
  }

  // MARK: Erasing

  private func erase(_ epoch: EpochRecord, end: UInt64, of name: StreamName) throws(ReadError) {
    try destroy(epoch, end: end, of: name)
    try noteErasure(of: epoch, in: name, count: end - min(epoch.first, end))
  }

  /// Where an epoch ends.
  func end(of epoch: EpochRecord, in name: StreamName) throws(ReadError) -> UInt64 {
    let later = try vault.epochs(of: name).first { $0.first > epoch.first }?.first
    return later ?? nextEpoch(of: name, after: epoch.first) ?? durableSize(of: name)
  }

  /// Destroys an epoch's key, and drops its bodies; without a word of it in any log.
  func destroy(_ epoch: EpochRecord, end: UInt64, of name: StreamName) throws(ReadError) {
    building.erased.append((name, epoch.erased))
    building.commit.states.append((epoch.stateKey(name), epoch.erased.bytes))
    // Before anything is appended: bodies go by whole chunks.
    building.closeChunk(name)
    let live = try vault.epochs(of: name).first { !$0.isErased && !isErasing($0, of: name) }?.first
    building.commit.erasures.append((name, live ?? end))
    if name.recipient == country {
      let day = Int64(epoch.number)
      for day in [day, day + 1] {
        let partition = IndexField.partition(of: CalendarDay(daysSinceEpoch: day).start)
        if !building.commit.sweptPartitions.contains(partition) { building.commit.sweptPartitions.append(partition) }
      }
    }
    // What goes on in the stream needs a new key; what still comes of this epoch comes too late.
    if name.isHome {
      if isLast(epoch, end, name) { homes[name.dataset]?.epoch = nil }
    } else if name.origin == country {
      if isLast(epoch, end, name) { outgoing[name]?.epoch = nil }
      outgoing[name]?.recent = nil
    } else if isLast(epoch, end, name) {
      incoming[name]?.epoch = nil
      incoming[name]?.isEpochErased = true
      incoming[name]?.advance = nil
    }
  }

  /// Whether no epoch follows it.
  private func isLast(_ epoch: EpochRecord, _ end: UInt64, _ name: StreamName) -> Bool {
    nextEpoch(of: name, after: epoch.first) == nil && (try? vault.epochs(of: name).last?.first) == epoch.first
  }

  /// Appends the entry that says that an epoch's key is destroyed: in the stream itself where this country signs it, else,
  /// and where it was stopped, in the country's own log of erasures. So too while a home that was put back may not go on with the
  /// stream: what its neighbours hold of it comes first.
  func noteErasure(of epoch: EpochRecord, in name: StreamName, count: UInt64) throws(ReadError) {
    countErasure(in: name, count)
    if let stream = own(name), stream.head.halted.isEmpty, mayGoOn(name) {
      let entry = Entry(id: nextID(), kind: .erased(epoch.number), commitment: Digest())
      try push(stream, entry)
      building.grown.insert(name)
      return
    }
    guard let logName = Retention.log(of: country) else { return }
    let stream = try home(of: logName.dataset)
    try enter(stream, version: 1, agreement: Digest())
    let entry = Entry(
      id: nextID(), kind: .erased(epoch.number),
      commitment: Retention.commitment(to: epoch, of: name, in: realm))
    try push(stream, entry)
    homes[logName.dataset] = stream
    building.grown.insert(logName)
  }

  /// Remembers when something of a stream was destroyed, and how many entries lost their content.
  func countErasure(in name: StreamName, _ count: UInt64) {
    let last = ErasureSchedule.Last(time: now, count: (erasing.last[name]?.count ?? 0) &+ count)
    erasing.last[name] = last
    building.commit.states.append(("\(ErasureSchedule.lastPrefix)\(name)", last.bytes))
  }

  // MARK: For people

  /// Why nothing newly due is erased; nil while it is.
  public var erasureObstacle: ErasureObstacle? { erasing.obstacle }

  /// How every stream that keeps records stands to its retention, in order of name.
  public func retention(at time: Instant) throws(ReadError) -> [RetentionStatus] {
    var all: [RetentionStatus] = []
    for name in erasableStreams where name != Retention.log(of: country) {
      let size = durableSize(of: name)
      let epochs = try vault.epochs(of: name)
      let times = try dueTimes(of: name)
      let due = times.filter { $0.due <= time }.reduce(0) { $0 + ($1.end - $1.epoch.first) }
      var oldest: Instant?
      if let live = epochs.first(where: { !$0.isErased }), live.first < size {
        oldest = try reader.entry(name, at: live.first).entry.id.time
      }
      let agreed = name.isHome ? nil : name.origin == country ? outgoing[name]?.agreed : incoming[name]?.agreed
      all.append(
        RetentionStatus(
          stream: name, days: agreed.map { keptDays(under: $0.terms) } ?? keptDays(name).last, isAgreed: !name.isHome,
          size: size,
          erased: erasing.last[name]?.count ?? 0, due: due, oldest: oldest, next: times.map(\.due).min(),
          lastErasure: erasing.last[name]?.time))
    }
    return all
  }
}
