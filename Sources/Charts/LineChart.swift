import Markup

/// How something went over time: a line for each series, with its points.
public struct LineChart: Sendable {
  /// One line.
  public struct Series: Sendable {
    /// What it is of.
    public let name: String
    /// A value for each column; nil where there is none, which leaves a gap.
    public let values: [Double?]
    /// The shape of its points.
    public let mark: Mark

    /// One line.
    public init(_ name: String, _ values: [Double?], _ mark: Mark = .circle) {
      (self.name, self.values, self.mark) = (name, values, mark)
    }
  }

  private let id: String
  private let title: String
  private let description: String
  private let columns: [String]
  private let series: [Series]
  private let unit: String
  private let scale: Scale

  private static let (width, height) = (360.0, 190.0)
  private static let (left, right, top, bottom) = (40.0, 14.0, 30.0, 24.0)
  /// Names under the axis; of more columns every second, third and so on is named.
  private static let mostNames = 7

  /// A chart. `id` is the only one of its name on the page.
  public init(
    _ id: String, title: String, description: String, columns: [String], series: [Series], unit: String,
    ceiling: Double? = nil
  ) {
    (self.id, self.title, self.description) = (id, title, description)
    (self.columns, self.series, self.unit) = (columns, series, unit)
    scale = Scale(upTo: series.flatMap(\.values).compactMap { $0 }.max() ?? 0, ceiling: ceiling)
  }

  /// The drawing.
  public var html: HTML {
    Drawing.frame(id, width: Self.width, height: Self.height, title: title, description: description) {
      for tick in scale.ticks {
        Drawing.line(Self.left, y(tick), Self.width - Self.right, y(tick), class: tick == 0 ? "axis" : "rule")
        Drawing.text(Number.short(tick), Self.left - 5, y(tick) + 4, anchor: "end", class: "tick")
      }
      Drawing.text(unit, Self.left - 5, 12, anchor: "end", class: "tick")
      for (place, name) in columns.enumerated() where place % every == 0 {
        Drawing.text(name, x(place), Self.height - 7, anchor: "middle", class: "tick")
      }
      for (number, line) in series.enumerated() { drawn(line, number) }
      if series.count > 1 { legend }
    }
  }

  private var every: Int { max(1, (columns.count + Self.mostNames - 1) / Self.mostNames) }

  private func x(_ place: Int) -> Double {
    let room = Self.width - Self.left - Self.right
    return columns.count < 2
      ? Self.left + room / 2 : Self.left + 12 + (room - 24) * Double(place) / Double(columns.count - 1)
  }

  private func y(_ value: Double) -> Double {
    Self.height - Self.bottom - (Self.height - Self.top - Self.bottom) * scale.place(of: value)
  }

  private func drawn(_ line: Series, _ number: Int) -> HTML {
    let points = line.values.prefix(columns.count).enumerated().map { place, value in
      value.map { (x: x(place), y: y($0)) }
    }
    return HTML.element("g", .class("series s\(number % 3)")) {
      Drawing.path(Drawing.path(through: points), class: "line")
      for point in points.compactMap({ $0 }) { line.mark.drawn(point.x, point.y) }
    }
  }

  private var legend: HTML {
    HTML.list(
      series.enumerated().map { number, line in
        let x = Self.left + 10 + Double(number) * 140
        return HTML.element("g", .class("series s\(number % 3)")) {
          Drawing.line(x - 9, 12, x + 9, 12, class: "line")
          line.mark.drawn(x, 12)
          Drawing.text(Drawing.cut(line.name, 18), x + 14, 16)
        }
      })
  }
}
