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
  public func contradictions(_ holds: [Hold]) -> [ReleaseThoughHeld] {
    releases.flatMap { release in
      holds.compactMap { hold in
        hold.obstacle(toRelease: declared.subjects).map {
          ReleaseThoughHeld(country: release.origin, time: release.time, id: release.id, obstacle: $0)
        }
      }
    }
  }

  /// Whether it is on its way to a post of a country: declared to pass the crossing, or its route has both countries where it
  /// names no crossings, and nothing says that it was there or came to its end.
  public func isExpected(at post: Post, of crossing: Crossing) -> Bool {
    guard let way = Way(declared), way.leads(over: crossing) else { return false }
    return way.isAhead(of: post, after: events.compactMap(Way.Step.init))
  }
}
