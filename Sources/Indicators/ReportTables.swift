import Catalog
import Tables
import Terms

// Reports as tables, the same from the command line and from the desk. A cell that people wrote is kept from being run as a formula.

extension Indicator {
  /// The columns of a table of indicators.
  public static let columns = [
    "country", "period_starts", "period_ends", "indicator", "crossing", "dimension", "statistic", "value", "unit",
    "sample", "method",
  ]

  /// The row of a table of indicators.
  public func row(of country: CountryCode, _ period: IndicatorPeriod) -> String {
    CSVWriter.row([
      country.description, period.first.description, period.last.description, kind.rawValue, crossing ?? "",
      dimension ?? "", statistic.rawValue, value, unit.rawValue, "\(sample)", methodName,
    ])
  }

  /// The method by which it was computed; a quantile of very many cases says that it is a sketch.
  public var methodName: String { isExact ? Self.method : "\(Self.method)-sketch" }
}

extension Reform {
  /// A table of reforms, as they are on a day.
  public static func table(_ reforms: [Reform], on day: CalendarDay) -> String {
    let head = [
      "country", "identifier", "title", "measure", "tfa_articles", "countries", "bodies", "state", "starts", "due",
      "days_late", "milestones", "milestones_done", "milestones_late",
    ]
    return reforms.reduce(CSVWriter.row(head)) { out, reform in
      let texts = [reform.country] + [reform.identifier, reform.title].map(CSVWriter.guarded)
      let lists = [reform.articles.joined(separator: "|"), reform.countries.joined(separator: "|")]
      let bodies = CSVWriter.guarded(reform.bodies.joined(separator: "|"))
      let counts = [
        "\(reform.daysLate(on: day))", "\(reform.milestones.count)", "\(reform.milestonesDone)",
        "\(reform.milestonesLate(on: day))",
      ]
      return out
        + CSVWriter.row(
          texts + [reform.measure] + lists + [bodies, reform.state, reform.starts.description, reform.due.description]
            + counts)
    }
  }

  /// How many milestones were reached.
  public var milestonesDone: Int { milestones.count { $0.state == "done" } }

  /// How many open milestones are behind on a day.
  public func milestonesLate(on day: CalendarDay) -> Int {
    milestones.count { $0.state == "open" && $0.daysLate(on: day) > 0 }
  }
}

extension Project {
  /// A sum of hundredths. What does not fit is no sum: it is said to be the most that can be said.
  public static func sum(_ amounts: [Int64]) -> Int64 {
    amounts.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
  }

  /// A table of projects.
  public static func table(_ projects: [Project]) -> String {
    let head = [
      "country", "identifier", "title", "donor", "countries", "measures", "reforms", "currency", "amount", "disbursed",
      "needed", "missing", "starts", "ends", "advance", "state",
    ]
    return projects.reduce(CSVWriter.row(head)) { out, project in
      let amounts = [project.amount, project.disbursed, project.needed, project.gap]
        .map { $0.map(text(ofHundredths:)) ?? "" }
      return out
        + CSVWriter.row(
          [project.country] + [project.identifier, project.title, project.donor].map(CSVWriter.guarded)
            + [project.countries, project.measures].map { $0.joined(separator: "|") }
            + [CSVWriter.guarded(project.reforms.joined(separator: "|")), CSVWriter.guarded(project.currency)] + amounts
            + [
              project.starts.description, project.ends.description, project.advance.map(String.init) ?? "",
              project.state,
            ])
    }
  }
}

extension FundingGap {
  /// A table of gaps.
  public static func table(_ gaps: [FundingGap]) -> String {
    gaps.reduce(CSVWriter.row(["country", "gap", "measures", "identifier", "title", "missing", "currency"])) {
      out, gap in
      out
        + CSVWriter.row([
          gap.country, gap.kind.rawValue, gap.measures.joined(separator: "|"), CSVWriter.guarded(gap.identifier ?? ""),
          CSVWriter.guarded(gap.title ?? ""), gap.missing.map(Project.text(ofHundredths:)) ?? "",
          CSVWriter.guarded(gap.currency ?? ""),
        ])
    }
  }

  /// The measures of the strategy, as the definition of the dataset `measures` has them; nil when the topology has no such dataset.
  public static func strategyMeasures(of topology: Topology) -> [String]? {
    guard let definition = topology.definition(named: "measures"),
      case .enumeration(let measures)? = definition.field("measure")?.type
    else { return nil }
    return measures.sorted()
  }
}
