import Catalog
import Terms

// What to try next, and a trickle of departures until somebody ends it.
extension Demo {
  /// How often something happens, in milliseconds.
  private static let pause = 2000

  func goOn() throws {
    sayNext()
    heading("Departures go on until Ctrl-C")
    var round = 0
    while true {
      try interruption.sleep(milliseconds: Self.pause)
      for (country, status) in nodes.takeEnded() {
        say("  \(country) has ended with status \(status); start it again: istmo run --home \(folder.home(country))")
      }
      round += 1
    }
  }

  private func sayNext() {
    guard let stream = showcase, let desk = desks[stream.origin] else { return }
    let (origin, recipient) = (folder.home(stream.origin), folder.home(stream.recipient))
    heading("Try next, in another terminal")
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
