import Markup

/// The pieces that all drawings are made of. How they look is for the style sheet: a drawing names classes, and nothing in it depends
/// on colour alone.
enum Drawing {
  /// A drawing of this size, with what it is and what it shows in words for who does not see it.
  static func frame(
    _ id: String, width: Double, height: Double, class name: String = "chart", title: String, description: String,
    @HTMLBuilder _ content: () -> HTML
  ) -> HTML {
    let content = content()
    return HTML.element(
      "svg", .class(name), .init("viewBox", "0 0 \(Number.short(width)) \(Number.short(height))"), .init("role", "img"),
      .init("aria-labelledby", "\(id)-t \(id)-d"), .init("preserveAspectRatio", "xMidYMid meet")
    ) {
      HTML.element("title", .init("id", "\(id)-t")) { title }
      HTML.element("desc", .init("id", "\(id)-d")) { description }
      content
    }
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) -> HTML {
    HTML.element(
      "line", .class(name), .init("x1", Number.short(x1)), .init("y1", Number.short(y1)),
      .init("x2", Number.short(x2)), .init("y2", Number.short(y2))
    ) { HTML.empty }
  }

  /// A text; `anchor` is `start`, `middle` or `end`.
  static func text(
    _ text: String, _ x: Double, _ y: Double, anchor: String = "start", class name: String = "label"
  ) -> HTML {
    HTML.element(
      "text", .class(name), .init("x", Number.short(x)), .init("y", Number.short(y)), .init("text-anchor", anchor)
    ) { text }
  }

  static func path(_ d: String, class name: String) -> HTML {
    HTML.element("path", .class(name), .init("d", d)) { HTML.empty }
  }

  static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, class name: String) -> HTML {
    HTML.element(
      "rect", .class(name), .init("x", Number.short(x)), .init("y", Number.short(y)),
      .init("width", Number.short(max(0, width))), .init("height", Number.short(max(0, height)))
    ) { HTML.empty }
  }

  /// The path through points; a nil leaves a gap, a point alone between gaps stays a point.
  static func path(through points: [(x: Double, y: Double)?]) -> String {
    var d = ""
    var isDown = false
    for point in points {
      guard let point else {
        isDown = false
        continue
      }
      d += "\(isDown ? "L" : "M")\(Number.short(point.x)) \(Number.short(point.y))"
      isDown = true
    }
    return d
  }

  /// A text cut to so many letters.
  static func cut(_ text: String, _ most: Int) -> String { text.count <= most ? text : text.prefix(most - 1) + "…" }
}

/// The shape of a series' points: told apart without colours.
public enum Mark: String, Hashable, Sendable, CaseIterable {
  /// A filled circle.
  case circle
  /// A diamond that is not filled.
  case diamond

  func drawn(_ x: Double, _ y: Double, _ size: Double = 4) -> HTML {
    switch self {
    case .circle:
      HTML.element(
        "circle", .class("mark circle"), .init("cx", Number.short(x)), .init("cy", Number.short(y)),
        .init("r", Number.short(size))
      ) { HTML.empty }
    case .diamond:
      Drawing.path(
        "M\(Number.short(x)) \(Number.short(y - size - 1))L\(Number.short(x + size + 1)) \(Number.short(y))L\(Number.short(x)) "
          + "\(Number.short(y + size + 1))L\(Number.short(x - size - 1)) \(Number.short(y))Z", class: "mark diamond")
    }
  }
}
