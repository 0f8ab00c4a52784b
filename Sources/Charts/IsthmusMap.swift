import Markup

/// A map of the isthmus with one country's exchange: every pair as a line whose dashes, colour and sign tell its state, crossings as
/// diamonds. What it shows stands beside it in words; nothing is told by colour alone.
public struct IsthmusMap: Sendable {
  /// How a pair stands.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Everything agreed flows and nothing waits.
    case flows
    /// Everything flows, and records wait for the other side.
    case waits
    /// Something agreed does not flow.
    case stands
    /// Nothing is agreed.
    case none

    /// The sign on the line.
    public var sign: String {
      switch self {
      case .flows: "✓"
      case .waits: "…"
      case .stands: "!"
      case .none: "–"
      }
    }
  }

  /// One partner.
  public struct Partner: Sendable {
    /// Its code, `GT`; that of an observer stands at sea.
    public let code: String
    /// How the pair stands.
    public let state: State
    /// That in words.
    public let words: String

    /// One partner.
    public init(_ code: String, _ state: State, words: String) {
      (self.code, self.state, self.words) = (code, state, words)
    }
  }

  private let title: String
  private let description: String
  private let own: String
  private let partners: [Partner]
  private let crossings: [(id: String, name: String, isOwn: Bool)]

  /// Degrees of longitude and latitude that are drawn.
  private static let (west, east, south, north) = (-92.6, -76.9, 6.9, 18.0)
  private static let pixelsPerDegree = 46.0
  /// A degree of longitude is shorter than one of latitude: cos 12.5°, the middle of the map.
  private static let narrowing = 0.976

  /// A map of a country's exchange.
  public init(
    title: String, description: String, own: String, partners: [Partner],
    crossings: [(id: String, name: String, isOwn: Bool)]
  ) {
    (self.title, self.description, self.own) = (title, description, own)
    (self.partners, self.crossings) = (partners, crossings)
  }

  private var width: Double { (Self.east - Self.west) * Self.pixelsPerDegree * Self.narrowing }
  private var height: Double { (Self.north - Self.south) * Self.pixelsPerDegree }

  private func x(_ point: Isthmus.Point) -> Double {
    (point.east - Self.west) * Self.pixelsPerDegree * Self.narrowing
  }
  private func y(_ point: Isthmus.Point) -> Double { (Self.north - point.north) * Self.pixelsPerDegree }

  /// The drawing.
  public var html: HTML {
    Drawing.frame(
      "isthmus", width: width, height: height, class: "chart map", title: title, description: description
    ) {
      for land in Isthmus.lands { outline(land) }
      for crossing in crossings { mark(crossing) }
      for partner in partners { line(to: partner) }
      for land in Isthmus.lands { capital(land) }
      for (place, partner) in observers.enumerated() {
        node(partner.code, at: Self.atSea(place), isOwn: partner.code == own, class: "observer")
      }
    }
  }

  /// Partners that are no country of the isthmus, and the own node when it is none.
  private var observers: [Partner] {
    let away = partners.filter { partner in !Isthmus.lands.contains { $0.code == partner.code } }
    return Isthmus.lands.contains { $0.code == own } ? away : away + [Partner(own, .none, words: "")]
  }

  /// Observers stand in the Caribbean, one below the other.
  private static func atSea(_ place: Int) -> Isthmus.Point {
    Isthmus.Point(east: -79.3, north: 16.6 - Double(place % 4) * 1.3)
  }

  private func outline(_ land: Isthmus.Land) -> HTML {
    let points = land.outline.map { (x: x($0), y: y($0)) }
    return Drawing.path(
      Drawing.path(through: points) + "Z", class: land.code == own ? "land own" : "land")
  }

  private func mark(_ crossing: (id: String, name: String, isOwn: Bool)) -> HTML {
    HTML.list(
      Isthmus.places(ofCrossing: crossing.id).map { point in
        HTML.element("g", .class(crossing.isOwn ? "crossing own" : "crossing")) {
          HTML.element("title") { crossing.name }
          Drawing.path(Self.diamond(x(point), y(point), crossing.isOwn ? 5 : 3.5), class: "mark")
        }
      })
  }

  private static func diamond(_ x: Double, _ y: Double, _ size: Double) -> String {
    let (left, right, up, down) = (
      Number.short(x - size), Number.short(x + size), Number.short(y - size), Number.short(y + size)
    )
    return
      "M\(Number.short(x)) \(up)L\(right) \(Number.short(y))L\(Number.short(x)) \(down)L\(left) \(Number.short(y))Z"
  }

  private func place(of code: String) -> Isthmus.Point? {
    if let land = Isthmus.lands.first(where: { $0.code == code }) { return land.capital }
    return observers.firstIndex { $0.code == code }.map { Self.atSea($0) }
  }

  /// Lines bend towards the Pacific, the more the longer they are, so that those along the isthmus stay apart.
  private func line(to partner: Partner) -> HTML {
    guard let start = place(of: own), let end = place(of: partner.code), start != end else { return .empty }
    // Always from north-west to south-east, so that both ends of a pair see it bend to the same side.
    let (a, b) = start.east < end.east ? (start, end) : (end, start)
    let (x1, y1, x2, y2) = (x(a), y(a), x(b), y(b))
    // Honduras and the observers lie on the Caribbean side, and their lines bend that way: past El Salvador, not over it.
    let isNorth = [own, partner.code].contains("HN") || !Isthmus.lands.contains { $0.code == partner.code }
    let bend = isNorth ? -0.16 : 0.22
    let (middleX, middleY) = ((x1 + x2) / 2 - (y2 - y1) * bend, (y1 + y2) / 2 + (x2 - x1) * bend)
    // The middle of a quadratic curve lies half way between its chord and its bend.
    let (signX, signY) = ((x1 + x2) / 4 + middleX / 2, (y1 + y2) / 4 + middleY / 2)
    return HTML.element("g", .class("pair \(partner.state.rawValue)")) {
      HTML.element("title") { partner.words }
      Drawing.path(
        "M\(Number.short(x1)) \(Number.short(y1))Q\(Number.short(middleX)) \(Number.short(middleY)) "
          + "\(Number.short(x2)) \(Number.short(y2))", class: "tie")
      HTML.element(
        "circle", .class("sign"), .init("cx", Number.short(signX)), .init("cy", Number.short(signY)), .init("r", "11")
      ) { HTML.empty }
      Drawing.text(partner.state.sign, signX, signY + 6, anchor: "middle", class: "sign-text")
    }
  }

  private func capital(_ land: Isthmus.Land) -> HTML {
    let isPartner = partners.contains { $0.code == land.code }
    return node(
      land.code, at: land.capital, isOwn: land.code == own, class: isPartner || land.code == own ? "" : "away")
  }

  private func node(_ code: String, at point: Isthmus.Point, isOwn: Bool, class name: String) -> HTML {
    HTML.element("g", .class("node \(isOwn ? "own" : name)")) {
      HTML.element(
        "circle", .init("cx", Number.short(x(point))), .init("cy", Number.short(y(point))), .init("r", "17")
      ) { HTML.empty }
      Drawing.text(code, x(point), y(point) + 6, anchor: "middle", class: "node-text")
    }
  }
}
