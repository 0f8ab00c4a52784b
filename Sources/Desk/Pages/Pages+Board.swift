import Catalog
import Ceremony
import Exchange
import HTTP
import Markup
import Node
import Terms

// How the node stands, for who runs it: the same status as the command line's. No personal data.
extension Pages {
  /// `GET /board`.
  func showBoard(_ visit: Visit) -> Response {
    let status = node.status()
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(.board)).page {
        HTML.element("div", .class("titled")) {
          HTML.element("h1") {
            visit(.board)
            HTML.element("small") { visit.time(status.time) }
          }
          HTML.element("a", .class("button"), .href("/board")) { visit(.refresh) }
        }
        HTML.element("p", .class(status.isFlowing ? "box good" : "box wrong"), .init("role", "status")) {
          visit(status.isFlowing ? .allFlows : .notAllFlows)
        }
        for problem in status.problems { HTML.element("p", .class("box wrong"), .init("lang", "en")) { problem } }
        HTML.element("h2") { visit(.streams) }
        HTML.element(
          "div", .class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", visit(.streams))
        ) {
          streams(status, visit)
        }
        HTML.element("h2") { visit(.agreements) }
        agreements(status, visit)
        HTML.element("h2") { visit(.links) }
        HTML.element("ul", .class("plain")) {
          for (country, words) in status.links.sorted(by: { $0.key < $1.key }) {
            HTML.element("li") {
              HTML.element("b") { visit.country(country) }
              ": "
              HTML.element("span", .init("lang", "en")) { words }
            }
          }
        }
      })
  }

  private func streams(_ status: NodeStatus, _ visit: Visit) -> HTML {
    HTML.element("table", .class("streams")) {
      HTML.element("thead") {
        HTML.element("tr") {
          for phrase in [Phrase.stream, .direction, .state, .recordsTitle, .lag, .receipt, .wrong] {
            HTML.element("th", .init("scope", "col")) { visit(phrase) }
          }
        }
      }
      HTML.element("tbody") {
        // What does not flow comes first.
        for stream in status.streams where !stream.flowing { row(stream, visit) }
        for stream in status.streams where stream.flowing { row(stream, visit) }
      }
    }
  }

  private func row(_ stream: StreamStatus, _ visit: Visit) -> HTML {
    let name = stream.stream
    let other = name.origin == node.country ? name.recipient : name.origin
    let direction: Phrase =
      switch stream.direction {
      case .home: .home
      case .incoming: .incoming
      case .outgoing: .outgoing
      }
    let signed = stream.direction == .incoming ? stream.asOf : stream.receiptTime
    return HTML.element("tr", .class(stream.flowing ? "" : "bad")) {
      HTML.element("th", .init("scope", "row")) {
        visit.dataset(name.dataset)
        HTML.element("small", .class("code")) { name.description }
      }
      HTML.element("td", label(.direction, visit)) {
        stream.direction == .home ? visit(.home) : "\(visit.country(other)): \(visit(direction))"
      }
      HTML.element("td", label(.state, visit)) { state(stream, visit) }
      HTML.element("td", .class("number"), label(.recordsTitle, visit)) { "\(stream.size)" }
      HTML.element("td", label(.lag, visit)) {
        stream.lagRecords == 0
          ? visit(.nothingBehind)
          : "\(stream.lagRecords) \(visit(.records)), \(visit.language.span(milliseconds: stream.lagMilliseconds))"
      }
      HTML.element("td", label(.receipt, visit)) {
        signed.map { visit.time(Instant(milliseconds: Int64(clamping: $0) &* 1000)) } ?? "—"
      }
      HTML.element("td", .class("todo"), label(.wrong, visit)) { trouble(stream, visit) }
    }
  }

  /// What a cell is, for narrow screens on which the head of the table is not seen.
  private func label(_ phrase: Phrase, _ visit: Visit) -> Attribute { Attribute("data-label", visit(phrase)) }

  private func state(_ stream: StreamStatus, _ visit: Visit) -> HTML {
    let phrase: Phrase =
      if !stream.halted.isEmpty { .stopped } else if !stream.isAgreed { .notAgreed } else if stream.flowing {
        .flows
      } else {
        .stands
      }
    return HTML.element("span", .class(stream.flowing ? "lane green" : "lane red")) { visit(phrase) }
  }

  /// What is wrong, in the node's words, and what to do, in the officer's language.
  @HTMLBuilder private func trouble(_ stream: StreamStatus, _ visit: Visit) -> HTML {
    let words = [stream.halted, stream.obstacle ?? "", stream.problem].filter { !$0.isEmpty }
    for word in words { HTML.element("p", .init("lang", "en")) { word } }
    if !stream.halted.isEmpty {
      HTML.element("p") { visit(.askOperator) }
    } else if !stream.isLinkUp {
      HTML.element("p") { visit(.neighbourBehind) }
    }
  }

  private func agreements(_ status: NodeStatus, _ visit: Visit) -> HTML {
    HTML.element("ul", .class("plain")) {
      for standing in status.agreements {
        HTML.element("li") {
          HTML.element("b") { visit.country(standing.country) }
          ": "
          standing.inForce.map { "\(visit(.inForceUntil)) \($0.terms.validUntil)" } ?? visit(.noneInForce)
          if let next = standing.next { "; \(visit(.nextFrom)) \(visit.time(next.begins))" }
          if standing.shown != nil {
            " · "
            HTML.element("a", .href("/agreement/\(standing.country)")) { visit(.agreementText) }
          }
        }
      }
    }
  }

  /// `GET /agreement/CC`: the text that both countries signed.
  func showAgreement(_ visit: Visit) -> Response {
    guard let country = try? CountryCode(visit.rest),
      let agreement = node.status().agreements.first(where: { $0.country == country })?.shown
    else { return page(visit, status: 404, failure: (.notFound, .notFoundHelp)) }
    return page(
      Frame(visit, title: visit(.agreements)).page {
        HTML.element("h1") {
          visit(.agreementText)
          HTML.element("small") { visit.country(country) }
        }
        HTML.element("p") {
          "\(visit(.roots)): "
          HTML.element("span", .class("code")) { agreement.digest.description }
        }
        HTML.element("pre", .class("document"), .init("lang", "en"), .init("tabindex", "0")) {
          String(decoding: agreement.bytes, as: UTF8.self)
        }
        HTML.element("p") { HTML.element("a", .href("/board")) { visit(.back) } }
      })
  }
}
