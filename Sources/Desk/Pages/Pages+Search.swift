import Catalog
import HTTP
import Markup
import Node
import Officers
import Terms

// One box for whatever an officer has in hand, and the crossing file that answers it.
extension Pages {
  /// The longest key, in bytes, as the API has it.
  private static let longestKey = 500

  /// `GET /search`.
  func showSearch(_ visit: Visit) -> Response { searchPage(visit, key: "", purpose: visit.session?.purpose ?? "") }

  private func searchPage(
    _ visit: Visit, key: String, purpose: String, trouble: Phrase? = nil, status: Int = 200
  ) -> Response {
    page(
      Frame(visit, title: visit(.search)).page {
        HTML.element("section", .class("box search")) {
          HTML.element("h1") { visit(.search) }
          if let trouble { HTML.element("p", .class("trouble"), .init("role", "alert")) { visit(trouble) } }
          searchForm(visit, key: key, purpose: purpose)
          HTML.element("p", .class("help")) { visit(.nobodyElse) }
        }
      }, status: status)
  }

  private func searchForm(_ visit: Visit, key: String, purpose: String) -> HTML {
    visit.form("/search", class: "stack") {
      HTML.element("label", .init("for", "key")) { visit(.key) }
      HTML.element(
        "textarea", .init("id", "key"), .init("name", "key"), .init("rows", "3"), .init("maxlength", "500"),
        .init("autocomplete", "off"), .init("autocapitalize", "characters"), .init("spellcheck", "false"),
        .init("aria-describedby", "key-help"), .flag("required"), .flag("autofocus")
      ) { key }
      HTML.element("p", .class("help"), .init("id", "key-help")) { visit(.searchHelp) }
      visit.purposeField(purpose)
      HTML.element("button") { visit(.search) }
    }
  }

  /// `POST /search`: remembers what was typed under a number, so that no address ever holds a person's data.
  func search(_ visit: Visit, _ form: Form) -> Response {
    let key = Self.key(form["key"] ?? "")
    let purpose = Self.purpose(form)
    let trouble: Phrase? =
      if key.isEmpty { .keyMissing } else if case .brokenZone = TypedKey(key) {
        .zoneWrong
      } else if key.utf8.count > Self.longestKey { .keyTooLong } else if purpose.isEmpty {
        .purposeMissing
      } else { nil }
    if let trouble { return searchPage(visit, key: key, purpose: purpose, trouble: trouble, status: 422) }
    guard canBeSearched(key) else {
      return searchPage(visit, key: key, purpose: purpose, trouble: .keyNotUnderstood, status: 422)
    }
    let number = sessions.withLock { sessions in
      sessions.note(purpose: purpose, of: visit.token)
      return sessions.remember(key: key, of: visit.token)
    }
    return redirect(to: number.map { "/file/\($0)" } ?? "/login")
  }

  /// What was typed: lines end as in a zone, and nothing around them counts.
  private static func key(_ typed: String) -> String {
    let lines = typed.split(whereSeparator: \.isNewline).map { line in
      line.split(separator: " ").joined(separator: " ")
    }
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// Whether any dataset can be searched for it.
  private func canBeSearched(_ key: String) -> Bool {
    node.registry.topology.definitions.contains { definition in
      !Installation.ownDatasets.contains(definition.dataset.description) && !definition.searchKeys(typed: key).isEmpty
    }
  }

  /// As what the key was understood.
  private func understood(_ key: String, _ visit: Visit) -> String {
    switch TypedKey(key) {
    case .zone(let zone):
      let names = [zone.surname, zone.given].map { $0.replacing("<", with: " ") }.filter { !$0.isEmpty }
      return "\(visit(.kindZone)): \(names.joined(separator: ", ")), \(zone.issuer) \(zone.number)"
    case .brokenZone: return visit(.zoneWrong)
    case .name: return visit(.kindName)
    case .record: return visit(.kindRecord)
    case .container: return visit(.kindContainer)
    case .tag: return visit(.kindTag)
    case .other: return visit(.kindOther)
    }
  }

  /// `GET /file/N`: the crossing file of a key that was typed in this session. Each view is a lookup.
  func showFile(_ visit: Visit) -> Response {
    guard let session = visit.session, let key = Int(visit.rest).flatMap({ session.key($0) }), !session.purpose.isEmpty
    else { return redirect(to: "/search") }
    let answer: LookupAnswer
    do throws(LookupError) { answer = try node.lookups.answer(CrossingRequest(key: key, by: session.asker)) } catch {
      return unanswered(visit, error)
    }
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(.file)).page {
        HTML.element("div", .class("again")) { searchAgain(visit, session) }
        HTML.element("h1", .class("key")) {
          HTML.element("small") { visit(.file) }
          HTML.element("span") { key }
        }
        HTML.element("p", .class("help")) {
          "\(visit(.understoodAs)): \(understood(key, visit)). \(visit(.purpose)): \(session.purpose)"
        }
        CrossingView(visit).file(answer)
      })
  }

  /// A short form above a file, for the next key.
  private func searchAgain(_ visit: Visit, _ session: Session) -> HTML {
    visit.form("/search", class: "row") {
      HTML.element(
        "textarea", .init("name", "key"), .init("rows", "1"), .init("maxlength", "500"), .init("autocomplete", "off"),
        .init("spellcheck", "false"), .init("aria-label", visit(.key)), .init("placeholder", visit(.key)),
        .flag("required")
      ) { "" }
      visit.hidden("purpose", session.purpose)
      HTML.element("button") { visit(.search) }
    }
  }

  /// A lookup that was not answered.
  func unanswered(_ visit: Visit, _ error: LookupError) -> Response {
    switch error {
    case .refused(let refusal):
      node.log(.debug, "desk", "a lookup was refused: \(refusal.logText)")
      return page(visit, status: 422, failure: (.keyNotUnderstood, .notFoundHelp))
    case .unknownDataset: return page(visit, status: 404, failure: (.notFound, .notFoundHelp))
    case .read, .notLogged, .busy:
      node.log(.error, "desk", "a lookup was not answered: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
  }

  /// The notice was on the page.
  func seen(_ visit: Visit) {
    if visit.session?.notice != nil { sessions.withLock { $0.tell(nil, of: visit.token) } }
  }
}
