import Catalog
import Markup
import Node
import Officers
import Terms

/// The crossing file as a page: what must be seen first in words, then the timeline, then what the answer rests on.
struct CrossingView {
  let visit: Visit

  /// The view for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  /// The whole file.
  @HTMLBuilder func file(_ answer: LookupAnswer) -> HTML {
    if let heading = answer.heading { first(heading, answer) }
    HTML.element("section", .init("aria-labelledby", "timeline")) {
      HTML.element("h2", .init("id", "timeline")) { "\(visit(.timeline)) (\(answer.records.count))" }
      if answer.records.isEmpty { HTML.element("p", .class("box")) { visit(.noRecords) } }
      if let bound = answer.searchedBackTo {
        HTML.element("p", .class("box warn")) { "\(visit(.searchedBackTo)) \(visit.time(bound))" }
      }
      HTML.element("ol", .class("timeline")) {
        for found in answer.records.reversed() { RecordView(visit).item(found) }
      }
    }
    BasisView(visit).basis(answer)
  }

  // MARK: What must be seen first

  @HTMLBuilder private func first(_ heading: Heading, _ answer: LookupAnswer) -> HTML {
    HTML.element("section", .class("first"), .init("aria-label", visit(.alerts))) {
      let alerts = heading.alerts.sorted { ($1.severity, $0.id) < ($0.severity, $1.id) }
      for alert in alerts { self.alert(alert) }
      for hold in heading.holds { self.hold(hold) }
      for shown in heading.consignments { consignment(shown) }
      for standing in heading.operators { oper(standing) }
      for tag in heading.tags { self.tag(tag) }
      if isQuiet(heading) { quiet(answer) }
      notes(heading)
    }
  }

  /// Datasets of which the first part of a file is made.
  private static let alarming: Set<String> = [Alert.dataset, Hold.dataset, Consignment.dataset]

  /// Nothing is known: a good sign only where everything may be seen.
  @HTMLBuilder private func quiet(_ answer: LookupAnswer) -> HTML {
    let hidden = answer.withheld.filter { Self.alarming.contains($0.stream.dataset.description) }
    if hidden.isEmpty {
      HTML.element("p", .class("box good")) { visit(.nothingKnown) }
    } else {
      HTML.element("p", .class("box warn")) {
        "\(visit(.nothingKnownOfWhatIsShown)) "
        hidden.map { "\(visit.dataset($0.stream.dataset)) (\(visit.country($0.stream.origin)))" }.joined(
          separator: ", ")
      }
    }
  }

  private func isQuiet(_ heading: Heading) -> Bool {
    heading.alerts.isEmpty && heading.holds.isEmpty && heading.consignments.isEmpty && heading.operators.isEmpty
      && heading.tags.isEmpty
  }

  private func alert(_ alert: Alert) -> HTML {
    HTML.element("div", .class("box alert \(alert.severity.rawValue)"), .init("role", "alert")) {
      HTML.element("strong") { "\(visit(.alertOf)) \(visit.country(alert.author)): \(words(alert.severity.rawValue))" }
      HTML.element("p") { alert.instruction }
      HTML.element("small") {
        "\(visit(.on)) \(words(alert.subject.rawValue)) · \(alert.code) · \(visit(.until)) \(visit.time(alert.expires))"
      }
      ActLinks(visit).html(about: Alert.dataset, event: "issued", alert.id, of: alert.author)
    }
  }

  private func hold(_ hold: Hold) -> HTML {
    HTML.element("div", .class(hold.end == nil ? "box alert stop" : "box")) {
      HTML.element("strong") {
        hold.end.map { "\(visit(.endedHold)): \(words($0.event)), \(visit.time($0.time))" } ?? visit(.held)
      }
      HTML.element("p") { hold.reason.isEmpty ? hold.goods : "\(hold.goods): \(hold.reason)" }
      HTML.element("small") {
        "\(visit.country(hold.country)), \(hold.authority) · \(visit.place(hold.post)) · \(visit(.since)) \(visit.time(hold.time))"
      }
      if hold.end == nil { ActLinks(visit).html(about: Hold.dataset, event: "held", hold.id, of: hold.country) }
    }
  }

  private func oper(_ standing: OperatorStanding) -> HTML {
    HTML.element("div", .class(standing.state == .trusted ? "box good" : "box warn")) {
      HTML.element("strong") { "\(words(standing.state.rawValue)): \(standing.name)" }
      HTML.element("small") {
        "\(visit.country(standing.country)), \(standing.authorisation) · "
          + standing.roles.map(words).joined(separator: ", ") + " · \(visit(.since)) \(visit.time(standing.since))"
      }
    }
  }

  private func tag(_ tag: TagAlarm) -> HTML {
    HTML.element("div", .class("box warn")) {
      HTML.element("strong") { "RFID: \(words(tag.kind.rawValue))" }
      HTML.element("p") { FactWords(visit).finding(tag.finding) }
      HTML.element("small", .class("code")) { tag.epc }
    }
  }

  @HTMLBuilder private func notes(_ heading: Heading) -> HTML {
    let lanesMissing = !heading.consignments.isEmpty && heading.consignments.allSatisfy { $0.decision == nil }
    if lanesMissing { HTML.element("p", .class("help")) { visit(.noRules) } }
    for note in heading.notes where note != .noRules {
      HTML.element("p", .class("help")) { FactWords(visit).note(note) }
    }
  }

  // MARK: A consignment

  /// A consignment with lane, holds, missing papers.
  func consignment(_ shown: Heading.Shown) -> HTML {
    let consignment = shown.facts.consignment
    let isHeld = !shown.facts.heldBy.isEmpty || !shown.contradictions.isEmpty
    return HTML.element("article", .class("box consignment \(isHeld ? "alert stop" : "")")) {
      HTML.element("header") {
        lane(shown.decision)
        HTML.element("strong") { "\(visit(.duca)) \(consignment.duca)" }
        HTML.element("span") { consignment.declared.text("kind") ?? "" }
        HTML.element("span", .class("state")) { words(consignment.latest?.text("event") ?? "declared") }
      }
      for release in shown.contradictions {
        HTML.element("p", .class("trouble")) {
          "\(visit(.releasedThoughHeld)): \(FactWords(visit).release(release))"
        }
      }
      holds(shown)
      way(consignment)
      if let decision = shown.decision { reasons(decision) }
      ActLinks(visit).html(
        about: Consignment.dataset, event: "declared", consignment.declared.id, of: consignment.declared.origin)
    }
  }

  @HTMLBuilder private func holds(_ shown: Heading.Shown) -> HTML {
    for hold in shown.facts.holds where hold.end == nil {
      HTML.element("p", .class("trouble")) {
        "\(visit(.held)): \(hold.reason) (\(visit.country(hold.country)), \(hold.authority), \(visit.place(hold.post)), \(visit(.since)) \(visit.time(hold.time)))"
      }
      ActLinks(visit).html(about: Hold.dataset, event: "held", hold.id, of: hold.country)
    }
    for hold in shown.facts.consignment.customsHolds {
      HTML.element("p", .class("trouble")) {
        "\(visit(.heldCustoms)): \(hold.text("reason") ?? "") (\(visit.country(hold.origin)), \(visit.place(hold.text("post") ?? "")), \(visit(.since)) \(visit.time(hold.time)))"
      }
    }
  }

  private func way(_ consignment: Consignment) -> HTML {
    let declared = consignment.declared
    let expected = declared.text("expected").flatMap { try? Instant($0) }
    let plate = declared.body["vehicle"]?["plate"]
    let vehicle = [plate?["country"]?.string, plate?["text"]?.string].compactMap { $0 }.joined(separator: " ")
    let containers = declared.texts("containers").joined(separator: ", ")
    let parties = ["exporter", "importer"].compactMap { declared.body[$0]?["name"]?.string }.joined(separator: " → ")
    return HTML.element("p", .class("facts")) {
      "\(visit(.route)): \(declared.texts("route").map { visit.country($0) }.joined(separator: " → "))"
      " · \(visit(.declaredAt)): \(visit.time(declared.time))"
      if !vehicle.isEmpty {
        " · \(visit(.vehicle)): "
        HTML.element("b") { vehicle }
      }
      if !containers.isEmpty {
        " · \(visit(.trailer)): "
        HTML.element("b", .class("code")) { containers }
      }
      if !parties.isEmpty { " · \(parties)" }
      if let expected { " · \(visit(.expectedAt)): \(visit.time(expected))" }
    }
  }

  private func lane(_ decision: LaneDecision?) -> HTML {
    HTML.element("span", .class("lane \(decision?.lane.rawValue ?? "none")")) {
      decision.map { "\(visit(.lane)) \(words($0.lane.rawValue))" } ?? visit(.lanePending)
    }
  }

  @HTMLBuilder private func reasons(_ decision: LaneDecision) -> HTML {
    for paper in decision.missing {
      HTML.element("p", .class("missing")) {
        "\(visit(.missing)): \(visit(paper.title)). "
        HTML.element("small") { FactWords(visit).shortfall(paper.shortfall) }
      }
    }
    if !decision.reasons.isEmpty {
      HTML.element("details", .flag("open", decision.lane != .green)) {
        HTML.element("summary") { "\(visit(.reasons)) (\(decision.reasons.count))" }
        HTML.element("ul") {
          for reason in decision.reasons { self.reason(reason) }
        }
      }
    }
  }

  private func reason(_ reason: LaneDecision.Reason) -> HTML {
    HTML.element("li") {
      HTML.element("b") { "\(words(reason.lane.rawValue)): \(visit(reason.title))" }
      " "
      HTML.element("small") { reason.facts.map { FactWords(visit).fact($0) }.joined(separator: "; ") }
      if let spared = reason.sparedBy { HTML.element("em") { " \(visit(.spared)) \(spared)" } }
    }
  }

  private func words(_ value: String) -> String { ValueWords.text(value, visit.language) }
}
