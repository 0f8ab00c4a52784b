import Catalog
import Ceremony
import HTTP
import Markup
import Node
import Officers
import Terms

// What two operators decide together: one proposes, another one confirms or rejects. The rule is `OperatorLog`'s; every step is durable
// before a page says so.
extension Pages {
  /// What operators decide together.
  static let fourEyesRoutes: [Route] = [
    Route(path: "/proposals", method: .get, need: .right(.node), action: .show(Pages.showProposals)),
    Route(path: "/proposals/make", method: .post, need: .right(.operate), action: .take(Pages.makeProposal)),
    Route(path: "/proposals/decide", method: .post, need: .right(.operate), action: .take(Pages.decideProposal)),
  ]

  /// Lines of the log that the page shows.
  private static let mostLines = 200

  /// `GET /proposals`.
  func showProposals(_ visit: Visit) -> Response {
    defer { seen(visit) }
    return proposalPage(visit)
  }

  private func proposalPage(_ visit: Visit, trouble: FourEyesPhrase? = nil, status: Int = 200) -> Response {
    let file: OperatorLogFile
    do { file = try node.operators.file() } catch {
      node.log(.error, "desk", "the operators' log could not be read: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
    let now = file.log.moment(visit.now)
    let open = file.log.proposals.filter { $0.isOpen(at: now) }
    return page(
      boardPage(visit, visit(FourEyesPhrase.page), at: "/proposals") {
        if let trouble { HTML.element("p", .class("box wrong"), .init("role", "alert")) { visit(trouble) } }
        HTML.element("p", .class("help")) { visit(FourEyesPhrase.help) }
        HTML.element("h2") { visit(FourEyesPhrase.waiting) }
        if open.isEmpty { HTML.element("p", .class("box good")) { visit(FourEyesPhrase.nothingWaits) } }
        for proposal in open { standing(proposal, visit) }
        HTML.element("h2") { visit(FourEyesPhrase.log) }
        HTML.element("p", .class("help")) { visit(FourEyesPhrase.logHelp) }
        if file.log.events.isEmpty {
          HTML.element("p", .class("box")) { visit(FourEyesPhrase.nothingLogged) }
        } else {
          lines(file, now, visit)
        }
      }, status: status)
  }

  // MARK: Proposals that stand

  /// On the board: that proposals wait, or that nobody can decide.
  func waitingProposals(_ visit: Visit) -> HTML {
    guard visit.session?.rights.contains(.node) == true else { return .empty }
    guard let log = try? node.operators.file().log else {
      return HTML.element("p", .class("box wrong")) { visit(FourEyesPhrase.unreadable) }
    }
    let now = log.moment(visit.now)
    let count = log.proposals.count { $0.isOpen(at: now) }
    guard count > 0 else { return .empty }
    return HTML.element("p", .class("box warn")) {
      HTML.element("a", .href("/proposals")) { "\(visit(FourEyesPhrase.waiting)): \(count)" }
    }
  }

  private func standing(_ proposal: OperatorLog.Proposal, _ visit: Visit) -> HTML {
    let isOwn = proposal.by == visit.session?.officer.id
    return HTML.element("section", .class("box warn")) {
      HTML.element("h3") { "\(proposal.number). \(visit.act(proposal.act))" }
      HTML.element("p") { "\(visit(FourEyesPhrase.reason)): \(proposal.reason)" }
      HTML.element("p") {
        "\(visit(FourEyesPhrase.proposedBy)) "
        HTML.element("span", .class("code")) { proposal.by }
        ", \(visit.time(proposal.time)). \(visit(FourEyesPhrase.until)) \(visit.time(proposal.lapses))."
      }
      if visit.session?.rights.contains(.operate) == true {
        if isOwn { HTML.element("p") { visit(FourEyesPhrase.ownWaits) } }
        HTML.element("div", .class("acts")) {
          for (way, word) in isOwn
            ? [("withdraw", FourEyesPhrase.withdraw)]
            : [("confirm", FourEyesPhrase.confirm), ("reject", FourEyesPhrase.reject)]
          {
            visit.form("/proposals/decide") {
              visit.hidden("number", "\(proposal.number)")
              visit.hidden("way", way)
              HTML.element(
                "button", .class(way == "confirm" ? "small" : "plain small"),
                .init("aria-label", "\(visit(word)): \(proposal.number)")
              ) { visit(word) }
            }
          }
        }
      }
    }
  }

  /// The form with which an act is proposed.
  func proposalForm(
    _ act: String, subject: (name: String, value: String), _ title: FourEyesPhrase, _ help: FourEyesPhrase,
    _ visit: Visit, about: String? = nil
  ) -> HTML {
    guard visit.session?.rights.contains(.operate) == true else { return .empty }
    let id = "reason-\(act)-\(subject.value)"
    return HTML.element("details", .class("box")) {
      HTML.element("summary") { about.map { "\(visit(title)): \($0)" } ?? visit(title) }
      HTML.element("p", .class("help")) { "\(visit(help)) \(visit(FourEyesPhrase.help))" }
      visit.form("/proposals/make", class: "stack") {
        visit.hidden("act", act)
        visit.hidden(subject.name, subject.value)
        HTML.element("label", .init("for", id)) { visit(FourEyesPhrase.reason) }
        HTML.void(
          "input", .init("id", id), .init("name", "reason"), .init("maxlength", "400"),
          .init("autocomplete", "off"), .flag("required"))
        HTML.element("p", .class("help")) { visit(FourEyesPhrase.reasonHelp) }
        HTML.element("button") { visit(FourEyesPhrase.propose) }
      }
      HTML.element("p") { HTML.element("a", .href("/proposals")) { visit(FourEyesPhrase.seeProposals) } }
    }
  }

  // MARK: The log

  private func lines(_ file: OperatorLogFile, _ now: Instant, _ visit: Visit) -> HTML {
    let shown = file.log.events.suffix(Self.mostLines).reversed()
    return HTML.list([
      visit.wide(
        visit(FourEyesPhrase.log),
        visit.table(["", visit(.when), visit(.who), visit(FourEyesPhrase.whatFor)], class: "streams") {
          for event in shown { line(event, file.log, now, visit) }
        }),
      checkpoint(file, visit),
      file.log.events.count > Self.mostLines
        ? HTML.element("p", .class("help")) { visit(FourEyesPhrase.moreLines) } : .empty,
    ])
  }

  @HTMLBuilder private func checkpoint(_ file: OperatorLogFile, _ visit: Visit) -> HTML {
    if let checkpoint = file.checkpoint {
      HTML.element("details", .class("box")) {
        HTML.element("summary") { visit(FourEyesPhrase.checkpoint) }
        HTML.element("p", .class("help")) { visit(FourEyesPhrase.checkpointHelp) }
        HTML.element("pre", .class("document"), .init("lang", "en"), .init("tabindex", "0")) {
          checkpoint.note.description
        }
      }
    }
  }

  private func line(_ event: OperatorEvent, _ log: OperatorLog, _ now: Instant, _ visit: Visit) -> HTML {
    HTML.element("tr") {
      HTML.element("th", .init("scope", "row"), .class("number")) { "\(event.number)" }
      visit.cell(visit(.when)) { visit.time(event.time) }
      visit.cell(visit(.who)) {
        HTML.element("span") { visit.who(event.by) }
      }
      visit.cell(visit(FourEyesPhrase.whatFor)) { HTML.element("div") { what(event, log, now, visit) } }
    }
  }

  @HTMLBuilder private func what(_ event: OperatorEvent, _ log: OperatorLog, _ now: Instant, _ visit: Visit) -> HTML {
    switch event.kind {
    case .proposed(let act, let reason):
      "\(visit.act(act)): \(reason)"
      HTML.element("small") { fate(log.proposal(event.number), now, visit) }
    case .alone(let act, let reason):
      reason.isEmpty ? visit.act(act) : "\(visit.act(act)): \(reason)"
      HTML.element("small") { visit(FourEyesPhrase.alone) }
    case .confirmed(let number): "\(visit(FourEyesPhrase.confirmed)) \(visit(FourEyesPhrase.theProposal)) \(number)"
    case .rejected(let number): "\(visit(FourEyesPhrase.rejected)) \(visit(FourEyesPhrase.theProposal)) \(number)"
    case .withdrawn(let number): "\(visit(FourEyesPhrase.withdrawn)) \(visit(FourEyesPhrase.theProposal)) \(number)"
    case .done(let number): "\(visit(FourEyesPhrase.done)): \(visit(FourEyesPhrase.theProposal)) \(number)"
    case .account(let officer, let change):
      "\(visit(FourEyesPhrase.account)) \(officer): \(visit(FourEyesPhrase(change)))"
    }
  }

  private func fate(_ proposal: OperatorLog.Proposal?, _ now: Instant, _ visit: Visit) -> String {
    guard let proposal else { return "" }
    guard let decision = proposal.decision else {
      return visit(proposal.isOpen(at: now) ? FourEyesPhrase.ownWaits : FourEyesPhrase.lapsed)
    }
    let word = "\(decision.by) \(visit(FourEyesPhrase(decision.way)))"
    guard decision.way == .confirmed else { return word }
    return "\(word); \(visit(proposal.isDone ? FourEyesPhrase.done : FourEyesPhrase.notDone))"
  }

  // MARK: What is sent

  /// `POST /proposals/make`.
  func makeProposal(_ visit: Visit, _ form: Form) -> Response {
    guard let officer = visit.session?.officer.id, let act = proposedAct(form) else {
      return page(visit, status: 400, failure: (.badForm, .badFormHelp))
    }
    return answer(visit) { try node.operators.propose(act, reason: form["reason"] ?? "", by: officer) }
  }

  private func proposedAct(_ form: Form) -> OperatorAct? {
    switch form["act"] {
    case "suspend": (try? CountryCode(form["country"] ?? "")).map { .suspend($0) }
    case "resume":
      (try? CountryCode(form["country"] ?? "")).map { .resume($0, suspension: node.suspension(of: $0) ?? "") }
    case "disable-key", "enable-key": keyAct(form)
    default: nil
    }
  }

  private func keyAct(_ form: Form) -> OperatorAct? {
    guard let kind = CardKey(rawValue: form["kind"] ?? "") else { return nil }
    let key = node.card.content[kind].description
    return form["act"] == "disable-key"
      ? .disableKey(kind.rawValue, key: key) : .enableKey(kind.rawValue, key: key)
  }

  /// For each of the node's keys the form with which its stop, or its use, is proposed.
  @HTMLBuilder func keyForms(_ visit: Visit) -> HTML {
    for kind in CardKey.allCases {
      let subject = (name: "kind", value: kind.rawValue)
      if let stop = node.stop(of: kind) {
        HTML.element("p", .class("box wrong")) {
          "\(visit(FourEyesPhrase.keyStopped)): \(visit.keyKind(kind.rawValue)). \(visit(FourEyesPhrase.reason)): \(stop.reason)"
        }
        proposalForm(
          "enable-key", subject: subject, .proposeKeyUse, .keyUseHelp, visit, about: visit.keyKind(kind.rawValue))
      } else {
        proposalForm(
          "disable-key", subject: subject, .proposeKeyStop, .keyStopHelp, visit, about: visit.keyKind(kind.rawValue))
      }
    }
  }

  /// `POST /proposals/decide`.
  func decideProposal(_ visit: Visit, _ form: Form) -> Response {
    guard let officer = visit.session?.officer.id, let number = UInt64(form["number"] ?? ""),
      let way = form["way"], ["confirm", "reject", "withdraw"].contains(way)
    else { return page(visit, status: 400, failure: (.badForm, .badFormHelp)) }
    return answer(visit) {
      guard way != "withdraw" else { return try node.operators.withdraw(number, by: officer) }
      try node.operators.decide(number, confirms: way == "confirm", by: officer)
    }
  }

  private func answer(_ visit: Visit, _ act: () throws -> Void) -> Response {
    do {
      try act()
      return redirect(to: "/proposals")
    } catch let fault as OperatorLog.Fault {
      let status =
        switch fault {
        case .unknown: 404
        case .reason: 422
        case .notOperator: 403
        default: 409
        }
      return proposalPage(visit, trouble: FourEyesPhrase(fault), status: status)
    } catch {
      node.log(.error, "desk", "what operators decided could not be kept or done: \(error)")
      return proposalPage(visit, trouble: .faultKept, status: 503)
    }
  }
}
