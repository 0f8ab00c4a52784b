import Terms

/// A declaration with what its later records say of it: where it is, and whether customs hold or released it.
public struct Consignment: Sendable {
  /// The dataset of declarations.
  public static let dataset = "manifests"

  /// The declaration.
  public let declared: Statement
  /// Records that refer to it, in order of time.
  public let events: [Statement]

  /// A declaration and the records that refer to it.
  public init(_ declared: Statement, events: [Statement]) {
    self.declared = declared
    self.events = events.sorted(by: Statement.isEarlier)
  }

  /// Its number.
  public var duca: String { declared.text("duca") ?? "" }

  /// The latest change of its state.
  public var latest: Statement? { events.last }

  /// The latest `held` or `released` of each country's customs that still says held.
  public var customsHolds: [Statement] {
    let countries = Set(events.map(\.origin)).sorted()
    return countries.compactMap { country in
      let last = events.last { $0.origin == country && ["held", "released"].contains($0.text("event")) }
      return last?.text("event") == "held" ? last : nil
    }
  }

  /// The releases by customs.
  public var releases: [Statement] { events.filter { $0.text("event") == "released" } }

  /// Releases that stand though a quarantine hold stands too: one country did not know of the other's yet, or did not ask.
  public func contradictions(_ holds: [Hold]) -> [String] {
    releases.flatMap { release in
      holds.compactMap { hold in
        hold.obstacle(toRelease: declared.subjects).map { reason in
          "released by customs of \(release.origin) on \(release.time.wholeSeconds) (\(release.id)), yet \(reason)"
        }
      }
    }
  }

  /// Whether it is on its way to a post of a country: declared to pass the crossing, or its route has both countries where it
  /// names no crossings, and nothing says that it was there or came to its end.
  public func isExpected(at post: Post, of crossing: Crossing) -> Bool {
    guard declared.text("event") == "declared" else { return false }
    let crossings = declared.texts("crossings")
    let route = declared.texts("route")
    let touches =
      crossings.isEmpty
      ? crossing.countries.allSatisfy { route.contains($0.description) } : crossings.contains(crossing.id)
    guard touches else { return false }
    let destination = declared.text("destination")
    return !events.contains { event in
      guard let kind = event.text("event"), ["departed", "arrived", "released"].contains(kind) else { return false }
      if event.text("post") == post.id { return true }
      // What its destination let in, or another post of this country, is not awaited here any more.
      return kind != "departed" && event.origin != declared.origin
        && (event.origin.description == destination || event.origin == post.country)
    }
  }
}
