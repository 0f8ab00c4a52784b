import Ceremony
import Exchange
import Node
import Sodium
import Terms

@testable import Catalog

extension TestDesk {
  /// Holds a ceremony with another country's home on what the topology proposes, for a year.
  func agree(with other: Home) throws {
    let (now, topology) = (clock.now(), node.registry.topology)
    let today = CalendarDay(of: now)
    let terms = try AgreementTerms(
      realm: topology.realm, between: home.config.country, and: other.config.country,
      streams: topology.terms(between: home.config.country, and: other.config.country), validFrom: today,
      validUntil: CalendarDay(daysSinceEpoch: today.daysSinceEpoch + 365))
    func step<R>(_ own: Home, _ other: Home, _ body: (inout CeremonyState, borrowing RootKey) throws -> R) throws -> R {
      let root = try own.rootKeyFile().open(passphrase: Self.passphrase())
      var state =
        try own.ceremony(with: other.config.country)
        ?? CeremonyState.offer(root: root, card: own.card(), terms: terms, SystemEntropy(), now: now)
      let result = try body(&state, root)
      try own.keep(state)
      return result
    }
    let offers = try (step(home, other) { state, _ in state.offer }, step(other, home) { state, _ in state.offer })
    let code = try step(home, other) { state, _ in try state.compare(offers.1.bytes, pinned: nil, now: now) }
    _ = try step(other, home) { state, _ in try state.compare(offers.0.bytes, pinned: nil, now: now) }
    let officials = [try Official("Ana Morales, Directora")]
    let signed = try (
      step(home, other) { state, root in
        try state.sign(
          offer: offers.1.bytes, code: code.description, officials: officials, root: root, now: now)
      },
      step(other, home) { state, root in
        try state.sign(offer: offers.0.bytes, code: code.description, officials: officials, root: root, now: now)
      }
    )
    try home.keep(step(home, other) { state, _ in try state.complete(signed.1.bytes, now: now) })
    try other.keep(step(other, home) { state, _ in try state.complete(signed.0.bytes, now: now) })
    try node.reload()
  }
}
