import Exchange
import Markup
import Node
import Terms

/// On what an answer rests: every source with its freshness, and what was withheld.
struct BasisView {
  let visit: Visit

  /// The view for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  /// The section at the end of every answer.
  func basis(_ answer: LookupAnswer) -> HTML {
    HTML.element("section", .class("basis"), .init("aria-labelledby", "basis")) {
      HTML.element("h2", .init("id", "basis")) { visit(.sources) }
      freshness(answer)
      withheld(answer)
      HTML.element("details") {
        HTML.element("summary") { "\(visit(.source)) (\(answer.sources.count))" }
        HTML.element("div", .class("scroll"), .init("tabindex", "0")) { table(answer) }
      }
    }
  }

  /// The oldest "as of" of each country, in one line: what an officer needs at a glance.
  private func freshness(_ answer: LookupAnswer) -> HTML {
    let countries = Set(answer.sources.map(\.stream.origin)).sorted()
    return HTML.element("ul", .class("fresh")) {
      for country in countries {
        let sources = answer.sources.filter { $0.stream.origin == country }
        let oldest = sources.compactMap(\.asOf).min()
        let isSilent = sources.contains { $0.asOf == nil }
        HTML.element("li") {
          HTML.element("b") { visit.country(country) }
          ": "
          isSilent ? visit(.neverHeard) : "\(visit(.asOf)) \(oldest.map { asOf($0) } ?? visit(.now))"
        }
      }
    }
  }

  private func asOf(_ moment: Instant) -> String {
    let age = visit.now.milliseconds(since: moment)
    return age < 2000 ? visit(.now) : "\(visit.time(moment)), −\(visit.language.span(milliseconds: age))"
  }

  private func table(_ answer: LookupAnswer) -> HTML {
    HTML.element("table") {
      HTML.element("thead") {
        HTML.element("tr") {
          for phrase in [Phrase.source, .entries, .asOf] {
            HTML.element("th", .init("scope", "col")) { visit(phrase) }
          }
        }
      }
      HTML.element("tbody") {
        for source in answer.sources {
          HTML.element("tr") {
            HTML.element("td") { "\(visit.dataset(source.stream.dataset)), \(visit.country(source.stream.origin))" }
            HTML.element("td", .class("number")) { source.size.map(String.init) ?? "" }
            HTML.element("td") { source.asOf.map { asOf($0) } ?? visit(.neverHeard) }
          }
        }
      }
    }
  }

  @HTMLBuilder private func withheld(_ answer: LookupAnswer) -> HTML {
    if answer.withheld.isEmpty {
      HTML.element("p", .class("help")) { visit(.nothingWithheld) }
    } else {
      HTML.element("details", .class("box")) {
        HTML.element("summary") { "\(visit(.withheld)): \(names(answer.withheld))" }
        HTML.element("ul") {
          for item in answer.withheld {
            HTML.element("li") {
              "\(visit.dataset(item.stream.dataset)), \(visit.country(item.stream.origin)): \(words(item.reason))"
            }
          }
        }
      }
    }
  }

  private func names(_ withheld: [Withheld]) -> String {
    withheld.map { "\(visit.dataset($0.stream.dataset)) (\($0.stream.origin))" }.joined(separator: ", ")
  }

  /// Why a country did not answer. What its node says in words of its own is in one language, and stands behind ours.
  private func why(_ failure: QuestionFailure) -> String {
    switch failure {
    case .linkDown(_, let since): "\(visit(LivePhrase.linkDown.text)) \(visit.time(since))"
    case .gone, .tooSlow, .busy, .notUnderstood: visit(LivePhrase.tooSlow.text)
    case .refused(_, let refusal): "\(visit(LivePhrase.refused.text)) (\(refusal.reason))"
    case .broken, .notAsked: visit(LivePhrase.notRead.text)
    }
  }

  /// Why something is withheld, in words.
  func words(_ reason: Withheld.Reason) -> String {
    switch reason {
    case .neverAgreed: visit(.withheldNever)
    case .notInForce, .invalid: visit(.withheldForce)
    case .notGiven, .nobodys: visit(.withheldGiven)
    case .atOrigin: visit(.withheldAtOrigin)
    case .unanswered(let failure): "\(visit(LivePhrase.unanswered.text)): \(why(failure))"
    case .role(_, let permitted), .restricted(_, let permitted):
      "\(visit(.withheldRole)) \(permitted.map { ValueWords.role($0, visit.language) }.joined(separator: ", "))"
    }
  }
}
