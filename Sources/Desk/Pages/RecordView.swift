import Catalog
import Exchange
import Markup
import Node
import Officers
import Terms

/// One record of a timeline, with the titles of its definition.
struct RecordView {
  let visit: Visit

  /// The view for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  /// Fields that stand in the head of the item and not among the others.
  private static let inHead: Set<String> = ["event", "time", "post", "crossing", "reference"]

  /// Datasets about whose records something is done in the timeline; about others where they stand above it.
  private static let actedOnHere: Set<String> = ["incidents", "certificates", Alert.dataset]

  /// In which order people read what belongs to a document, a plate or a company.
  private static let order = ["kind", "country", "number", "text", "expiry"]

  /// The item.
  func item(_ found: LookupAnswer.Found) -> HTML {
    let stream = found.record.locator.stream
    let definition = visit.node.registry.definition(stream.dataset)
    let body = (try? JSONValue(found.body)) ?? .null
    let time = moment(found, definition, body)
    return HTML.element("li", .class(found.changedBy == nil ? "" : "changed")) {
      HTML.element("header") {
        HTML.element("time", .init("datetime", time.wholeSeconds)) { visit.time(time) }
        HTML.element("strong") {
          if case .withdraws = found.record.entry.kind {
            "\(visit(CorrectionPhrase.versionWithdrawal)): \(visit.dataset(stream.dataset))"
          } else {
            title(body, stream)
          }
        }
        HTML.element("span", .class("origin")) { visit.country(stream.origin) }
        if let place = body["post"]?.string ?? body["crossing"]?.string {
          HTML.element("span") { visit.place(place) }
        }
      }
      changes(found)
      if let definition { fields(body, definition) }
      if isAwaiting(found, body) { decision(found.record.entry.id) }
      if found.changedBy == nil, Self.actedOnHere.contains(stream.dataset.description) {
        ActLinks(visit).html(
          about: stream.dataset.description, event: body["event"]?.string, found.record.entry.id, of: stream.origin)
      }
      HTML.element("small", .class("code")) {
        let answered = found.answeredAt.map { "; \(visit(LivePhrase.answeredAt.text)), \(visit.time($0))" } ?? ""
        "\(visit(.record)) \(found.record.entry.id)\(answered)"
        if found.answeredAt == nil, !isHistory { history(found, stream) }
      }
      if found.changedBy == nil { corrections(found, body, stream) }
    }
  }

  /// Whether the record stands in its own history, which therefore needs no link to it.
  private var isHistory: Bool { visit.request.path.hasPrefix("/record/") }

  @HTMLBuilder private func history(_ found: LookupAnswer.Found, _ stream: StreamName) -> HTML {
    if visit.session?.rights.contains(.search) == true {
      " · "
      HTML.element("a", .href("/record/\(stream.dataset).\(found.record.entry.id)")) {
        visit(CorrectionPhrase.history)
        if !found.earlier.isEmpty { " (\(found.earlier.count + 1))" }
      }
    }
  }

  @HTMLBuilder private func corrections(
    _ found: LookupAnswer.Found, _ body: JSONValue, _ stream: StreamName
  ) -> HTML {
    if case .withdraws = found.record.entry.kind {
      HTML.empty
    } else if stream.isHome {
      HTML.element("p", .class("corrections")) {
        CorrectionLinks(visit).html(
          stream.dataset.description, event: body["event"]?.string, found.record.entry.id, of: stream.origin)
      }
    }
  }

  /// What a record says, above a form about it.
  @HTMLBuilder func summary(_ body: JSONValue, _ dataset: String) -> HTML {
    if let definition = visit.node.registry.topology.definition(named: dataset) {
      HTML.element("p") {
        HTML.element("strong") {
          "\(visit(definition.title)): \(ValueWords.text(body["event"]?.string ?? "", visit.language))"
        }
        if let post = body["post"]?.string { " · \(visit.place(post))" }
      }
      fields(body, definition)
    }
  }

  private func moment(_ found: LookupAnswer.Found, _ definition: Definition?, _ body: JSONValue) -> Instant {
    let text = definition?.timeField.flatMap { body[$0]?.string }
    return text.flatMap { try? Instant($0) } ?? found.record.entry.id.time
  }

  private func title(_ body: JSONValue, _ stream: StreamName) -> String {
    let dataset = visit.dataset(stream.dataset)
    guard let event = body["event"]?.string else { return dataset }
    return "\(dataset): \(ValueWords.text(event, visit.language))"
  }

  @HTMLBuilder private func changes(_ found: LookupAnswer.Found) -> HTML {
    if let later = found.changedBy { HTML.element("p", .class("trouble")) { "\(visit(.replacedBy)) \(later)" } }
    if !found.referredBy.isEmpty {
      HTML.element("p", .class("help")) {
        "\(visit(.answered)) \(found.referredBy.map(\.description).joined(separator: ", "))"
      }
    }
  }

  // MARK: Fields

  private func fields(_ body: JSONValue, _ definition: Definition) -> HTML {
    HTML.element("dl") {
      for field in definition.fields where !Self.inHead.contains(field.name) {
        if let value = body[field.name], !isNothing(value) {
          HTML.element("div") {
            HTML.element("dt") { visit(field.title) }
            HTML.element("dd") { show(value, field) }
          }
        }
      }
    }
  }

  private func isNothing(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .list([]), .object([]), .text(""): true
    default: false
    }
  }

  @HTMLBuilder private func show(_ value: JSONValue, _ field: Field) -> HTML {
    if let inner = field.inner {
      if case .list(let objects) = value {
        HTML.element("ol", .class("group")) {
          for object in objects { HTML.element("li") { group(object, inner) } }
        }
      } else {
        group(value, inner)
      }
    } else if field.bearsAttachment {
      let digests: [JSONValue] = if case .list(let all) = value { all } else { [value] }
      for digest in digests.compactMap(\.string) {
        HTML.element("a", .href("/attachment/\(digest)")) { visit(LivePhrase.showAttachment.text) }
        " "
        HTML.element("small", .class("code")) { String(digest.prefix(16)) + "…" }
      }
    } else if case .mrz = field.type {
      HTML.element("pre") { value.string ?? "" }
    } else {
      text(value, field.type)
    }
  }

  private func group(_ object: JSONValue, _ inner: [Field]) -> HTML {
    let parts = inner.compactMap { field -> HTML? in
      guard let value = object[field.ownName], !isNothing(value) else { return nil }
      return HTML.element("span", .class("part")) {
        HTML.element("i") { visit(field.title) }
        " "
        text(value, field.type)
      }
    }
    return .list(parts)
  }

  /// A value on one line.
  private func text(_ value: JSONValue, _ type: FieldType) -> String {
    switch value {
    case .null: return ""
    case .boolean(let isSo): return visit.language == .es ? (isSo ? "sí" : "no") : (isSo ? "yes" : "no")
    case .number(let number): return "\(number)"
    case .list(let values): return values.map { text($0, type.element) }.joined(separator: ", ")
    case .object(let members):
      let first = Self.order.compactMap { name in members.first { $0.name == name } }
      return (first + members.filter { !Self.order.contains($0.name) }).map {
        ValueWords.text($0.value.string ?? $0.value.json, visit.language)
      }.joined(separator: " · ")
    case .text(let text):
      switch type {
      case .country: return visit.country(text)
      case .post, .crossing: return visit.place(text)
      case .time: return (try? Instant(text)).map { visit.time($0) } ?? text
      case .enumeration: return ValueWords.text(text, visit.language)
      default: return text
      }
    }
  }

  // MARK: Deciding

  /// Whether it is a departure to this country, through the officer's crossing, that nobody answered yet.
  private func isAwaiting(_ found: LookupAnswer.Found, _ body: JSONValue) -> Bool {
    guard visit.session?.rights.contains(.decide) == true, found.changedBy == nil, found.referredBy.isEmpty,
      found.record.locator.stream.dataset.description == Pages.migration, body["event"]?.string == "departure",
      body["to"]?.string == visit.node.country.description, found.record.locator.stream.origin != visit.node.country,
      body["decision"]?.string == "admit", let post = visit.session?.officer.post,
      let crossing = body["crossing"]?.string
    else { return false }
    return post.hasPrefix("\(crossing)/")
  }

  /// The forms that confirm or refuse an entry.
  func decision(_ id: RecordID, isTold: Bool = true) -> HTML {
    HTML.element("div", .class("decide")) {
      if isTold { HTML.element("p") { visit(.awaitsYou) } }
      visit.form("/decide") {
        visit.hidden("record", id.description)
        visit.hidden("decision", "confirm")
        visit.hidden("back", visit.request.path)
        HTML.element("button", .class("go")) { visit(.confirm) }
      }
      HTML.element("details") {
        HTML.element("summary") { visit(.refuseTitle) }
        visit.form("/decide", class: "stack") {
          visit.hidden("record", id.description)
          visit.hidden("decision", "refuse")
          visit.hidden("back", visit.request.path)
          HTML.element("label") {
            visit(.refuseReason)
            HTML.void(
              "input", .init("name", "reason"), .init("maxlength", "120"), .init("autocomplete", "off"),
              .flag("required"))
          }
          HTML.element("button", .class("stop")) { visit(.refuse) }
        }
      }
    }
  }
}
