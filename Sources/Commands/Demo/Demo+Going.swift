import Catalog
import Glibc
import HTTP
import Terms
import Traffic

// What to try next, and traffic at a small rate until somebody ends it.
extension Demo {
  /// How often something happens, in milliseconds.
  private static let pause = 2000
  /// Of a regional day, which is a record a second.
  private static let liveScale = 0.5
  /// Records that wait for a node that is away; of more the oldest are dropped, as nobody would demonstrate with them.
  private static let mostHeldBack = 10_000

  func goOn() throws {
    try addOfficers()
    sayNext()
    heading("Traffic goes on until Ctrl-C")
    // Another seed than the sample's: references are used once.
    let plan = TrafficPlan(begins: clock.now(), days: TrafficPlan.mostDays, scale: Self.liveScale, seed: 2)
    var coming = TrafficGenerator(topology, plan)
    var next = coming.next()
    var heldBack: [TrafficRecord] = []
    while true {
      try interruption.sleep(milliseconds: Self.pause)
      for (country, status) in nodes.takeEnded() {
        say("  \(country) has ended with status \(status); start it again: istmo run --home \(folder.home(country))")
      }
      let now = clock.now()
      var due = heldBack
      while let record = next, record.published <= now {
        due.append(record)
        next = coming.next()
      }
      heldBack = try play(due, now)
      heldBack.removeFirst(max(0, heldBack.count - Self.mostHeldBack))
    }
  }

  /// Publishes what is due, says how long until all recipients have signed for it, and gives back what has to wait: what is
  /// of a node that is away, and what refers to something that is not there.
  private func play(_ due: [TrafficRecord], _ now: Instant) throws -> [TrafficRecord] {
    let away = Set(countries.filter { !isAnswering($0) })
    var (ready, waiting): ([TrafficRecord], [TrafficRecord]) = ([], [])
    var coming: Set<String> = []
    for record in due {
      let isKnown = record.refers.map { coming.contains($0) || publisher.id($0) != nil } ?? true
      // What was sent first may wait too: its repetition comes after it.
      let isFirst =
        record.defect != .resent || coming.contains(record.reference) || publisher.id(record.reference) != nil
      if away.contains(record.origin) || !isKnown || !isFirst {
        waiting.append(record)
      } else {
        ready.append(record)
        coming.insert(record.reference)
      }
    }
    guard !ready.isEmpty else { return waiting }
    let start = ContinuousClock.now
    let published: [TrafficPublisher.Published]
    do { published = try publisher.publish(ready, mayBeKnown: true) } catch let error as ClientError {
      // It went away in between. What it took already is known to it by its reference.
      say("  \(now.wholeSeconds)  a node does not answer: \(error)")
      return waiting + ready.filter { publisher.id($0.reference) == nil }
    }
    let streams = Set(published.flatMap { book.streams(of: $0.record) }).filter { !away.contains($0.recipient) }
    var outcome = "nobody else is to have them"
    if !streams.isEmpty {
      outcome = "not yet signed for by all"
      while ContinuousClock.now - start < .seconds(5) {
        if try areSignedFor(streams) {
          outcome =
            "signed for by \(Set(streams.map(\.recipient)).sorted().map(\.description).joined(separator: ", ")) after "
          outcome += "\(Int((ContinuousClock.now - start) / .milliseconds(1))) ms"
          break
        }
        try interruption.check()
        usleep(2000)
      }
    }
    let counts = Dictionary(grouping: published) { $0.record.dataset }.sorted { $0.key < $1.key }
    let words = counts.map { "\($0.key) \($0.value.count)" }.joined(separator: ", ")
    say("  \(now.wholeSeconds)  \(words): \(outcome)" + (away.isEmpty ? "" : "; away: \(away.sorted())"))
    return waiting
  }

  private func areSignedFor(_ streams: Set<StreamName>) throws -> Bool {
    for origin in Set(streams.map(\.origin)) {
      for stream in try status(of: origin).items("streams") {
        guard let name = try? StreamName(stream.text("stream")), streams.contains(name) else { continue }
        if stream.count("receipt_size") != stream.count("size") { return false }
      }
    }
    return true
  }

  private func isAnswering(_ country: CountryCode) -> Bool {
    let client = Client(.unixSocket(OpenedNode.socketPath(folder.home(country))), patience: .init(connectSeconds: 2))
    return (try? client.send(.init(.get, "/healthz"), limit: 1 << 16).status) == 200
  }

  /// An officer at each of two neighbours, for their desks.
  private func addOfficers() throws {
    guard let stream = showcase else { return }
    heading("Desks: open one in a browser")
    // Alone a demo's: whoever reads this text is on this machine.
    let password = "istmo-demo-2026"
    let file = folder.file("officer-password")
    try OutputFile.write(Array("\(password)\n".utf8), to: file)
    let roles = ["migration-officer", "customs-officer", "quarantine-officer", "auditor", "node-operator", "committee"]
    for (country, id, name) in [(stream.origin, "ana.rivas", "Ana Rivas"), (stream.recipient, "luis.paz", "Luis Paz")] {
      let between = topology.crossings.first { crossing in
        [stream.origin, stream.recipient].allSatisfy { side in crossing.posts.contains { $0.country == side } }
      }
      guard let desk = desks[country], let post = between?.posts.first(where: { $0.country == country }) else {
        continue
      }
      try istmo(
        ["officer", "add", id, "--name", name, "--post", post.id, "--password-file", file]
          + roles.flatMap { ["--role", $0] }, at: country)
      say("  \(country)  http://\(desk)  officer \(id), password \(password), at \(post.id)")
    }
  }

  private func sayNext() {
    guard let stream = showcase, let desk = desks[stream.origin] else { return }
    let keys = book.records(of: stream).last { entry in entry.record.keys.contains { $0.name == "plate" } }?.record.keys
    let plate = keys?.first { $0.name == "plate" }?.value.string ?? "P271828"
    let (origin, recipient) = (folder.home(stream.origin), folder.home(stream.recipient))
    heading("Try next, in another terminal")
    // Whoever opens another terminal is in another folder.
    let here = folder.path.hasPrefix("/") ? nil : getcwd(nil, 0)
    defer { free(here) }
    if let here { say("  cd \(Self.quoted(String(cString: here)))") }
    for line in [
      "alias istmo=\(Self.quoted(program))",
      "istmo status --watch --home \(recipient)",
      "istmo query migration --from \(stream.origin) --limit 2 --officer me --purpose curiosity --home \(recipient)",
      "istmo crossing \(Self.quoted(plate)) --officer me --role customs-officer --purpose curiosity --home \(recipient)",
      "istmo lookups --home \(origin)",
      "istmo agreement show \(stream.recipient) --home \(origin)",
      "istmo verify --home \(origin)",
      "curl -H \"Authorization: Bearer $(cat \(tokenFile))\" http://\(desk)/v1/status",
      "kill -9 \(nodes.pid(stream.recipient) ?? 0)   # \(stream.recipient) is gone: see status at \(stream.origin)",
      "istmo run --home \(recipient)   # it is back and catches up",
    ] { say("  \(line)") }
  }
}
