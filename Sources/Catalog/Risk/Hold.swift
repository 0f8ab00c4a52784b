import Terms

/// A quarantine hold: what is held, by whom, and what ended it. A record `held` of the dataset `quarantine` with those that
/// refer to it.
public struct Hold: Hashable, Sendable {
  /// The dataset of holds.
  public static let dataset = "quarantine"

  /// The record of the hold.
  public let id: RecordID
  /// The country that holds; it alone can release.
  public let country: CountryCode
  /// The post at which it is held.
  public let post: String
  /// The service that decided.
  public let authority: String
  /// Since when.
  public let time: Instant
  /// What is held.
  public let goods: String
  /// Why.
  public let reason: String
  /// How often it was treated.
  public let treatments: Int
  /// What ended it; nil while it is held.
  public let end: End?
  /// What it is tied to.
  public let subjects: RecordSubjects

  /// How a hold ended.
  public struct End: Hashable, Sendable {
    /// `released`, `returned` or `destroyed`.
    public let event: String
    /// When.
    public let time: Instant
    /// The record that says so.
    public let id: RecordID

    /// Whether what was held may go on.
    public var isRelease: Bool { event == "released" }
  }

  /// The holds among quarantine's records that still stand, in order of time. An end counts from the country of the hold only.
  public static func holds(_ statements: [Statement]) -> [Hold] {
    let ordered = statements.filter { $0.dataset == dataset }.sorted(by: Statement.isEarlier)
    return ordered.filter { $0.text("event") == "held" }.map { held in
      let later = ordered.filter { $0.continues(held) }
      let end = later.first { ["released", "returned", "destroyed"].contains($0.text("event")) }
      return Hold(
        id: held.id, country: held.origin, post: held.text("post") ?? "", authority: held.text("authority") ?? "",
        time: held.time, goods: held.text("goods") ?? "", reason: held.text("reason") ?? "",
        treatments: later.count { $0.text("event") == "treated" },
        end: end.map { End(event: $0.text("event") ?? "", time: $0.time, id: $0.id) }, subjects: held.subjects)
    }
  }

  /// Whether it is a hold of this consignment. By the declaration's number where the hold names one: a container serves one
  /// consignment after the other. Else by a certificate or a container of it.
  public func isOf(_ manifest: RecordSubjects) -> Bool {
    if !subjects.keys(.declaration).isEmpty { return subjects.share(.declaration, with: manifest) }
    return subjects.share(.certificate, with: manifest) || subjects.share(.container, with: manifest)
  }

  /// Why customs may not release this consignment; nil when this hold does not keep it from that.
  public func obstacle(toRelease manifest: RecordSubjects) -> ReleaseObstacle? {
    guard isOf(manifest) else { return nil }
    guard let end else { return ReleaseObstacle(hold: self, end: nil) }
    // What went back or was destroyed does not go on; the rest of a consignment does, where only some containers were held.
    guard !end.isRelease, !isPartOf(manifest) else { return nil }
    return ReleaseObstacle(hold: self, end: end)
  }

  private func isPartOf(_ manifest: RecordSubjects) -> Bool {
    let mine = Set(subjects.wholeKeys(.container))
    return !mine.isEmpty && Set(manifest.wholeKeys(.container)).isStrictSuperset(of: mine)
  }
}
