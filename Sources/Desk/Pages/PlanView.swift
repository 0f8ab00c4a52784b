import Catalog
import Charts
import Indicators
import Markup
import Terms

/// Reforms with their milestones, those furthest behind first: delays are seen before anything else.
struct PlanView {
  private let visit: Visit
  private let today: CalendarDay

  /// The plan as it stands on a day.
  init(_ visit: Visit, _ today: CalendarDay) { (self.visit, self.today) = (visit, today) }

  /// Rows of the chart of delays: the worst of them, so that it can be read.
  private static let mostRows = 12

  /// All reforms.
  @HTMLBuilder func plan(_ reforms: [Reform]) -> HTML {
    let late = reforms.filter { $0.isOpen && $0.isDelayed(on: today) }
    if reforms.isEmpty {
      HTML.element("p", .class("box")) { visit(.noReforms) }
    } else {
      HTML.element("p", .class(late.isEmpty ? "box good" : "box warn")) {
        "\(late.count) \(visit(.reformsLate)) · \(reforms.count(where: \.isOpen)) \(visit(.reformsOpen)) · "
        "\(reforms.count { $0.state == "done" }) \(visit(.reformsDone))"
      }
    }
    delays(late.filter { $0.daysLate(on: today) > 0 })
    for reform in reforms { shown(reform) }
  }

  @HTMLBuilder private func delays(_ late: [Reform]) -> HTML {
    if late.count > 1 {
      HTML.element("h2") { visit(.lateNow) }
      HTML.element("div", .class("one")) {
        RowChart(
          "delays", title: visit(.lateNow),
          description: late.prefix(Self.mostRows).map { "\($0.identifier): \(days($0.daysLate(on: today)))" }
            .joined(separator: "; "),
          rows: late.prefix(Self.mostRows).map {
            RowChart.Row(
              "\($0.country) \($0.title)", Double($0.daysLate(on: today)), text: days($0.daysLate(on: today)))
          }, unit: visit(.days)
        ).html
      }
    }
  }

  private func days(_ number: Int64) -> String { "\(number) \(visit(number == 1 ? .day : .days))" }

  private func shown(_ reform: Reform) -> HTML {
    let late = reform.daysLate(on: today)
    let isLate = reform.isOpen && reform.isDelayed(on: today)
    return HTML.element("article", .class(isLate ? "box wrong reform" : "box reform")) {
      HTML.element("h2") {
        reform.title
        HTML.element("small") {
          "\(visit.country(reform.country)) · "
          HTML.element("span", .class("code")) { reform.identifier }
          " · \(IndicatorWords.measure(reform.measure, visit.language))"
        }
      }
      HTML.element("p") {
        HTML.element("span", .class(isLate ? "lane red" : reform.isOpen ? "lane" : "lane green")) {
          late > 0
            ? "\(visit(.delayedBy)) \(days(late))"
            : isLate ? visit(.delayedAsTold) : IndicatorWords.state(reform.state, visit.language)
        }
        if late > 0 { " \(IndicatorWords.state(reform.state, visit.language))" }
        " \(reform.starts) – \(reform.due)"
      }
      HTML.element("p", .class("facts")) {
        "\(visit(.bodies)): \(reform.bodies.joined(separator: "; "))"
        if reform.countries.count > 1 {
          " · \(visit(.sharedBy)): \(reform.countries.map { visit.country($0) }.joined(separator: ", "))"
        }
        if !reform.articles.isEmpty { " · \(visit(.articles)) \(reform.articles.joined(separator: ", "))" }
      }
      if !reform.milestones.isEmpty { milestones(reform) }
    }
  }

  private func milestones(_ reform: Reform) -> HTML {
    HTML.element(
      "details", late(reform) ? [.flag("open")] : [],
      HTML.list([
        HTML.element("summary") { "\(visit(.milestones)): \(reform.milestonesDone) / \(reform.milestones.count)" },
        HTML.element("ol", .class("milestones")) {
          for milestone in reform.milestones {
            let days = milestone.daysLate(on: today)
            HTML.element("li", .class(milestone.state == "open" && days > 0 ? "late" : milestone.state)) {
              HTML.element("b") { "\(Self.sign(milestone.state, isLate: days > 0)) \(milestone.title)" }
              " \(visit(.due)) \(milestone.due)"
              if let done = milestone.done { " · \(IndicatorWords.state("done", visit.language)) \(done)" }
              if milestone.state != "dropped", days > 0 { " · \(visit(.delayedBy)) \(self.days(days))" }
              if milestone.state == "dropped" { " · \(IndicatorWords.state("dropped", visit.language))" }
              if let evidence = milestone.evidence { HTML.element("small") { "\(visit(.evidence)): \(evidence)" } }
            }
          }
        },
      ]))
  }

  private func late(_ reform: Reform) -> Bool { reform.milestonesLate(on: today) > 0 }

  /// What a milestone's state is, also without colours.
  private static func sign(_ state: String, isLate: Bool) -> String {
    switch state {
    case "done": "✓"
    case "dropped": "✕"
    default: isLate ? "!" : "○"
    }
  }
}

/// Donors' projects and where money is missing.
struct MoneyView {
  private let visit: Visit

  /// The view for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  /// The projects with what was committed, and by currency what all of them come to.
  @HTMLBuilder func projects(_ projects: [Project]) -> HTML {
    if projects.isEmpty {
      HTML.element("p", .class("box")) { visit(.noProjects) }
    } else {
      for currency in Set(projects.map(\.currency)).sorted() {
        let own = projects.filter { $0.currency == currency && $0.isFunded }
        HTML.element("p", .class("box")) {
          "\(own.count) \(visit(.projectsAgreed)): \(money(Project.sum(own.map(\.amount)), currency))"
        }
      }
      advances(projects)
      HTML.element(
        "div", .class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", visit(.projects))
      ) {
        HTML.element("table", .class("streams")) {
          HTML.element("thead") {
            HTML.element("tr") {
              for phrase in Self.head { HTML.element("th", .init("scope", "col")) { visit(phrase) } }
            }
          }
          HTML.element("tbody") { for project in projects { row(project) } }
        }
      }
    }
  }

  private static let head: [CommitteePhrase] = [
    .projects, .donor, .committed, .disbursed, .needed, .missingMoney, .advance, .funds,
  ]

  @HTMLBuilder private func advances(_ projects: [Project]) -> HTML {
    let told = projects.filter { $0.isFunded && $0.advance != nil }.prefix(12)
    if told.count > 1 {
      HTML.element("h2") { visit(.advance) }
      HTML.element("div", .class("one")) {
        RowChart(
          "advance", title: visit(.advance),
          description: told.map { "\($0.identifier): \($0.advance ?? 0) %" }.joined(separator: "; "),
          rows: told.map {
            RowChart.Row("\($0.country) \($0.title)", Double($0.advance ?? 0), text: "\($0.advance ?? 0) %")
          }, unit: "%", ceiling: 100
        ).html
      }
    }
  }

  private func money(_ hundredths: Int64, _ currency: String) -> String {
    "\(Self.grouped(Project.text(ofHundredths: hundredths))) \(currency)"
  }

  /// A decimal with its thousands apart, by a space that does not break.
  static func grouped(_ text: String) -> String {
    let whole = text.prefix { $0 != "." }
    var out = ""
    for (place, digit) in whole.reversed().enumerated() {
      if place > 0, place % 3 == 0, digit != "-" { out.append("\u{202F}") }
      out.append(digit)
    }
    return String(out.reversed()) + text.dropFirst(whole.count)
  }

  private func row(_ project: Project) -> HTML {
    let amounts: [(CommitteePhrase, Int64?)] = [
      (.committed, project.amount), (.disbursed, project.disbursed), (.needed, project.needed),
      (.missingMoney, project.gap),
    ]
    return HTML.element("tr", .class((project.gap ?? 0) > 0 && project.isFunded ? "bad" : "")) {
      HTML.element("th", .init("scope", "row")) {
        project.title
        HTML.element("small") {
          "\(visit.country(project.country)) · "
          HTML.element("span", .class("code")) { project.identifier }
          " · \(IndicatorWords.state(project.state, visit.language)) · \(project.starts) – \(project.ends)"
        }
      }
      HTML.element("td", .init("data-label", visit(.donor))) { project.donor }
      for (phrase, amount) in amounts {
        HTML.element("td", .class("number"), .init("data-label", visit(phrase))) {
          amount.map { money($0, project.currency) } ?? visit(.notTold)
        }
      }
      HTML.element("td", .class("number"), .init("data-label", visit(.advance))) {
        project.advance.map { "\($0) %" } ?? visit(.notTold)
      }
      HTML.element("td", .init("data-label", visit(.funds))) {
        project.measures.map { IndicatorWords.measure($0, visit.language) }.joined(separator: ", ")
      }
    }
  }

  /// Where money is missing.
  @HTMLBuilder func gaps(_ gaps: [FundingGap]) -> HTML {
    HTML.element("h2") { "\(visit(.gaps)) (\(gaps.count))" }
    if gaps.isEmpty { HTML.element("p", .class("box good")) { visit(.noGaps) } }
    HTML.element("ul", .class("plain gaps")) {
      for gap in gaps {
        HTML.element("li") {
          HTML.element("b") { "\(visit.country(gap.country)): \(visit(kind(gap.kind)))" }
          ": \(gap.measures.map { IndicatorWords.measure($0, visit.language) }.joined(separator: ", "))"
          if let title = gap.title { " · \(title)" }
          if let missing = gap.missing { " · \(visit(.missingMoney)): \(money(missing, gap.currency ?? ""))" }
        }
      }
    }
  }

  private func kind(_ kind: FundingGap.Kind) -> CommitteePhrase {
    switch kind {
    case .unfundedMeasure: .unfundedMeasure
    case .unfundedReform: .unfundedReform
    case .underfunded: .underfunded
    }
  }
}
