import Terms

/// The way of a declared consignment, as far as it decides at which posts it is expected.
public struct Way: Hashable, Sendable {
  /// The country that declared it.
  public let origin: CountryCode
  /// Where it goes.
  public let destination: String?
  /// Crossings that it names, in order; empty where it names none.
  public let crossings: [String]
  /// The countries of its route.
  public let route: [String]

  /// A change of a consignment's state, as far as it says that a post need not wait for it any more.
  public struct Step: Hashable, Sendable {
    /// `departed`, `arrived` or `released`; others end nothing.
    public let kind: String
    /// The post at which it happened.
    public let post: String?
    /// The country that tells it.
    public let origin: CountryCode

    /// The step that a record tells; nil of one that tells none.
    public init?(_ statement: Statement) {
      guard let kind = statement.text("event"), ["departed", "arrived", "released"].contains(kind) else { return nil }
      (self.kind, post, origin) = (kind, statement.text("post"), statement.origin)
    }
  }

  /// The way that a record declares; nil of one that declares none.
  public init?(_ statement: Statement) {
    guard statement.dataset == Consignment.dataset, statement.text("event") == "declared" else { return nil }
    (origin, destination) = (statement.origin, statement.text("destination"))
    (crossings, route) = (statement.texts("crossings"), statement.texts("route"))
  }

  /// Whether it leads over a crossing: it names the crossing, or names none and its route has both countries.
  public func leads(over crossing: Crossing) -> Bool {
    crossings.isEmpty
      ? crossing.countries.allSatisfy { route.contains($0.description) } : crossings.contains(crossing.id)
  }

  /// Whether nothing says that it was at the post, or that it is not awaited there any more.
  public func isAhead(of post: Post, after steps: some Sequence<Step>) -> Bool {
    !steps.contains { step in
      if step.post == post.id { return true }
      // What its destination let in, or another post of this country, is not awaited here any more.
      return step.kind != "departed" && step.origin != origin
        && (step.origin.description == destination || step.origin == post.country)
    }
  }
}
