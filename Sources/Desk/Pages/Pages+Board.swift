import Ceremony
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
      boardPage(visit, visit(.board), at: "/board", live: "board") {
        waitingProposals(visit)
        BoardView(visit, status).board
      })
  }

  /// `GET /streams`.
  func showStreams(_ visit: Visit) -> Response {
    let status = node.status()
    defer { seen(visit) }
    return page(
      boardPage(visit, visit(.streams), at: "/streams", live: "board") { StreamsView(visit).streams(status) })
  }

  /// `GET /agreement/CC`: the text that both countries signed, when it ends, and where this node's topology differs from it.
  func showAgreement(_ visit: Visit) -> Response {
    guard let country = try? CountryCode(visit.rest), let standing = node.status(of: country),
      let agreement = standing.shown
    else { return page(visit, status: 404, failure: (.notFound, .notFoundHelp)) }
    defer { seen(visit) }
    return page(
      boardPage(visit, "\(visit(.agreementText)): \(visit.country(country))", at: "/board") {
        term(agreement, standing, visit)
        if let suspension = node.suspension(of: country) {
          HTML.element("p", .class("box wrong")) {
            "\(visit(.suspended)): "
            HTML.element("span", .init("lang", "en")) { suspension }
          }
        }
        suspensionForm(country, visit)
        differences(country, visit)
        HTML.element("p") {
          "\(visit(.roots)): "
          HTML.element("span", .class("code")) { agreement.digest.description }
        }
        HTML.element("p", .class("help notice")) { visit(.printThis) }
        HTML.element("pre", .class("document"), .init("lang", "en"), .init("tabindex", "0")) {
          String(decoding: agreement.bytes, as: UTF8.self)
        }
        HTML.element("p") { HTML.element("a", .href("/board")) { visit(.back) } }
      })
  }

  private func suspensionForm(_ country: CountryCode, _ visit: Visit) -> HTML {
    let subject = (name: "country", value: country.description)
    return node.suspension(of: country) == nil
      ? proposalForm("suspend", subject: subject, .proposeSuspension, .suspendHelp, visit)
      : proposalForm("resume", subject: subject, .proposeResumption, .resumeHelp, visit)
  }

  /// An agreement that ends within so many days asks for the next ceremony.
  private static let warningDays: Int64 = 90

  private func term(_ agreement: Agreement, _ standing: AgreementStanding, _ visit: Visit) -> HTML {
    let left = agreement.validUntil.milliseconds(since: visit.now) / 86_400_000
    let isNear = left < Self.warningDays && standing.next == nil
    return HTML.element("p", .class(standing.inForce == nil ? "box wrong" : isNear ? "box warn" : "box good")) {
      standing.inForce == nil
        ? visit(.noneInForce)
        : "\(visit(.inForceUntil)) \(agreement.terms.validUntil), \(visit(.expiresIn)) \(left) \(visit(.days))"
      if let next = standing.next { " · \(visit(.nextFrom)) \(visit.time(next.begins))" }
      " · \(agreement.terms.streams.count) \(visit(.agreementStreams))"
    }
  }

  private func differences(_ country: CountryCode, _ visit: Visit) -> HTML {
    let found = node.differences(with: country)
    return HTML.element("section") {
      if found.isEmpty {
        HTML.element("p", .class("box good")) { visit(.noDifferences) }
      } else {
        HTML.element("div", .class("box warn")) {
          HTML.element("strong") { visit(.differs) }
          HTML.element("ul") {
            for difference in found { HTML.element("li") { PactWords(visit).difference(difference) } }
          }
        }
      }
      HTML.element("p", .class("help")) { visit(.differencesHelp) }
    }
  }
}
