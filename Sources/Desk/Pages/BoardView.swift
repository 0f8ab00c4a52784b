import Catalog
import Charts
import Exchange
import Link
import Markup
import Node
import Terms

/// The board: a map with every pair, what is wrong, and each pair's state in words.
struct BoardView {
  private let visit: Visit
  private let status: NodeStatus
  private let partners: [Partner]

  /// One pair, as its streams say.
  private struct Partner {
    let country: CountryCode
    let streams: [StreamStatus]
    let agreement: AgreementStanding?
    let link: LinkState?

    var state: IsthmusMap.State {
      guard agreement?.inForce != nil else { return .none }
      if streams.contains(where: { !$0.flowing }) { return .stands }
      return streams.contains { $0.lagRecords > 0 } ? .waits : .flows
    }

    /// The latest that the other side signed.
    var newest: UInt64? {
      streams.compactMap { $0.direction == .incoming ? $0.asOf : $0.receiptTime }.max()
    }
  }

  /// The board of a status.
  init(_ visit: Visit, _ status: NodeStatus) {
    (self.visit, self.status) = (visit, status)
    let own = status.country
    func other(_ stream: StreamName) -> CountryCode? {
      stream.isHome ? nil : stream.origin == own ? stream.recipient : stream.origin
    }
    let named = visit.node.registry.topology.pairs.filter { $0.countries.contains(own) }.flatMap(\.countries)
    let all = Set(named + status.agreements.map(\.country)).subtracting([own])
    partners = all.sorted().map { country in
      Partner(
        country: country, streams: status.streams.filter { other($0.stream) == country && $0.isAgreed },
        agreement: status.agreements.first { $0.country == country }, link: status.linkStates[country])
    }
  }

  /// The whole board.
  @HTMLBuilder var board: HTML {
    HTML.element("p", .class(status.isFlowing ? "box good" : "box wrong"), .init("role", "status")) {
      visit(status.isFlowing ? .allFlows : .notAllFlows)
    }
    HTML.element("div", .class("beside wide-first")) {
      HTML.element("div") {
        map
        HTML.element("p", .class("help")) { visit(.mapHelp) }
        legend
      }
      HTML.element("div") {
        HTML.element("h2") { visit(.troubles) }
        troubles
      }
    }
    HTML.element("h2") { visit(.pairs) }
    visit.wide(visit(.pairs), pairTable)
    backup
  }

  /// The last backup in one line; all of it stands on the page of the disk.
  private var backup: HTML {
    HTML.element("p", .class(status.backupWarning == nil ? "help" : "box warn")) {
      if let last = status.lastBackup {
        "\(visit(BackupPhrase.lastBackup)) \(visit.time(last.made)) "
        "(\(visit.language.span(milliseconds: max(0, visit.now.milliseconds(since: last.made)))))"
      } else {
        visit(BackupPhrase.never)
      }
      " · "
      HTML.element("a", .href("/store")) { visit(BackupPhrase.backups) }
    }
  }

  private func words(_ state: IsthmusMap.State) -> String {
    switch state {
    case .flows: visit(.pairFlows)
    case .waits: visit(.pairWaits)
    case .stands: visit(.pairStands)
    case .none: visit(.pairNone)
    }
  }

  private var map: HTML {
    let topology = visit.node.registry.topology
    return IsthmusMap(
      title: visit(.mapTitle),
      description: partners.map { "\(visit.country($0.country)): \(words($0.state))" }.joined(separator: "; "),
      own: status.country.description,
      partners: partners.map {
        IsthmusMap.Partner(
          $0.country.description, $0.state, words: "\(visit.country($0.country)): \(words($0.state))")
      },
      crossings: topology.crossings.map {
        (id: $0.id, name: visit.language($0.name), isOwn: $0.countries.contains(status.country))
      }
    ).html
  }

  private var legend: HTML {
    HTML.element("ul", .class("legend")) {
      for state in IsthmusMap.State.allCases {
        HTML.element("li", .class("pair \(state.rawValue)")) {
          HTML.element("b", .init("aria-hidden", "true")) { state.sign }
          " \(words(state))"
        }
      }
    }
  }

  // MARK: What is wrong

  @HTMLBuilder private var troubles: HTML {
    let stopped = status.streams.filter { !$0.flowing && $0.isAgreed }
    if status.problems.isEmpty, stopped.isEmpty { HTML.element("p", .class("box good")) { visit(.noTroubles) } }
    for problem in status.problems {
      HTML.element("p", .class("box wrong"), .init("lang", StreamWords(visit).language(of: problem))) {
        StreamWords(visit).problem(problem)
      }
    }
    for partner in partners {
      let own = stopped.filter { partner.streams.contains($0) }
      if !own.isEmpty { trouble(partner, own) }
    }
    for stream in stopped where stream.direction == .home {
      HTML.element("p", .class("box wrong")) {
        "\(stream.stream): \(StreamWords(visit).halt(hasForkProof: status.forks.contains(stream.stream)))"
      }
    }
  }

  /// One box a pair: what all its streams say is said once.
  private func trouble(_ partner: Partner, _ stopped: [StreamStatus]) -> HTML {
    let isLinkDown = stopped.allSatisfy { !$0.isLinkUp }
    let words = StreamWords(visit)
    let reasons = Set(
      stopped.flatMap { words.reasons($0, hasForkProof: status.forks.contains($0.stream)) }
    ).sorted()
    return HTML.element("div", .class("box wrong")) {
      HTML.element("strong") {
        "\(visit.country(partner.country)): \(stopped.count) \(visit(.incomingOf)), \(visit(.stands))"
      }
      for reason in reasons.prefix(4) { HTML.element("p") { reason } }
      if isLinkDown {
        HTML.element("p") { visit(.neighbourBehind) }
        if let link = partner.link { HTML.element("p", .class("facts")) { words.link(link) } }
      } else if stopped.contains(where: { !$0.halted.isEmpty }) {
        HTML.element("p") { visit(.askOperator) }
      }
      HTML.element("p") { HTML.element("a", .href("/streams")) { visit(.streams) } }
    }
  }

  // MARK: Pairs

  private var pairTable: HTML {
    let heads: [String] = [
      visit(.pairs), visit(.state), visit(.lag), visit(.newest), visit(.agreements), visit(.links),
    ]
    return visit.table(heads, class: "streams") {
      for partner in partners { row(partner) }
    }
  }

  private func row(_ partner: Partner) -> HTML {
    let records = partner.streams.reduce(UInt64(0)) { $0 &+ $1.lagRecords }
    let longest = partner.streams.map(\.lagMilliseconds).max() ?? 0
    return HTML.element("tr", .class(partner.state == .stands ? "bad" : "")) {
      HTML.element("th", .init("scope", "row")) { visit.country(partner.country) }
      visit.cell(visit(.state)) {
        HTML.element("span", .class("lane \(Self.lane(partner.state))")) {
          "\(partner.state.sign) \(words(partner.state))"
        }
      }
      visit.cell(visit(.lag)) {
        records == 0
          ? visit(.nothingBehind)
          : "\(records) \(visit(.records)), \(visit.language.span(milliseconds: longest))"
      }
      visit.cell(visit(.newest)) {
        partner.newest.map { visit.time(Instant(milliseconds: Int64(clamping: $0) &* 1000)) } ?? "—"
      }
      visit.cell(visit(.agreements)) {
        if let standing = partner.agreement {
          standing.inForce.map { "\(visit(.inForceUntil)) \($0.terms.validUntil) " } ?? "\(visit(.noneInForce)) "
          if let next = standing.next { "\(visit(.nextFrom)) \(visit.time(next.begins)) " }
          if standing.shown != nil {
            HTML.element("a", .href("/agreement/\(partner.country)")) { visit(.agreementText) }
          }
        } else {
          visit(.noneInForce)
        }
      }
      visit.cell(visit(.links)) {
        partner.link.map { StreamWords(visit).link($0) } ?? visit(.notLinked)
      }
    }
  }

  private static func lane(_ state: IsthmusMap.State) -> String {
    switch state {
    case .flows: "green"
    case .waits: "yellow"
    case .stands: "red"
    case .none: ""
    }
  }
}
