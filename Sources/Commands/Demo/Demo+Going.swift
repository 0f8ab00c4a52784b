import Catalog
import Glibc
import HTTP
import Terms

// What to try next, and a trickle of departures until somebody ends it.
extension Demo {
  /// How often something happens, in milliseconds.
  private static let pause = 2000

  func goOn() throws {
    sayNext()
    heading("Departures go on until Ctrl-C")
    guard !traffic.passages.isEmpty else {
      throw DemoFailure("the topology has no crossing of two countries that are a pair")
    }
    let first = book.departures.count
    var round = 0
    while true {
      try interruption.sleep(milliseconds: Self.pause)
      for (country, status) in nodes.takeEnded() {
        say("  \(country) has ended with status \(status); start it again: istmo run --home \(folder.home(country))")
      }
      // A step that shares no factor with most counts comes by every crossing before long.
      let passage = traffic.passages[round * 7 % traffic.passages.count]
      try travel(passage, count: round % 3 + 1)
      try confirmOldest(from: first)
      round += 1
    }
  }

  private func isAnswering(_ country: CountryCode) -> Bool {
    let client = Client(.unixSocket(OpenedNode.socketPath(folder.home(country))), patience: .init(connectSeconds: 2))
    return (try? client.send(.init(.get, "/healthz"), limit: 1 << 16).status) == 200
  }

  /// Some departures over a crossing, and how long until the other country has signed for them.
  private func travel(_ passage: Passage, count: Int) throws {
    let stream = passage.stream
    guard isAnswering(stream.origin) else { return }
    let now = clock.now()
    let departures = try (0..<count).map { _ in try traffic.departure(passage, now: now) }
    let start = ContinuousClock.now
    let answer = try publish(departures.map(\.line), at: stream.origin)
    for (departure, id) in zip(departures, answer.ids) { book.add(departure, id) }
    var outcome = "\(stream.recipient) is away: they wait for it"
    while isAnswering(stream.recipient), ContinuousClock.now - start < .seconds(5) {
      let own = try status(of: stream.origin).items("streams").first { $0.text("stream") == stream.description }
      guard let own, own.count("receipt_size") == own.count("size") else {
        try interruption.check()
        usleep(1000)
        continue
      }
      outcome = "signed for by \(stream.recipient) after \(Int((ContinuousClock.now - start) / .milliseconds(1))) ms"
      break
    }
    let place = passage.crossing.name.es
    say("  \(now.wholeSeconds)  \(passage.from) to \(passage.to)  \(count) by \(place): \(outcome)")
  }

  /// The country of destination confirms who departed a while ago.
  private func confirmOldest(from first: Int) throws {
    guard
      let index = book.departures.indices.dropFirst(first).dropLast(3).first(where: { index in
        let entry = book.departures[index]
        return !entry.isConfirmed && entry.departure.passage.confirming != nil
      })
    else { return }
    let entry = book.departures[index]
    let stream = entry.departure.passage.stream
    guard isAnswering(stream.recipient),
      let line = traffic.confirmation(of: entry.id, entry.departure.passage, now: clock.now()),
      let id = try publish([line], at: stream.recipient).ids.first
    else { return }
    book.confirm(index, by: id)
  }

  private func sayNext() {
    guard let stream = showcase, let desk = desks[stream.origin] else { return }
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
      "istmo lookups --home \(origin)",
      "istmo agreement show \(stream.recipient) --home \(origin)",
      "istmo verify --home \(origin)",
      "curl -H \"Authorization: Bearer $(cat \(tokenFile))\" http://\(desk)/v1/status",
      "kill -9 \(nodes.pid(stream.recipient) ?? 0)   # \(stream.recipient) is gone: see status at \(stream.origin)",
      "istmo run --home \(recipient)   # it is back and catches up",
    ] { say("  \(line)") }
  }
}
