import Catalog
import Forms
import Markup
import Node
import Officers
import Terms

/// What the officer can do about something that is shown: a link to a small form for each act that the role and the record permit.
struct ActLinks {
  let visit: Visit

  /// The links for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  /// The links about a record; nothing where nothing can be done. `without` names acts that make no sense now.
  @HTMLBuilder func html(
    about dataset: String, event: String?, _ id: RecordID, of origin: CountryCode, without: Set<String> = [],
    matched: RecordID? = nil
  ) -> HTML {
    let acts = Act.about(dataset, event: event, isHome: origin == visit.node.country)
      .filter { visit.mayDo($0) && !without.contains($0.name) }
    if !acts.isEmpty {
      HTML.element("p", .class("acts")) {
        for act in acts {
          HTML.element("a", .class("button plain"), .href(address(act, id, matched))) { visit(act.phrase) }
        }
      }
    }
  }

  private func address(_ act: Act, _ id: RecordID, _ matched: RecordID?) -> String {
    "/act/\(act.name).\(id)?back=\(visit.request.path)" + (matched.map { "&matched=\($0)" } ?? "")
  }
}

extension Visit {
  /// Whether this session may make the record of an act.
  func mayDo(_ act: Act) -> Bool {
    guard let session, session.rights.contains(.record) else { return false }
    let datasets = session.officer.datasets
    return (datasets.isEmpty || datasets.contains { $0.description == act.dataset })
      && Recording.mayRecord(session.role, act.dataset, event: act.event)
  }
}

extension Act {
  /// What it is called.
  var phrase: FormPhrase {
    switch name {
    case "treat": .actTreat
    case "release": .actRelease
    case "return": .actReturn
    case "destroy": .actDestroy
    case "quarantine", "quarantine-by-certificate": .actQuarantine
    case "customs-hold": .actCustomsHold
    case "customs-release": .actCustomsRelease
    case "arrive": .actArrive
    case "outcome": .actOutcome
    case "lift": .actLift
    case "follow-up": .actFollowUp
    case "close": .actClose
    default: .actWorksAgain
    }
  }
}
