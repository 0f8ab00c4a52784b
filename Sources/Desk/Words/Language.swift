import Catalog
import Terms

/// The two languages of the pages.
enum Language: String, CaseIterable {
  case es, en

  /// A text in this language.
  func callAsFunction(_ phrase: Phrase) -> String { self(phrase.text) }

  /// A text in this language.
  func callAsFunction(_ text: Translated) -> String { self == .es ? text.es : text.en }

  /// The other one.
  var other: Language { self == .es ? .en : .es }

  /// A moment as people at a post read it: local time, then its offset.
  func time(_ moment: Instant, in country: CountryCode) -> String {
    let hours = Self.hours(of: country)
    let local = moment.advanced(byMilliseconds: hours * 3_600_000).wholeSeconds
    return "\(local.prefix(10)) \(local.dropFirst(11).prefix(5)) (UTC\(hours < 0 ? "−" : "+")\(abs(hours)))"
  }

  /// A moment as a browser's field for local times has it, `2026-11-24T08:03`.
  static func local(_ moment: Instant, in country: CountryCode) -> String {
    String(moment.advanced(byMilliseconds: hours(of: country) * 3_600_000).wholeSeconds.prefix(16))
  }

  /// A moment as a form for a record has it, nothing of it lost: local where a browser's field takes it, with its seconds where it has any.
  static func typed(_ moment: Instant, in country: CountryCode) -> String {
    guard moment.milliseconds % 1000 == 0 else { return moment.description }
    let text = String(moment.advanced(byMilliseconds: hours(of: country) * 3_600_000).wholeSeconds.prefix(19))
    return text.hasSuffix(":00") ? String(text.prefix(16)) : text
  }

  /// A country's offset, `-06:00`.
  static func offset(of country: CountryCode) -> String {
    let hours = hours(of: country)
    return "\(hours < 0 ? "-" : "+")\(abs(hours) < 10 ? "0" : "")\(abs(hours)):00"
  }

  /// How long something has lasted, in its largest unit.
  func span(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds) / 1000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h"
    default: return "\(seconds / 86_400) \(self == .es ? "días" : "days")"
    }
  }

  /// None of the six countries has summer time; Panama is an hour ahead of the others.
  private static func hours(of country: CountryCode) -> Int64 { country.description == "PA" ? -5 : -6 }
}
