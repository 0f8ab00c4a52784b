import Catalog
import Charts
import Indicators
import Markup
import Node
import Terms

/// The page of a country's figures: crossing times, shares by month, and all figures of the period as a table.
struct IndicatorView {
  private let visit: Visit
  private let span: MonthSpan
  /// Of all the months, then of each.
  private let figures: [FigureBook.Figures]

  /// The page of figures: of the whole span first, then of each month.
  init(_ visit: Visit, _ span: MonthSpan, figures: [FigureBook.Figures]) {
    (self.visit, self.span, self.figures) = (visit, span, figures)
  }

  private var whole: [Indicator] { figures.first?.answer?.indicators ?? [] }
  private var byMonth: [[Indicator]] { figures.dropFirst().map { $0.answer?.indicators ?? [] } }
  private var names: [String] { span.months.map { visit.language.month($0) } }

  /// The page.
  @HTMLBuilder var page: HTML {
    HTML.element("div", .class("titled")) {
      HTML.element("h1") {
        visit(.indicators)
        HTML.element("small") {
          "\(visit.country(visit.node.country)) · \(span.months.first?.first.description ?? "") – \(span.lastDay)"
        }
      }
      HTML.element("p", .class("tools")) {
        HTML.element("a", .class("button"), .href("/indicators?\(span.query)")) { visit(.refresh) }
        " "
        HTML.element("a", .class("button"), .href("/indicators.csv?\(span.query)")) { visit(.asTable) }
      }
    }
    chooser
    HTML.element("div", .init("id", "live"), .init("data-again", isUnderWay ? "1500" : "")) {
      standing
      if whole.isEmpty, !isUnderWay { HTML.element("p", .class("box")) { visit(.noFigures) } }
      times(.byTag, "tag")
      times(.byCamera, "camera")
      shares
      table
      HTML.element("p", .class("help")) { visit(.whatFiguresAre) }
    }
  }

  private var isUnderWay: Bool { figures.contains { $0.answer == nil && $0.isUnderWay } }

  private var chooser: HTML {
    let newest = CalendarMonth(of: CalendarDay(daysSinceEpoch: CalendarDay(of: visit.now).daysSinceEpoch - 1))
    let choices = (0..<24).map { newest.advanced(by: -$0) }
    func field(_ name: String, _ phrase: CommitteePhrase, _ chosen: CalendarMonth?) -> HTML {
      HTML.element("div") {
        HTML.element("label", .init("for", name)) { visit(phrase) }
        HTML.element("select", .init("id", name), .init("name", name)) {
          for month in choices {
            HTML.element("option", .init("value", month.description), .flag("selected", month == chosen)) {
              visit.language.month(month)
            }
          }
        }
      }
    }
    return HTML.element("form", .class("period"), .init("method", "get"), .action("/indicators")) {
      field("since", .monthFrom, span.months.first)
      field("until", .monthThrough, span.months.last)
      HTML.element("button") { visit(.showPeriod) }
    }
  }

  // MARK: How the figures stand

  @HTMLBuilder private var standing: HTML {
    if isUnderWay {
      HTML.element("div", .class("box warn"), .init("role", "status")) {
        HTML.element("strong") {
          "\(visit(.onTheirWay)): \(figures.count { $0.answer != nil }) / \(figures.count)"
        }
        HTML.element("p") { visit(.onTheirWayHelp) }
      }
    }
    for failure in Set(figures.compactMap(\.failure)).sorted() {
      HTML.element("p", .class("box wrong")) {
        "\(visit(.figuresFailed)): "
        HTML.element("span", .init("lang", "en")) { failure }
      }
    }
    if let first = figures.first, let answer = first.answer, let computed = first.computed {
      HTML.element("ul", .class("plain facts")) {
        HTML.element("li") {
          "\(visit(.computedAt)): \(visit.time(computed)). "
          if first.isOutdated { visit(.outdated) }
        }
        if answer.isProvisional {
          HTML.element("li") {
            "\(visit(.provisional)) \(visit(.settledSince)) \(CalendarDay(of: answer.period.settled))."
          }
        }
        HTML.element("li") {
          answer.suppressed > 0 ? "\(answer.suppressed) \(visit(.suppressed))" : visit(.nothingSuppressed)
        }
        for withheld in answer.basis.withheld {
          HTML.element("li") {
            "\(visit(.notCounted)): \(visit.dataset(withheld.stream.dataset)), \(visit.country(withheld.stream.origin)): "
            BasisView(visit).words(withheld.reason)
          }
        }
        for note in answer.notes where note != .provisional(until: answer.period.settled) {
          HTML.element("li") { FactWords(visit).note(note) }
        }
      }
    }
  }

  // MARK: Crossing times

  @HTMLBuilder private func times(_ way: CommitteePhrase, _ dimension: String) -> HTML {
    let rows = crossings(.crossingTime, dimension, in: whole)
    if !rows.isEmpty {
      HTML.element("section", .class("charts")) {
        HTML.element("h2") { "\(visit(.crossingTimes)), \(visit(way))" }
        HTML.element("p", .class("help")) { visit(.crossingTimesHelp) }
        HTML.element("div", .class("beside")) {
          RowChart(
            "times-\(dimension)", title: "\(visit(.crossingTimes)), \(visit(way))",
            description: visit(.crossingTimesHelp),
            rows: rows.map { row in
              RowChart.Row(
                place(row.crossing), row.median, upTo: row.ninety,
                text: "\(Number.short(row.median)) – \(Number.short(row.ninety)) min")
            }, unit: "min"
          ).html
          visit.wide(visit(.crossingTimes), timesTable(rows))
        }
        if span.months.count > 1 { timesByMonth(rows, dimension, way) }
      }
    }
  }

  private struct Times {
    let crossing: String?
    let median, ninety: Double
    let sample: Int
  }

  /// Median and 90th percentile by crossing, all crossings first.
  private func crossings(_ kind: Indicator.Kind, _ dimension: String, in figures: [Indicator]) -> [Times] {
    let own = figures.filter { $0.kind == kind && $0.dimension == dimension }
    return own.filter { $0.statistic == .median }.map { median in
      let ninety = own.first { $0.statistic == .p90 && $0.crossing == median.crossing }
      return Times(
        crossing: median.crossing, median: median.number, ninety: ninety?.number ?? median.number, sample: median.sample
      )
    }
  }

  private func timesTable(_ rows: [Times]) -> HTML {
    table([.crossing, .median, .ninety, .cases]) {
      for row in rows {
        HTML.element("tr") {
          HTML.element("th", .init("scope", "row")) { place(row.crossing) }
          visit.cell(visit(.median), class: "number") { Number.short(row.median) }
          visit.cell(visit(.ninety), class: "number") { Number.short(row.ninety) }
          visit.cell(visit(.cases), class: "number") { "\(row.sample)" }
        }
      }
    }
  }

  /// A small chart for each crossing that has figures in two months at least.
  private func timesByMonth(_ rows: [Times], _ dimension: String, _ way: CommitteePhrase) -> HTML {
    let months = byMonth.map { crossings(.crossingTime, dimension, in: $0) }
    return HTML.element("div", .class("grid")) {
      for (number, row) in rows.enumerated() {
        let own = months.map { month in month.first { $0.crossing == row.crossing } }
        if own.count(where: { $0 != nil }) > 1 {
          HTML.element("figure") {
            HTML.element("figcaption") { place(row.crossing) }
            LineChart(
              "month-\(dimension)-\(number)", title: "\(place(row.crossing)): \(visit(.byMonth))",
              description: words(
                names, own.map { $0.map { "\(Number.short($0.median)) – \(Number.short($0.ninety)) min" } }),
              columns: names,
              series: [
                .init(visit(.median), own.map { $0?.median }), .init(visit(.ninety), own.map { $0?.ninety }, .diamond),
              ], unit: "min"
            ).html
          }
        }
      }
    }
  }

  /// What a chart shows, in words: each column with its value.
  private func words(_ names: [String], _ values: [String?]) -> String {
    zip(names, values).map { "\($0): \($1 ?? "—")" }.joined(separator: "; ")
  }

  // MARK: Shares

  private static let shown: [(kind: Indicator.Kind, dimension: String?)] = [
    (.advanceDeclarations, nil), (.electronicCertificates, nil), (.readRate, nil), (.oneStopMigration, nil),
    (.alertHitRate, "outcomes"), (.laneShare, "green"), (.postAvailability, "all"), (.nodeAvailability, nil),
  ]

  private func name(_ kind: Indicator.Kind, _ dimension: String?) -> String {
    let name = visit(IndicatorWords.kind(kind))
    return dimension.map { "\(name): \(IndicatorWords.dimension($0, of: kind, visit.language))" } ?? name
  }

  @HTMLBuilder private var shares: HTML {
    let present = Self.shown.filter { share in
      byMonth.joined().contains { $0.kind == share.kind && $0.dimension == share.dimension && $0.crossing == nil }
    }
    if !present.isEmpty {
      HTML.element("section", .class("charts")) {
        HTML.element("h2") { visit(.shares) }
        HTML.element("p", .class("help")) { visit(.sharesHelp) }
        HTML.element("div", .class("grid")) {
          for (number, share) in present.enumerated() { chart(share.kind, share.dimension, number) }
        }
        visit.wide(visit(.shares), sharesTable(present))
      }
    }
  }

  private func share(_ kind: Indicator.Kind, _ dimension: String?) -> [Indicator?] {
    byMonth.map { month in month.first { $0.kind == kind && $0.dimension == dimension && $0.crossing == nil } }
  }

  private func chart(_ kind: Indicator.Kind, _ dimension: String?, _ number: Int) -> HTML {
    let values = share(kind, dimension)
    return HTML.element("figure") {
      HTML.element("figcaption") { name(kind, dimension) }
      LineChart(
        "share-\(number)", title: "\(name(kind, dimension)): \(visit(.byMonth))",
        description: words(names, values.map { $0.map { "\(Number.short($0.number)) %" } }), columns: names,
        series: [.init(name(kind, dimension), values.map { $0?.number })], unit: "%", ceiling: 100
      ).html
    }
  }

  private func sharesTable(_ shares: [(kind: Indicator.Kind, dimension: String?)]) -> HTML {
    HTML.element("table") {
      HTML.element("thead") {
        HTML.element("tr") {
          HTML.element("th", .init("scope", "col")) { visit(.figure) }
          for name in names { HTML.element("th", .init("scope", "col"), .class("number")) { name } }
        }
      }
      HTML.element("tbody") {
        for own in shares {
          HTML.element("tr") {
            HTML.element("th", .init("scope", "row")) { name(own.kind, own.dimension) }
            for value in share(own.kind, own.dimension) {
              HTML.element("td", .class("number")) {
                value.map { "\(Number.short($0.number)) %" } ?? "—"
                if let value { HTML.element("small") { "\(value.sample)" } }
              }
            }
          }
        }
      }
    }
  }

  // MARK: All figures

  @HTMLBuilder private var table: HTML {
    if !whole.isEmpty {
      HTML.element("h2") { visit(.otherFigures) }
      visit.wide(
        visit(.otherFigures),
        table([.figure, .crossing, .division, .value, .cases]) {
          for indicator in whole {
            HTML.element("tr") {
              HTML.element("th", .init("scope", "row")) {
                "\(visit(IndicatorWords.kind(indicator.kind))), \(visit(IndicatorWords.statistic(indicator.statistic)))"
              }
              visit.cell(visit(.crossing)) { place(indicator.crossing) }
              visit.cell(visit(.division)) {
                indicator.dimension.map { IndicatorWords.dimension($0, of: indicator.kind, visit.language) } ?? ""
              }
              visit.cell(visit(.value), class: "number") {
                "\(Number.short(indicator.number)) \(visit(IndicatorWords.unit(indicator.unit)))"
              }
              visit.cell(visit(.cases), class: "number") { "\(indicator.sample)" }
            }
          }
        })
    }
  }

  private func table(_ heads: [CommitteePhrase], @HTMLBuilder _ rows: () -> HTML) -> HTML {
    visit.table(heads.map { visit($0) }, class: "streams", rows)
  }

  private func place(_ crossing: String?) -> String { crossing.map { visit.place($0) } ?? visit(.allCrossings) }
}

extension Indicator {
  /// The value in its unit.
  var number: Double { Double(thousandths) / 1000 }
}
