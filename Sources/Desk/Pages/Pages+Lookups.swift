import Catalog
import HTTP
import Markup
import Node
import Terms

// Who looked what up: officers here, and the neighbours' officers in this country's records. Neither what was searched for nor what was
// found is on the page, so that it shows no person whose records were looked at.
extension Pages {
  /// Lines that are shown of each side.
  private static let mostLines = 200

  /// `GET /lookups`.
  func showLookups(_ visit: Visit) -> Response {
    let lines: [JSONValue]
    do throws(LookupError) {
      lines = try node.lookupLog(by: nil, about: nil, limit: 2 * Self.mostLines)
    } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    let own = lines.filter { $0["country"]?.string == node.country.description }
    let others = lines.filter { $0["country"]?.string != node.country.description }
    return page(
      boardPage(visit, visit(.lookupPage), at: "/lookups") {
        HTML.element("p", .class("help")) { visit(.lookupsHelp) }
        section(visit(.lookupsOwn), own, visit)
        section(visit(.lookupsTheirs), others, visit)
      })
  }

  @HTMLBuilder private func section(_ title: String, _ lines: [JSONValue], _ visit: Visit) -> HTML {
    HTML.element("h2") { title }
    if lines.isEmpty {
      HTML.element("p", .class("box")) { visit(.noLookups) }
    } else {
      if lines.count >= Self.mostLines {
        HTML.element("p", .class("help")) { "\(visit(.onlyNewest)) \(Self.mostLines)." }
      }
      visit.wide(title, table(lines.prefix(Self.mostLines), visit))
    }
  }

  private func table(_ lines: some Sequence<JSONValue>, _ visit: Visit) -> HTML {
    let heads = [
      visit(.when), visit(.who), visit(.asRole), visit(.purpose), visit(.datasets), visit(.aboutCountry),
      visit(.foundRecords),
    ]
    return visit.table(heads, class: "streams") {
      for line in lines { row(line, visit) }
    }
  }

  private func row(_ line: JSONValue, _ visit: Visit) -> HTML {
    func text(_ name: String) -> String { line[name]?.string ?? "" }
    let found: String
    if case .number(let number)? = line["found"] { found = "\(number)" } else { found = text("found") }
    let time = (try? Instant(text("time"))).map { visit.time($0) } ?? text("time")
    return HTML.element("tr") {
      HTML.element("th", .init("scope", "row")) { time }
      visit.cell(visit(.who)) {
        "\(visit.country(text("country"))): \(text("officer"))"
        if !text("post").isEmpty { HTML.element("small") { visit.place(text("post")) } }
      }
      visit.cell(visit(.asRole)) { ValueWords.role(text("role"), visit.language) }
      visit.cell(visit(.purpose)) { text("purpose") }
      visit.cell(visit(.datasets)) { (try? DatasetName(text("dataset"))).map { visit.dataset($0) } ?? text("dataset") }
      visit.cell(visit(.aboutCountry)) { visit.country(text("about")) }
      visit.cell(visit(.foundRecords), class: "number") { found }
    }
  }
}
