import Terms

/// One unit's way through one crossing, as antennas or cameras saw it.
struct Passage {
  /// What saw it. The same truck has one passage by its tag and one by its plate: tags are rarely tied to plates, and joining those
  /// that are would count some trucks once and others twice.
  enum Source: String {
    case tag, camera

    /// Where the way begins: antennas stand on the approach, the first camera at the gate.
    var beginning: Sighting.Place { self == .tag ? .approach : .entering }
  }

  /// One moment in which it was seen.
  struct Sighting {
    let time: Instant
    /// Whose post it was.
    let post: CountryCode
    let place: Place

    /// Where at a post, in the order in which a unit comes there.
    enum Place: Int {
      case approach, entering, inside, leaving

      /// The place of a record's `direction`; what tells none is somewhere inside.
      init(_ direction: String?) {
        switch direction {
        case "approach": self = .approach
        case "in": self = .entering
        case "out": self = .leaving
        default: self = .inside
        }
      }
    }
  }

  let source: Source
  let crossing: String
  let unit: [UInt8]
  /// At least one, in order of time.
  let sightings: [Sighting]

  /// When it was seen first.
  var first: Instant { sightings[0].time }
  /// Whose post it came to first.
  var leaves: CountryCode { sightings[0].post }
  /// Whose post it was seen at afterwards; nil when at none.
  var enters: CountryCode? { sightings.first { $0.post != leaves }?.post }

  func first(_ place: Sighting.Place, at post: CountryCode) -> Instant? {
    sightings.first { $0.post == post && $0.place == place }?.time
  }

  func last(_ place: Sighting.Place, at post: CountryCode) -> Instant? {
    sightings.last { $0.post == post && $0.place == place }?.time
  }

  /// Steps of a passage that was seen at both posts, with their durations in milliseconds; those whose ends were not seen are
  /// left out.
  var steps: [(name: String, milliseconds: Int64)] {
    guard let enters else { return [] }
    let moments: [(String, Instant?, Instant?)] = [
      ("exit-post", first(source.beginning, at: leaves), last(.leaving, at: leaves)),
      ("between-posts", last(.leaving, at: leaves), first(.entering, at: enters)),
      ("entry-post", first(.entering, at: enters), last(.leaving, at: enters)),
    ]
    return moments.compactMap { name, from, to in
      guard let from, let to, from <= to else { return nil }
      return (name, to.milliseconds(since: from))
    }
  }

  /// From the first sighting before the first post to the last sighting out of the second; nil when one of them is missing.
  var duration: Int64? {
    guard let enters, let from = first(source.beginning, at: leaves), let to = last(.leaving, at: enters), from <= to
    else { return nil }
    return to.milliseconds(since: from)
  }

  /// Which of the two antennas of a post read it, the one before and the one behind.
  func reads(at post: CountryCode) -> Int {
    let places = Set(sightings.filter { $0.post == post }.map(\.place))
    return (places.contains(.approach) || places.contains(.entering) ? 1 : 0) + (places.contains(.leaving) ? 1 : 0)
  }
}

/// Puts sightings together to passages, as they come: what is under way is kept, no more.
struct PassageBook {
  private struct Key: Hashable {
    let source: Passage.Source
    let crossing: String
    let unit: [UInt8]
  }

  private var open: [Key: [Passage.Sighting]] = [:]
  /// Sightings that found no room.
  private(set) var dropped = 0

  /// Units under way at once: forty times what a regional day has at all crossings.
  static let mostUnits = 200_000
  /// Sightings of one unit at one crossing under way: more than ten passages.
  static let mostSightings = 128
  /// Between two sightings of one passage lies no longer: the longest waits are of eight hours.
  static let longestGap: Int64 = 12 * 3_600_000
  /// Seen again at the same place so soon, it was read twice.
  static let echo: Int64 = 10 * 60_000

  mutating func add(_ sighting: Passage.Sighting, of unit: [UInt8], at crossing: String, by source: Passage.Source) {
    let key = Key(source: source, crossing: crossing, unit: unit)
    guard let known = open[key]?.count else {
      guard open.count < Self.mostUnits else { return dropped += 1 }
      open[key] = [sighting]
      return
    }
    guard known < Self.mostSightings else { return dropped += 1 }
    open[key]?.append(sighting)
  }

  /// The passages whose last sighting lies before a moment; nil for all.
  mutating func close(before moment: Instant?) -> [Passage] {
    var closed: [Passage] = []
    for (key, sightings) in open where moment.map({ limit in sightings.contains { $0.time < limit } }) ?? true {
      var rest: [Passage.Sighting] = []
      for part in Self.divided(sightings.sorted { ($0.time, $0.place.rawValue) < ($1.time, $1.place.rawValue) }) {
        if let moment, let last = part.last, last.time >= moment {
          rest += part
        } else {
          closed.append(Passage(source: key.source, crossing: key.crossing, unit: key.unit, sightings: part))
        }
      }
      open[key] = rest.isEmpty ? nil : rest
    }
    return closed
  }

  /// Sightings of one unit at one crossing, in order of time, divided where another passage begins: after a long time; when it
  /// comes back to the post it left; when it comes to a post anew.
  static func divided(_ sightings: [Passage.Sighting]) -> [[Passage.Sighting]] {
    var parts: [[Passage.Sighting]] = []
    for sighting in sightings {
      if let part = parts.last, let last = part.last, !begins(sighting, after: last, in: part) {
        parts[parts.count - 1].append(sighting)
      } else {
        parts.append([sighting])
      }
    }
    return parts
  }

  private static func begins(
    _ next: Passage.Sighting, after last: Passage.Sighting, in part: [Passage.Sighting]
  ) -> Bool {
    let gap = next.time.milliseconds(since: last.time)
    if gap > longestGap { return true }
    if next.post != last.post { return next.post == part[0].post }
    return next.place.rawValue <= last.place.rawValue && gap > echo
  }
}
