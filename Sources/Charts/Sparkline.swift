import Markup

/// How a figure went lately, small, beside its present value.
public struct Sparkline: Sendable {
  private let values: [Double]
  private let words: String

  private static let (width, height) = (96.0, 24.0)

  /// A line of these values, the oldest first; `words` say what it shows.
  public init(_ values: [Double], words: String) { (self.values, self.words) = (values, words) }

  /// The drawing. Values that are all zero lie on the ground; the greatest reaches the top.
  public var html: HTML {
    let greatest = values.filter(\.isFinite).max() ?? 0
    let points = values.enumerated().map { place, value in
      (x: x(place), y: y(value, of: greatest))
    }
    return HTML.element(
      "svg", .class("spark"), .init("viewBox", "0 0 \(Number.short(Self.width)) \(Number.short(Self.height))"),
      .init("role", "img"), .init("aria-label", words)
    ) {
      Drawing.line(0, Self.height - 3, Self.width, Self.height - 3, class: "axis")
      Drawing.path(Drawing.path(through: points.map { $0 }), class: "line")
      if let last = points.last { Mark.circle.drawn(last.x, last.y, 2.5) }
    }
  }

  private func x(_ place: Int) -> Double {
    values.count < 2 ? Self.width - 4 : 1 + (Self.width - 5) * Double(place) / Double(values.count - 1)
  }

  private func y(_ value: Double, of greatest: Double) -> Double {
    guard greatest > 0, value.isFinite else { return Self.height - 3 }
    return Self.height - 3 - (Self.height - 7) * min(max(value / greatest, 0), 1)
  }
}
