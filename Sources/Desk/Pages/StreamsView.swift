import Charts
import Exchange
import Markup
import Node
import Terms

/// Every stream with its state, its lag now and lately, the last receipt, what is wrong and what to do.
struct StreamsView {
  private let visit: Visit
  private let history: LagHistory

  /// The table for a visitor.
  init(_ visit: Visit) { (self.visit, history) = (visit, visit.node.lagHistory) }

  /// The table of all streams, and over which time its lines go.
  @HTMLBuilder func streams(_ status: NodeStatus) -> HTML {
    HTML.element("p", .class("help")) {
      if let reach = history.reach(at: visit.now) {
        "\(visit(.lastHours)): \(visit.language.span(milliseconds: reach)), \(visit(.sampledEvery))."
      } else {
        visit(.noSamples)
      }
    }
    visit.wide(visit(.streams), table(status))
  }

  private func table(_ status: NodeStatus) -> HTML {
    let heads = [Phrase.stream, .direction, .state, .recordsTitle, .lag].map { visit($0) } + [visit(.lately)]
    return visit.table(heads + [visit(.receipt), visit(.wrong)], class: "streams") {
      // What does not flow comes first.
      for stream in status.streams where !stream.flowing { row(stream, status) }
      for stream in status.streams where stream.flowing { row(stream, status) }
    }
  }

  private func row(_ stream: StreamStatus, _ status: NodeStatus) -> HTML {
    let name = stream.stream
    let other = name.origin == visit.node.country ? name.recipient : name.origin
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
      visit.cell(visit(.direction)) {
        stream.direction == .home ? visit(.home) : "\(visit.country(other)): \(visit(direction))"
      }
      visit.cell(visit(.state)) { state(stream) }
      visit.cell(visit(.recordsTitle), class: "number") { "\(stream.size)" }
      visit.cell(visit(.lag)) {
        stream.lagRecords == 0
          ? visit(.nothingBehind)
          : "\(stream.lagRecords) \(visit(.records)), \(visit.language.span(milliseconds: stream.lagMilliseconds))"
      }
      visit.cell(visit(.lately)) { lately(stream) }
      visit.cell(visit(.receipt)) {
        signed.map { visit.time(Instant(milliseconds: Int64(clamping: $0) &* 1000)) } ?? "—"
      }
      visit.cell(visit(.wrong), class: "todo") { trouble(stream, status) }
    }
  }

  /// The lag of the last two hours, in records and in time: a line each, drawn where something was ever behind.
  @HTMLBuilder private func lately(_ stream: StreamStatus) -> HTML {
    let samples = history.samples(of: stream.stream)
    if stream.direction != .home, !samples.isEmpty {
      let records = samples.map(\.lagRecords).max() ?? 0
      let longest = samples.map(\.lagMilliseconds).max() ?? 0
      if records == 0 {
        HTML.element("small") { visit(.nothingBehind) }
      } else {
        let words = "\(visit(.worst)) \(records) \(visit(.records)), \(visit.language.span(milliseconds: longest))"
        Sparkline(samples.map { Double($0.lagRecords) }, words: "\(visit(.lagLately)), \(visit(.records)): \(words)")
          .html
        Sparkline(
          samples.map { Double($0.lagMilliseconds) }, words: "\(visit(.lagLately)), s: \(words)"
        ).html
        HTML.element("small") { words }
      }
    }
  }

  private func state(_ stream: StreamStatus) -> HTML {
    let phrase: Phrase =
      if !stream.halted.isEmpty { .stopped } else if !stream.isAgreed { .notAgreed } else if stream.flowing {
        .flows
      } else {
        .stands
      }
    return HTML.element("span", .class(stream.flowing ? "lane green" : "lane red")) { visit(phrase) }
  }

  /// What is wrong and what to do.
  @HTMLBuilder private func trouble(_ stream: StreamStatus, _ status: NodeStatus) -> HTML {
    let words = StreamWords(visit).reasons(stream, hasForkProof: status.forks.contains(stream.stream))
    for word in words { HTML.element("p") { word } }
    if !stream.halted.isEmpty {
      HTML.element("p") { visit(.askOperator) }
    } else if !stream.isLinkUp {
      HTML.element("p") { visit(.neighbourBehind) }
    }
  }
}
