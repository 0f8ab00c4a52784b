import Markup

/// Values beside one another, a row each, the name above its row: bars, or the span from one value to a greater one with both ends marked.
public struct RowChart: Sendable {
  /// One row.
  public struct Row: Sendable {
    /// What it is of.
    public let name: String
    /// The value; of a span its lower end.
    public let value: Double
    /// The upper end of a span; nil of a bar.
    public let upper: Double?
    /// The value in words.
    public let text: String

    /// One row.
    public init(_ name: String, _ value: Double, upTo upper: Double? = nil, text: String) {
      (self.name, self.value, self.upper, self.text) = (name, value, upper, text)
    }
  }

  private let id: String
  private let title: String
  private let description: String
  private let rows: [Row]
  private let unit: String
  private let scale: Scale

  private static let width = 360.0
  private static let (left, right, rowHeight, bottom) = (4.0, 10.0, 38.0, 26.0)

  /// A chart. `id` is the only one of its name on the page.
  public init(
    _ id: String, title: String, description: String, rows: [Row], unit: String, ceiling: Double? = nil
  ) {
    (self.id, self.title, self.description, self.rows, self.unit) = (id, title, description, rows, unit)
    scale = Scale(upTo: rows.map { max($0.value, $0.upper ?? 0) }.max() ?? 0, ceiling: ceiling)
  }

  private var height: Double { Double(rows.count) * Self.rowHeight + Self.bottom }

  /// The drawing.
  public var html: HTML {
    Drawing.frame(id, width: Self.width, height: height, title: title, description: description) {
      for tick in scale.ticks {
        Drawing.line(x(tick), 0, x(tick), height - Self.bottom, class: tick == 0 ? "axis" : "rule")
        Drawing.text(
          tick == scale.end ? "\(Number.short(tick)) \(unit)" : Number.short(tick), x(tick), height - 9,
          anchor: tick == 0 ? "start" : tick == scale.end ? "end" : "middle", class: "tick")
      }
      for (number, row) in rows.enumerated() { drawn(row, at: Double(number) * Self.rowHeight) }
    }
  }

  private func x(_ value: Double) -> Double {
    Self.left + (Self.width - Self.left - Self.right) * scale.place(of: value)
  }

  private func drawn(_ row: Row, at y: Double) -> HTML {
    HTML.element("g", .class("series s0")) {
      Drawing.text(Drawing.cut(row.name, 40), Self.left + 4, y + 14)
      Drawing.text(row.text, Self.width - Self.right, y + 14, anchor: "end", class: "value")
      if let upper = row.upper {
        Drawing.line(x(row.value), y + 26, x(upper), y + 26, class: "span")
        Mark.circle.drawn(x(row.value), y + 26, 5)
        Mark.diamond.drawn(x(upper), y + 26, 4)
      } else {
        Drawing.rectangle(Self.left, y + 20, x(row.value) - Self.left, 12, class: "bar")
      }
    }
  }
}
