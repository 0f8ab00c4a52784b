import Terms

extension TagAlarm {
  /// Where and when a tag was read.
  public struct Sighting: Hashable, Sendable {
    /// The post; else the crossing, else the country that tells of it.
    public let place: String
    /// When.
    public let time: Instant

    init(_ read: Statement) {
      place = read.text("post") ?? read.text("crossing") ?? read.origin.description
      time = read.time
    }

    /// It in words.
    public var words: String { "\(place) on \(time.wholeSeconds)" }
  }

  /// What was found, with its parts: each reader has it in words of the own language.
  public enum Finding: Hashable, Sendable {
    /// A country registered a TID, and another one was read.
    case otherThanRegistered(by: CountryCode, tid: String, Sighting, read: String)
    /// Two TIDs were read under one EPC.
    case twoTags(Sighting, tid: String, Sighting, other: String)
    /// It was at two crossings in fewer minutes than the way takes.
    case tooFast(Sighting, minutes: Int64, Sighting, atLeast: Int64)
    /// It is in no registry that is held here.
    case inNoRegistry(Sighting)
    /// Its country took the unit out of the registry, and why.
    case retired(by: CountryCode, reason: String?)
    /// Its country blocked the unit, since when and why.
    case blocked(by: CountryCode, since: Instant, reason: String?)
    /// It is valid from a later day on.
    case validFrom(String)
    /// It was valid until an earlier day.
    case validUntil(String)

    /// It in words.
    public var words: String {
      func because(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }
      return switch self {
      case .otherThanRegistered(let country, let tid, let sighting, let read):
        "a copy of the tag: \(country) registered TID \(tid), \(sighting.words) read \(read)"
      case .twoTags(let first, let tid, let second, let other):
        "two tags with one EPC: TID \(tid) at \(first.words), \(other) at \(second.words)"
      case .tooFast(let before, let minutes, let after, let atLeast):
        "at \(before.words) and \(minutes) minutes later at \(after.words); the way takes \(atLeast) at least"
      case .inNoRegistry(let sighting): "read at \(sighting.words), in no registry that is held here"
      case .retired(let country, let reason): "taken out of the registry of \(country)\(because(reason))"
      case .blocked(let country, let since, let reason):
        "blocked by \(country) since \(since.wholeSeconds)\(because(reason))"
      case .validFrom(let day): "valid from \(day) only"
      case .validUntil(let day): "valid until \(day)"
      }
    }
  }

  /// What was found, in words.
  public var words: String { finding.words }
}
