import Ceremony
import HTTP
import Markup
import Node
import Terms

// The ceremonies kept in the home, to be printed and read at the table. Nothing here is secret, and nothing is signed here: that needs the
// root key, which is not on a node.
extension Pages {
  /// `GET /ceremonies`.
  func showCeremonies(_ visit: Visit) -> Response {
    let states: [CeremonyState]
    do { states = try node.ceremonies() } catch {
      node.log(.error, "desk", "a ceremony could not be read: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
    defer { seen(visit) }
    return page(
      boardPage(visit, visit(.ceremonyPage), at: "/ceremonies") {
        HTML.element("p", .class("help notice")) { "\(visit(.ceremonyHelp)) \(visit(.ceremonyPrint))" }
        if states.isEmpty { HTML.element("p", .class("box")) { visit(.noCeremony) } }
        for state in states { CeremonyView(visit, state).page }
      })
  }
}

/// One ceremony as a page for the table: how far it is, the sixty digits, both offers' digests, the terms, room for signatures.
struct CeremonyView {
  private let visit: Visit
  private let state: CeremonyState

  /// The page of a ceremony.
  init(_ visit: Visit, _ state: CeremonyState) { (self.visit, self.state) = (visit, state) }

  /// The page.
  var page: HTML {
    HTML.element("article", .class("ceremony")) {
      HTML.element("h2") { "\(visit.country(state.country)) – \(visit.country(state.neighbour))" }
      HTML.element("p") {
        "\(visit(.step)): "
        HTML.element("strong") { visit(step) }
      }
      code
      HTML.element("h3") { visit(.nextOnBoth) }
      HTML.element("ul") {
        for step in state.nextSteps {
          HTML.element("li") { PactWords(visit).next(step, of: state.country, with: state.neighbour) }
        }
      }
      HTML.element("h3") { visit(.bothOffers) }
      offer(state.offer)
      if let other = state.otherOffer { offer(other) }
      HTML.element("h3") { visit(.termsToRead) }
      HTML.element("pre", .class("document"), .init("lang", "en"), .init("tabindex", "0")) { state.offer.terms.text }
      HTML.element("h3", .class("onpaper")) { visit(.signHere) }
      HTML.element("div", .class("onpaper lines")) {
        for _ in 0..<4 { HTML.element("div") { "" } }
      }
    }
  }

  private var step: BoardPhrase {
    switch state.step {
    case .offered: .stepOffered
    case .compared: .stepCompared
    case .signed: .stepSigned
    case .complete: .stepComplete
    }
  }

  @HTMLBuilder private var code: HTML {
    HTML.element("h3") { visit(.codeToRead) }
    if let code = state.code {
      HTML.element("ol", .class("digits")) {
        for (place, group) in code.groups.enumerated() {
          HTML.element("li") {
            HTML.element("small") { "\(visit(.groupWord)) \(place + 1)" }
            HTML.element("b", .class("code")) { group }
          }
        }
      }
      HTML.element("p", .class("help")) { visit(.codeAloudHelp) }
    } else {
      HTML.element("p", .class("box")) { visit(.noCodeYet) }
    }
  }

  private func offer(_ offer: Offer) -> HTML {
    HTML.element("div", .class("offer")) {
      HTML.element("dl") {
        for (name, value) in [
          (visit(.offerMade), visit.time(offer.made)), (visit(.offerEnds), visit.time(offer.expires)),
        ] {
          HTML.element("div") {
            HTML.element("dt") { "\(visit.country(offer.country)): \(name)" }
            HTML.element("dd") { value }
          }
        }
        HTML.element("div") {
          HTML.element("dt") { visit(.offerDigest) }
          HTML.element("dd", .class("code")) { offer.digest.description }
        }
      }
      QRPicture.html(offer.digest.description, words: "\(visit(.qrOf)) \(visit.country(offer.country))")
    }
  }
}
