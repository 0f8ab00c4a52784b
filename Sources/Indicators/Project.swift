import Catalog
import Terms

/// A donor's project of the dataset `projects`, as its country told last.
public struct Project: Hashable, Sendable {
  /// Its stable identifier.
  public let identifier: String
  /// What it is called.
  public let title: String
  /// Who funds it.
  public let donor: String
  /// The country that reports.
  public let country: String
  /// The countries that benefit.
  public let countries: [String]
  /// Measures of the strategy that it funds.
  public let measures: [String]
  /// Reforms that it funds.
  public let reforms: [String]
  /// Currency, ISO 4217.
  public let currency: String
  /// Amounts in hundredths of it: committed, disbursed, and what it all costs.
  public let (amount, disbursed, needed): (Int64, Int64?, Int64?)
  /// From when until when.
  public let (starts, ends): (CalendarDay, CalendarDay)
  /// Physical advance in per cent.
  public let advance: Int64?
  /// Its state.
  public let state: String
  /// When this was told.
  public let told: Instant

  /// A project of a record; nil when it is none.
  init?(_ record: JSONValue) {
    func text(_ name: String) -> String? { record[name]?.string }
    guard let identifier = text("identifier"), let title = text("title"), let donor = text("donor"),
      let country = text("country"), let currency = text("currency"), let state = text("state"),
      let amount = text("amount").flatMap(Self.hundredths), let starts = record.day("starts"),
      let ends = record.day("ends"), let told = text("time").flatMap({ try? Instant($0) })
    else { return nil }
    (self.identifier, self.title, self.donor, self.country) = (identifier, title, donor, country)
    (self.currency, self.state, self.starts, self.ends, self.told) = (currency, state, starts, ends, told)
    (self.amount, disbursed, needed) = (
      amount, text("disbursed").flatMap(Self.hundredths), text("needed").flatMap(Self.hundredths)
    )
    countries = record.texts("countries")
    measures = record.texts("measures")
    reforms = record.texts("reforms")
    if case .number(let number)? = record["advance"] { advance = number } else { advance = nil }
  }

  /// Hundredths of a decimal with two digits behind the point.
  static func hundredths(_ text: String) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 2 else { return nil }
    return Int64(parts[0] + parts[1])
  }

  /// A decimal with two digits behind the point.
  public static func text(ofHundredths value: Int64) -> String {
    let rest = value.magnitude % 100
    return "\(value < 0 ? "-" : "")\(value.magnitude / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// Whether its money counts: it was agreed, and not called off.
  public var isFunded: Bool { ["agreed", "running", "done"].contains(state) }

  /// What is missing for all that it is to do; nil when its cost was not told.
  public var gap: Int64? { needed.map { max(0, $0 - amount) } }

  /// Whether it runs in a part of a year.
  public func touches(year: Int64) -> Bool { starts.components.year <= year && year <= ends.components.year }

  /// The projects among records, the latest of each country and identifier, in order of country and identifier.
  public static func latest(_ records: [JSONValue]) -> [Project] {
    var latest: [[String]: Project] = [:]
    for project in records.compactMap(Project.init) {
      let key = [project.country, project.identifier]
      if let known = latest[key], known.told > project.told { continue }
      latest[key] = project
    }
    return latest.values.sorted { ($0.country, $0.identifier) < ($1.country, $1.identifier) }
  }
}

/// Where money is missing.
public struct FundingGap: Hashable, Sendable {
  /// What kind of gap.
  public enum Kind: String, Hashable, Sendable {
    /// No agreed project of the country funds the measure.
    case unfundedMeasure = "measure without funding"
    /// An open reform that no agreed project names, of a measure that none funds either.
    case unfundedReform = "reform without funding"
    /// Less was committed than it costs.
    case underfunded = "too little funding"
  }

  /// What kind of gap.
  public let kind: Kind
  /// The country.
  public let country: String
  /// The measure of the strategy; of a project, all that it funds.
  public let measures: [String]
  /// The reform or project; nil of a measure.
  public let identifier: String?
  /// What it is called; nil of a measure.
  public let title: String?
  /// What is missing, in hundredths of the currency; nil when nobody told.
  public let missing: Int64?
  /// The currency.
  public let currency: String?

  /// The gaps of these countries: measures without an agreed project, open reforms without one, projects that cost more than was
  /// committed. `measures` are all that the strategy has.
  public static func gaps(
    _ projects: [Project], _ reforms: [Reform], measures: [String], countries: [String]
  ) -> [FundingGap] {
    var gaps: [FundingGap] = []
    for country in countries.sorted() {
      let funding = projects.filter { $0.isFunded && $0.countries.contains(country) }
      let funded = Set(funding.flatMap(\.measures))
      for measure in measures where !funded.contains(measure) {
        gaps.append(
          FundingGap(
            kind: .unfundedMeasure, country: country, measures: [measure], identifier: nil, title: nil, missing: nil,
            currency: nil))
      }
      let named = Set(funding.flatMap(\.reforms))
      for reform in reforms where reform.isOpen && reform.country == country {
        guard !named.contains(reform.identifier), !funded.contains(reform.measure) else { continue }
        gaps.append(
          FundingGap(
            kind: .unfundedReform, country: country, measures: [reform.measure], identifier: reform.identifier,
            title: reform.title, missing: nil, currency: nil))
      }
    }
    for project in projects where project.isFunded && (project.gap ?? 0) > 0 && countries.contains(project.country) {
      gaps.append(
        FundingGap(
          kind: .underfunded, country: project.country, measures: project.measures, identifier: project.identifier,
          title: project.title, missing: project.gap, currency: project.currency))
    }
    return gaps
  }
}
