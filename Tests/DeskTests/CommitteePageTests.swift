import Foundation
import HTTP
import Indicators
import Node
import Terms
import Testing

@testable import Desk

/// What a committee sees: figures that were computed, delays and gaps, each also as a table; and no person.
@Suite struct CommitteePageTests {
  private func desk() throws -> (TestDesk, TestBrowser) {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("eva", ["committee"]), try TestDesk.officer("luis", ["migration-officer"])])
    let browser = desk.browser()
    #expect(try browser.login("eva").status == 303)
    return (desk, browser)
  }

  /// The officer says what it is for, as for every lookup.
  private func sayPurpose(_ browser: TestBrowser) throws {
    #expect(try browser.get("/indicators").text.contains("Diga para qué"))
    let said = try browser.submit(
      "/purpose", ["purpose": "Sesión del comité", "next": "/indicators"], from: "/indicators")
    #expect(said.location == "/indicators")
  }

  /// Whether all figures of a page are computed.
  private func isWhole(_ page: TestBrowser.Page) -> Bool {
    page.text.contains("Calculado:") && !page.text.contains("data-again=\"1500\"")
  }

  private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<1200 {
      if try condition() { return true }
      usleep(50_000)
    }
    return false
  }

  @Test func figuresOfFiveCasesAreChartedTabledAndComputedOnce() throws {
    let (desk, browser) = try desk()
    let yesterday = desk.clock.now().advanced(byMilliseconds: -86_400_000)
    // Six departures of yesterday, controlled by this country: none was answered.
    for number in 0..<6 {
      let line = desk.departure("A\(10_000_001 + number)").replacing(
        desk.clock.now().wholeSeconds.prefix(10), with: yesterday.wholeSeconds.prefix(10))
      _ = try desk.publish(line)
    }
    // Four days on they await nobody any more.
    desk.clock.advance(milliseconds: 4 * 86_400_000)
    #expect(try browser.login("eva").status == 303)
    try sayPurpose(browser)
    var page = try browser.get("/indicators")
    #expect(
      try eventually {
        page = try browser.get("/indicators")
        return isWhole(page)
      })
    #expect(page.status == 200)
    #expect(
      page.text.contains("Control migratorio único") && page.text.contains("<svg class=\"chart\""), "\(page.text)")
    #expect(page.text.contains("Calculado:") && page.text.contains("Provisional"))
    #expect(!page.text.contains("Marcada") && !page.text.contains("A10000001"))
    // The share is nought of six, and stands in the drawing's words as well as in the table.
    #expect(page.text.contains("0 %") && page.text.contains("<small>6</small>"))

    let lines = try desk.node.lookupLog(by: "eva", about: nil, limit: 10_000).count
    #expect(lines > 0)
    let again = try browser.get("/indicators", query: [(name: "lang", value: "en")])
    #expect(again.text.contains("One-stop migration control"))
    #expect(try desk.node.lookupLog(by: "eva", about: nil, limit: 10_000).count == lines)

    let table = try browser.get("/indicators.csv")
    #expect(table.headers["Content-Type"] == "text/csv; charset=utf-8")
    #expect(table.headers["Content-Disposition"]?.contains(".csv") == true)
    #expect(table.text.hasPrefix("country,period_starts,"))
    let month = CalendarMonth(of: CalendarDay(of: yesterday))
    let rows = table.text.split(separator: "\r\n").filter {
      $0.contains("one-stop-migration") && $0.contains(month.description)
    }
    #expect(rows.contains { $0.contains("one-stop-migration,,,share,0.000,percent,6,istmo-1") }, "\(table.text)")
  }

  @Test func fewerThanFiveCasesAreSaidAndNotShown() throws {
    let (desk, browser) = try desk()
    let yesterday = desk.clock.now().advanced(byMilliseconds: -86_400_000)
    for number in 0..<4 {
      let line = desk.departure("A\(10_000_001 + number)").replacing(
        desk.clock.now().wholeSeconds.prefix(10), with: yesterday.wholeSeconds.prefix(10))
      _ = try desk.publish(line)
    }
    try sayPurpose(browser)
    var page = try browser.get("/indicators")
    #expect(
      try eventually {
        page = try browser.get("/indicators")
        return isWhole(page)
      })
    #expect(page.text.contains("No hay ninguna cifra") && page.text.contains("menos de cinco casos"))
    #expect(!page.text.contains("<svg class=\"chart\""))
    let table = try browser.get("/indicators.csv")
    #expect(table.text.split(separator: "\r\n").count == 1)
  }

  @Test(arguments: [
    "since=2031-01", "since=2026-13", "since=x", "since=2020-01&until=2026-01", "until=%3Cscript%3E",
    "since=2026-02&until=2026-01",
  ]) func aPeriodThatCannotBeIsSaid(_ query: String) throws {
    let (desk, browser) = try desk()
    defer { _ = desk }
    try sayPurpose(browser)
    let fields = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    let page = try browser.get(
      "/indicators",
      query: fields.map { (name: $0[0], value: $0[1].replacing("%3C", with: "<").replacing("%3E", with: ">")) })
    #expect(page.status == 400 && page.text.contains("doce meses"))
    #expect(!page.text.contains("<script>"))
  }

  static let reform = """
    {"identifier":"GT-12","title":"=Ventanilla <única>","measure":"migration-control","tfa_articles":["8.2"],"scope":"country",\
    "country":"GT","countries":["GT"],"bodies":["IGM"],"state":"started","time":"2026-01-10T10:00:00Z","starts":"2025-01-01",\
    "due":"2031-12-31","milestones":[{"title":"Decreto","due":"2025-06-30","state":"done","done":"2025-07-10"},\
    {"title":"Equipo instalado","due":"2025-12-31","state":"open"}]}
    """

  @Test func theActionPlanShowsDelaysFirstAndAsATable() throws {
    let (desk, browser) = try desk()
    _ = try desk.publish(Self.reform, of: "measures")
    try sayPurpose(browser)
    let page = try browser.get("/measures")
    let late = CalendarDay(of: desk.clock.now()).daysSinceEpoch - (try CalendarDay("2025-12-31")).daysSinceEpoch
    #expect(page.text.contains("Atraso de \(late) días") && page.text.contains("1 con atraso"))
    #expect(page.text.contains("Ventanilla &lt;única&gt;") && page.text.contains("✓ Decreto"))
    #expect(page.text.contains("! Equipo instalado"))
    #expect(try desk.node.lookupLog(by: "eva", about: nil, limit: 10).contains { $0["dataset"]?.string == "measures" })
    let table = try browser.get("/measures.csv")
    #expect(table.text.contains("GT,GT-12,'=Ventanilla <única>,migration-control,8.2,GT,IGM,started,"))
    #expect(table.text.contains(",\(late),2,1,1"))
  }

  @Test func projectsShowWhatIsMissing() throws {
    let (desk, browser) = try desk()
    let year = CalendarDay(of: desk.clock.now()).components.year
    for (number, amount) in [("P-1", "1500000.00"), ("P-2", "250000.50")] {
      _ = try desk.publish(
        """
        {"identifier":"\(number)","title":"Lectores \(number)","donor":"BID","country":"GT","countries":["GT"],"measures":["rfid"],\
        "currency":"USD","amount":"\(amount)","needed":"2000000.00","starts":"\(year)-01-01","ends":"\(year)-12-31",\
        "advance":40,"state":"running","time":"\(desk.clock.now().wholeSeconds)"}
        """, of: "projects")
    }
    try sayPurpose(browser)
    let page = try browser.get("/projects")
    let space = "\u{202F}"
    #expect(page.text.contains("1\(space)750\(space)000.50 USD"), "\(page.text)")
    #expect(page.text.contains("Medida sin financiamiento") && page.text.contains("Financiamiento insuficiente"))
    // RFID is funded, single control is not.
    let gaps = try browser.get("/gaps.csv").text
    #expect(gaps.contains("GT,measure without funding,migration-control") && !gaps.contains("without funding,rfid"))
    #expect(gaps.contains("too little funding,rfid,P-2,Lectores P-2,1749999.50,USD"))
    #expect(try browser.get("/projects", query: [(name: "year", value: "1995")]).text.contains("ningún proyecto"))
    #expect(try browser.get("/projects.csv").text.split(separator: "\r\n").count == 3)
  }

  @Test func aCommitteeSeesNoRecordOfAPerson() throws {
    let (desk, browser) = try desk()
    _ = try desk.publish(desk.departure("A77777777"))
    for path in ["/search", "/arrivals", "/expected", "/board", "/keys", "/officers", "/file/1", "/lookups"] {
      #expect(try browser.get(path).status == 403, "\(path)")
    }
  }
}
