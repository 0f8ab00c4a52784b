import Markup
import Testing

@testable import Charts

/// Drawings of figures: their axes are round, their points lie where the values are, and their words say what is drawn.
@Suite struct ChartTests {
  @Test(
    arguments: [
      (7.0, [0, 2, 4, 6, 8]), (95, [0, 25, 50, 75, 100]), (100, [0, 25, 50, 75, 100]), (1, [0, 0.25, 0.5, 0.75, 1]),
      (1234, [0, 500, 1000, 1500]), (0.02, [0, 0.005, 0.01, 0.015, 0.02]),
    ] as [(Double, [Double])]) func anAxisCountsInRoundStepsAndHoldsAll(_ greatest: Double, _ ticks: [Double])
  {
    let scale = Scale(upTo: greatest)
    #expect(scale.ticks.count == ticks.count)
    for (tick, expected) in zip(scale.ticks, ticks) { #expect(abs(tick - expected) < 1e-9, "\(scale.ticks)") }
    #expect(scale.end >= greatest && scale.ticks.last == scale.end)
  }

  @Test(arguments: [0, -3, .nan, .infinity, 1e300, 1e-300] as [Double]) func anyValueHasAnAxis(_ greatest: Double) {
    let scale = Scale(upTo: greatest)
    #expect(scale.ticks.count >= 2 && scale.ticks.count < 20 && scale.end > 0)
    #expect((0...1).contains(scale.place(of: greatest)))
    #expect(Number.short(greatest).utf8.count < 20)
  }

  @Test func aShareStandsOnAnAxisOfAHundred() {
    #expect(Scale(upTo: 12, ceiling: 100).ticks == [0, 25, 50, 75, 100])
    #expect(Scale(upTo: 12, ceiling: 100).place(of: 50) == 0.5)
  }

  @Test func numbersAreShort() {
    #expect(Number.short(12) == "12" && Number.short(12.46) == "12.5" && Number.short(-0.25) == "-0.3")
    #expect(Number.short(0.04) == "0" && Number.short(99.96) == "100")
  }

  private func text(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

  @Test func aLineBreaksWhereAMonthHasNoFigure() {
    let chart = LineChart(
      "c", title: "Tiempo", description: "ene: 10; feb: —; mar: 20", columns: ["ene", "feb", "mar"],
      series: [.init("Mediana", [10, nil, 20]), .init("Percentil 90", [30, nil, 40], .diamond)], unit: "min")
    let drawn = text(chart.html)
    // Two moves and no line: nothing is drawn over the month without a figure.
    let paths = drawn.matches(of: /class="line" d="([^"]*)"/).map { String($0.1) }
    #expect(paths.count == 2)
    for path in paths { #expect(path.count { $0 == "M" } == 2 && !path.contains("L"), "\(path)") }
    #expect(drawn.contains("<title id=\"c-t\">Tiempo</title>") && drawn.contains("ene: 10; feb: —; mar: 20"))
    #expect(drawn.contains("aria-labelledby=\"c-t c-d\"") && drawn.contains("role=\"img\""))
    // Shapes tell the two lines apart, also in black and white: two points and one in the legend each.
    #expect(drawn.components("mark circle") == 3 && drawn.components("mark diamond") == 3)
  }

  @Test func rowsStandInOrderAndAsLongAsTheirValues() throws {
    let chart = RowChart(
      "r", title: "Atraso", description: "dos", rows: [.init("A", 50, text: "50"), .init("B", 100, text: "100")],
      unit: "días")
    let widths = text(chart.html).matches(of: /<rect class="bar"[^>]* width="([0-9.]+)"/).compactMap { Double($0.1) }
    #expect(widths.count == 2)
    #expect(abs(widths[0] * 2 - widths[1]) < 0.2)
  }

  @Test func whatARowIsCalledNeverBecomesMarkup() {
    let hostile = "<script>alert(1)</script>"
    let all = [
      RowChart("a", title: hostile, description: hostile, rows: [.init(hostile, 1, text: hostile)], unit: hostile).html,
      LineChart(
        "b", title: hostile, description: hostile, columns: [hostile, "x"],
        series: [.init(hostile, [1, 2]), .init(hostile, [2, 1])], unit: hostile
      ).html,
      Sparkline([1, 2], words: hostile).html,
    ]
    for html in all { #expect(!text(html).contains("<script")) }
  }

  @Test func nothingToDrawIsDrawnWithoutATrap() {
    #expect(text(LineChart("a", title: "", description: "", columns: [], series: [], unit: "").html).contains("</svg>"))
    #expect(text(RowChart("b", title: "", description: "", rows: [], unit: "").html).contains("</svg>"))
    #expect(text(Sparkline([], words: "").html).contains("</svg>"))
    #expect(text(Sparkline([.nan, .infinity, 3], words: "").html).contains("</svg>"))
    #expect(!text(Sparkline([0, 0, 0], words: "").html).contains("nan"))
  }
}

extension String {
  /// How often a text stands in this one.
  fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
