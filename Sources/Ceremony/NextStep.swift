import Terms

/// What both delegations do next in a ceremony.
public enum NextStep: Hashable, Sendable, CaseIterable {
  /// The own offer goes to the other side, the other's is taken.
  case giveOffer, takeOffer
  /// The code is read aloud, and typed as heard.
  case readAloud, typeHeard
  /// The own signed file goes to the other side, the other's is taken.
  case giveSigned, takeSigned
  /// The agreement is printed and signed on paper too.
  case signPaper

  /// It in a sentence.
  public func words(of country: CountryCode, with neighbour: CountryCode) -> String {
    switch self {
    case .giveOffer:
      "Give the offer file of \(country) to \(neighbour), by hand or in any other way: it is not secret."
    case .takeOffer: "Take the offer file of \(neighbour): istmo ceremony compare FILE"
    case .readAloud:
      "\(country) and \(neighbour) read the code aloud in turns, group by group, each from its own screen."
    case .typeHeard:
      "Each side types what it heard: istmo ceremony sign FILE --code CODE --official \"NAME, ROLE\" --out SIGNED"
    case .giveSigned: "Give the signed file of \(country) to \(neighbour)."
    case .takeSigned: "Take the signed file of \(neighbour): istmo ceremony complete FILE"
    case .signPaper:
      "The agreement is signed by \(country) and \(neighbour). Print it; both delegations sign the paper too."
    }
  }
}

extension CeremonyState {
  /// What both delegations do next, in order.
  public var nextSteps: [NextStep] {
    switch step {
    case .offered: [.giveOffer, .takeOffer]
    case .compared: [.readAloud, .typeHeard]
    case .signed: [.giveSigned, .takeSigned]
    case .complete: [.signPaper]
    }
  }
}
