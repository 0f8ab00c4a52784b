import Glibc
import HTTP
import Indicators
import Markup
import Node
import Officers
import Tables
import Terms

// The country's figures for those who follow the strategy: no personal data, but records are read to compute them, which is logged.
extension Pages {
  /// `GET /indicators?since=2026-06&until=2026-11`.
  func showIndicators(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard !session.purpose.isEmpty else { return askPurpose(visit, visit(.indicators)) }
    let span: MonthSpan
    do throws(TermError) { span = try months(visit) } catch {
      return page(visit, status: 400, problem: visit(.periodWrong), help: visit(.months12))
    }
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(.indicators)).page {
        IndicatorView(visit, span, figures: figures(span, session)).page
      })
  }

  /// `GET /indicators.csv`: the same figures as a table: of all the months, then of each.
  func indicatorTable(_ visit: Visit) -> Response {
    guard let session = visit.session, !session.purpose.isEmpty, let span = try? months(visit) else {
      return redirect(to: "/indicators")
    }
    let figures = figures(span, session)
    // What is not there yet is no table of less: the page says how far it is.
    guard figures.allSatisfy({ $0.answer != nil }) else { return redirect(to: "/indicators?\(span.query)") }
    var table = CSVWriter.row(Indicator.columns)
    for answer in figures.compactMap(\.answer) {
      for indicator in answer.indicators { table += indicator.row(of: answer.country, answer.period) }
    }
    return download(table, named: "indicators-\(node.country)-\(span.name).csv")
  }

  private func months(_ visit: Visit) throws(TermError) -> MonthSpan {
    func month(_ name: String) throws(TermError) -> CalendarMonth? {
      guard let text = visit.request.query(name), !text.isEmpty else { return nil }
      return try CalendarMonth(text)
    }
    return try MonthSpan(
      from: try month("since"), through: try month("until"), today: CalendarDay(of: visit.now))
  }

  /// The figures of all the months together, then of each. What is quickly computed is waited for, so that a small node's page is
  /// whole at once; the rest comes later.
  private func figures(_ span: MonthSpan, _ session: Session) -> [FigureBook.Figures] {
    let periods = span.periods
    for _ in 0..<Self.waits {
      let found = book.figures(of: periods, by: session.officer.id, purpose: session.purpose)
      guard found.contains(where: { $0.answer == nil && $0.isUnderWay }) else { return found }
      usleep(Self.waitMicroseconds)
    }
    return book.figures(of: periods, by: session.officer.id, purpose: session.purpose)
  }

  /// A reader's place is held for at most 0.3 s.
  private static let (waits, waitMicroseconds): (Int, UInt32) = (15, 20_000)
}

extension MonthSpan {
  /// The figures that a page shows: of all, then of each month.
  var periods: [IndicatorPeriod] { ([whole] + months.map { period(of: $0) }).compactMap { $0 } }

  /// The span in an address.
  var query: String { "since=\(months.first?.description ?? "")&until=\(months.last?.description ?? "")" }

  /// The span in a file's name.
  var name: String { "\(months.first?.description ?? "")_\(months.last?.description ?? "")" }
}
