import Terms

/// How much traffic to make, from when, on which seed.
public struct TrafficPlan: Hashable, Sendable {
  /// When the first of its days begins.
  public var begins: Instant
  /// How many days on which something begins; what is on the road then still arrives.
  public var days: Int
  /// 1 for the volumes of a regional day, about 85,000 records.
  public var scale: Double
  /// Another seed is other traffic, the same seed the same.
  public var seed: UInt64
  /// Whether there is, in the first day's tenth hour, at least one of everything without any defect: each route both ways, each kind of record of
  /// each country, as a demonstration needs.
  public var isCovering: Bool

  /// How much traffic to make.
  public init(begins: Instant, days: Int = 1, scale: Double = 1, seed: UInt64 = 1, isCovering: Bool = false) {
    (self.begins, self.days, self.scale, self.seed, self.isCovering) = (begins, days, scale, seed, isCovering)
  }

  /// The same from a calendar day on, which in the region begins six hours after it does in UTC.
  public init(firstDay: CalendarDay, days: Int = 1, scale: Double = 1, seed: UInt64 = 1, isCovering: Bool = false) {
    self.init(
      begins: firstDay.start.plus(minutes: Volumes.hoursBehind * 60), days: days, scale: scale, seed: seed,
      isCovering: isCovering)
  }

  /// The most days of one run: ten years.
  public static let mostDays = 3653
  /// The largest scale: ten times the region.
  public static let largestScale = 10.0
}

/// The volumes of a day, both directions together. Trips are chosen so that the units that cross each border are those of the
/// sizing model: GT-SV 1,500, SV-HN 1,100, NI-CR 800, HN-NI 700, GT-HN 500, CR-PA 450.
enum Volumes {
  /// Trucks' ways, and trips a day.
  static let trips: [(route: [String], perDay: Double)] = [
    (["GT", "SV", "HN", "NI", "CR", "PA"], 90), (["GT", "SV", "HN", "NI", "CR"], 90), (["SV", "HN", "NI", "CR"], 80),
    (["SV", "HN", "NI", "CR", "PA"], 60), (["GT", "SV"], 1170), (["SV", "HN"], 590), (["GT", "HN"], 440),
    (["GT", "HN", "NI"], 60), (["HN", "NI"], 200), (["NI", "CR"], 340), (["CR", "PA"], 220), (["GT", "SV", "HN"], 150),
    (["HN", "NI", "CR"], 60), (["HN", "NI", "CR", "PA"], 20), (["NI", "CR", "PA"], 60), (["SV", "HN", "NI"], 40),
    // By ferry, two sailings a week of up to 100 trailers.
    (["SV", "CR"], 28),
  ]

  /// Persons a day who are not drivers of trucks, by border: migration records less those of drivers, two a person, where the
  /// control is in the country of entry one.
  static let persons: [(pair: [String], perDay: Double)] = [
    (["GT", "SV"], 5500), (["SV", "HN"], 1900), (["NI", "CR"], 2200), (["HN", "NI"], 1300), (["GT", "HN"], 1500),
    (["CR", "PA"], 2550),
  ]

  /// Records a day and country of what institutions tell.
  static let operators = 3.0
  static let alerts = 6.0
  static let measures = 1.0
  static let projects = 0.5
  /// A day and post at a border.
  static let waitingTimes = 6.0
  static let states = 0.3
  static let hours = 0.05
  static let incidents = 0.25

  /// How far the region's clocks are behind UTC; Panama's are an hour ahead of the others.
  static let hoursBehind = 6

  /// Sixtieths of a day's departures by the hour, local time.
  static let byHour = [1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 3, 3, 3, 3, 3, 4, 4, 3, 3, 2, 1, 1, 1, 1]
}
