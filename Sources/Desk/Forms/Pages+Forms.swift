import Catalog
import Forms
import HTTP
import Markup
import Node
import Officers
import Sodium
import Terms

// Contingency: a form for each dataset that the officer's role may record, checked as `publish` checks.
extension Pages {
  /// The routes of forms, actions, uploads and the officer's own account.
  static let formRoutes: [Route] = [
    Route(path: "/forms", method: .get, need: .right(.record), action: .show(Pages.showForms)),
    Route(path: "/form/", method: .get, need: .right(.record), action: .show(Pages.showForm)),
    Route(path: "/form/", method: .post, need: .right(.record), action: .long(Pages.takeForm)),
    Route(path: "/draft/delete", method: .post, need: .right(.record), action: .take(Pages.deleteDraft)),
    Route(path: "/stored/", method: .get, need: .right(.record), action: .show(Pages.showStored)),
    Route(path: "/act/", method: .get, need: .right(.record), action: .show(Pages.showAct)),
    Route(path: "/act/", method: .post, need: .right(.record), action: .take(Pages.takeAct)),
    Route(path: "/upload/", method: .get, need: .right(.record), action: .show(Pages.showUpload)),
    Route(path: "/upload/", method: .post, need: .right(.record), action: .upload(Pages.takeUpload)),
    Route(path: "/upload-store", method: .post, need: .right(.record), action: .take(Pages.storeUpload)),
    Route(path: "/refused/", method: .get, need: .right(.record), action: .show(Pages.showRefused)),
    Route(path: "/account", method: .get, need: .session, action: .show(Pages.showAccount)),
    Route(path: "/account/password", method: .post, need: .session, action: .later(Pages.changePassword)),
    Route(path: "/account/factor", method: .post, need: .session, action: .take(Pages.changeFactor)),
    Route(path: "/login/code", method: .post, need: .nothing, action: .code),
    Route(path: "/outages", method: .get, need: .right(.record), action: .show(Pages.showOutages)),
    Route(path: "/alerts", method: .get, need: .right(.search), action: .show(Pages.showAlerts)),
  ]

  /// The longest form for a record, in bytes: what a record holds, each byte written as three.
  static let longestRecordForm = 400 << 10
  /// Fields of such a form beside the record's own.
  static let otherFields = 8
  /// Fields that the desk fills in itself.
  static let ownFields: Set<String> = ["reference", "officer"]

  // MARK: What may be recorded

  /// The datasets that this session may record, and which of their events.
  func recordable(_ session: Session) -> [(definition: Definition, extent: Recording.Extent)] {
    node.registry.topology.definitions.compactMap { definition in
      guard !Installation.ownDatasets.contains(definition.dataset.description),
        session.officer.datasets.isEmpty || session.officer.datasets.contains(definition.dataset),
        let extent = Recording.extent(session.role, definition.dataset.description)
      else { return nil }
      return (definition, extent)
    }
  }

  /// The dataset that an address names, when the session may record it.
  func recordable(_ visit: Visit, _ name: String) -> (definition: Definition, extent: Recording.Extent)? {
    guard let session = visit.session else { return nil }
    return recordable(session).first { $0.definition.dataset.description == name }
  }

  // MARK: Pages

  /// `GET /forms`: what may be recorded, and the officer's drafts.
  func showForms(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    let drafts = try? node.drafts.forms(of: session.officer.id, at: visit.now)
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(.forms)).page {
        HTML.element("h1") {
          visit(.forms)
          HTML.element("small") { visit.place(session.officer.post) }
        }
        HTML.element("p", .class("help")) { visit(.formsNote) }
        let datasets = recordable(session)
        if datasets.isEmpty { HTML.element("p", .class("box")) { visit(.formsNone) } }
        HTML.element("p", .class("acts")) {
          if Recording.mayRecord(session.role, "incidents", event: "reported") {
            HTML.element("a", .class("button plain"), .href("/form/incidents?event=reported")) {
              visit(.reportIncident)
            }
          }
          if Recording.mayRecord(session.role, "posts", event: "state") {
            HTML.element("a", .class("button plain"), .href("/outages")) { visit(.outages) }
          }
          if session.rights.contains(.search), Recording.mayRecord(session.role, Alert.dataset, event: "hit") {
            HTML.element("a", .class("button plain"), .href("/alerts")) { visit(.openHits) }
          }
        }
        HTML.element("ul", .class("cards")) {
          for (definition, extent) in datasets { card(definition, extent, visit) }
        }
        HTML.element("h2") { visit(.drafts) }
        HTML.element("p", .class("help")) { visit(.draftsNote) }
        self.drafts(drafts, visit)
      })
  }

  private func card(_ definition: Definition, _ extent: Recording.Extent, _ visit: Visit) -> HTML {
    HTML.element("li", .class("box")) {
      HTML.element("h2") {
        HTML.element("a", .href("/form/\(definition.dataset)")) { visit(definition.title) }
      }
      HTML.element("p") { visit(definition.description) }
      if case .events(let events) = extent {
        HTML.element("p", .class("help")) {
          "\(visit(.event)): \(events.sorted().map { ValueWords.text($0, visit.language) }.joined(separator: ", "))"
        }
      }
      HTML.element("p", .class("acts")) {
        HTML.element("a", .class("button plain"), .href("/upload/\(definition.dataset)")) { visit(.upload) }
      }
    }
  }

  /// `GET /form/DATASET`: an empty form, or with `draft` one that was kept.
  func showForm(_ visit: Visit) -> Response {
    guard let session = visit.session, let (definition, extent) = recordable(visit, visit.rest) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    // Links lead to a form with its event chosen.
    let event = visit.request.query("event")
    if let number = visit.request.query("draft").flatMap({ Int($0) }) {
      guard let draft = try? node.drafts.forms(of: session.officer.id, at: visit.now)[number],
        draft.dataset == definition.dataset, let form = RecordForm(draft)
      else { return tell(.failed(visit(.draftGone)), visit, to: "/forms") }
      defer { seen(visit) }
      return formPage(visit, definition, extent, form)
    }
    var values = FormValues()
    preset(&values, definition, visit)
    if let event, case .enumeration(let words)? = definition.field("event")?.type, words.contains(event) {
      values["event"] = event
    }
    return formPage(visit, definition, extent, RecordForm(values: values))
  }

  /// What is known before anything is typed: where the officer is, and that it is now.
  func preset(_ values: inout FormValues, _ definition: Definition, _ visit: Visit) {
    if let time = definition.timeField { values[time] = Language.local(visit.now, in: node.country) }
    guard let post = visit.session?.officer.post else { return }
    for field in definition.fields where field.name == "post" && field.type == .post { values[field.name] = post }
    for field in definition.fields where field.name == "crossing" && field.type == .crossing {
      values[field.name] = node.registry.topology.crossing(ofPost: post)?.id ?? ""
    }
  }

  /// A form as it goes to and fro.
  struct RecordForm {
    var values: FormValues
    /// The name that makes one record of two clicks.
    var nonce = SystemEntropy().bytes(16).hex
    /// The draft that it is kept as.
    var draft: Int?
    /// When the page was made: the moment of what an act says, so that two clicks say the same.
    private var made: Instant?

    init(values: FormValues) { self.values = values }

    /// What was kept as a draft; nil when it is no such form. It keeps its number: stored from two windows it is one record.
    init?(_ draft: SavedForm) {
      var texts = draft.texts
      if let kept = texts.removeValue(forKey: Self.nonceName) { nonce = kept }
      guard let values = FormValues(texts) else { return nil }
      (self.values, self.draft) = (values, draft.number)
    }

    /// What is kept as a draft: names of fields never begin so.
    var draftTexts: [String: String] { values.texts.merging([Self.nonceName: nonce]) { typed, _ in typed } }

    private static let nonceName = "@nonce"

    /// What was posted; nil when it is no such form, or longer than a record.
    init?(_ form: Form) {
      var texts: [String: String] = [:]
      for (name, value) in form.fields where name.hasPrefix(FormView.prefix) {
        texts[String(name.dropFirst(FormView.prefix.count))] = value
      }
      guard let values = FormValues(texts) else { return nil }
      self.values = values
      if let sent = form["nonce"], sent.utf8.count == 32, [UInt8](hex: sent) != nil { nonce = sent }
      draft = form["draft"].flatMap { Int($0) }
      made = form["opened"].flatMap { try? Instant($0) }
    }

    /// When the page was made; now, where that is not told or was not within this shift.
    func opened(_ now: Instant) -> Instant {
      guard let made, (0..<SessionTable.longest).contains(now.milliseconds(since: made)) else { return now }
      return made
    }

    var reference: String { "desk-\(nonce)" }
  }

  func formPage(
    _ visit: Visit, _ definition: Definition, _ extent: Recording.Extent, _ form: RecordForm,
    faults refusals: [Refusal] = [], trouble: FormPhrase? = nil, status: Int = 200
  ) -> Response {
    let layout = FormLayout(definition, form.values, leavingOut: Self.ownFields)
    let asked = Set(layout.places)
    var view = FormView(visit: visit, values: form.values)
    view.definition = definition
    if !refusals.isEmpty { view.faults = FormFaults(refusals, in: layout) }
    if case .events(let events) = extent { view.events = events }
    return page(
      Frame(visit, title: visit(definition.title)).page {
        HTML.element("h1") {
          HTML.element("small") { visit(.forms) }
          visit(definition.title)
        }
        HTML.element("p", .class("help")) { visit(definition.description) }
        if let trouble { HTML.element("p", .class("box wrong"), .init("role", "alert")) { visit(trouble) } }
        view.trouble
        visit.form("/form/\(definition.dataset)", class: "record") {
          visit.hidden("nonce", form.nonce)
          visit.hidden("draft", form.draft.map { "\($0)" } ?? "")
          // What is known and not asked now comes along, as where and when before the event is chosen.
          for (place, text) in form.values.texts.sorted(by: { $0.key < $1.key }) {
            if !text.isEmpty, !asked.contains(place), !Self.ownFields.contains(place) {
              visit.hidden(FormView.prefix + place, text)
            }
          }
          FormView.countries(visit)
          if !layout.first.isEmpty {
            HTML.element("section", .class("box first-choice"), .init("aria-label", visit(.chooseFirst))) {
              view.blocks(layout.first)
              HTML.element("button", .class("plain"), .init("name", "do"), .init("value", "show")) {
                visit(.showFields)
              }
            }
          }
          if !layout.rest.isEmpty {
            HTML.element("p", .class("help")) { "\(visit(.compulsoryNote)) \(visit(.storeNote))" }
            view.blocks(layout.rest)
            HTML.element("div", .class("buttons")) {
              HTML.element("button", .class("go"), .init("name", "do"), .init("value", "store")) { visit(.storeRecord) }
              HTML.element("button", .class("plain"), .init("name", "do"), .init("value", "draft")) {
                visit(.keepDraft)
              }
            }
          }
        }
      }, status: status)
  }

  // MARK: What is done with a form

  /// `POST /form/DATASET`: shows it anew with another row or other fields, keeps it as a draft, or stores the record.
  func takeForm(_ visit: Visit, _ form: Form) -> Response {
    guard let session = visit.session, let (definition, extent) = recordable(visit, visit.rest) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    guard var sent = RecordForm(form) else {
      return page(visit, status: 413, failure: (.badForm, .badFormHelp), detail: visit(.formTooBig))
    }
    let what = form["do"] ?? "show"
    if what == "draft" { return keepDraft(visit, session, definition, extent, sent) }
    if what == "store" { return store(visit, session, definition, extent, sent) }
    if what.hasPrefix("add:"), let field = definition.field(String(what.dropFirst(4))), let limit = field.rowLimit {
      sent.values.addRow(to: field.name, limit: limit)
    }
    return formPage(visit, definition, extent, sent)
  }

  private func store(
    _ visit: Visit, _ session: Session, _ definition: Definition, _ extent: Recording.Extent, _ form: RecordForm
  ) -> Response {
    var form = form
    form.values = form.values.compacted(for: definition)
    switch publish(form.values, as: form.reference, of: definition, session, visit) {
    case .stored(let id, let isNew):
      if let draft = form.draft {
        do { try node.drafts.change(of: session.officer.id, at: visit.now) { $0.remove(draft) } } catch {
          node.log(.warning, "desk", "the draft of a stored record was not removed: \(error)")
        }
      }
      let number = sessions.withLock {
        $0.remember(made: id, of: definition.dataset.description, isNew: isNew, by: visit.token)
      }
      return redirect(to: number.map { "/stored/\($0)" } ?? "/login")
    case .refused(let refusals): return formPage(visit, definition, extent, form, faults: refusals, status: 422)
    case .forbidden: return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    case .failed: return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
  }

  /// What became of a record that was to be made.
  enum Made {
    case stored(RecordID, isNew: Bool)
    case refused([Refusal])
    case forbidden
    case failed
  }

  /// Publishes what was typed as the officer's own record; every way of recording at the desk ends here. Waits for the disk.
  func publish(
    _ values: FormValues, with known: [JSONValue.Member] = [], as reference: String, of definition: Definition,
    _ session: Session, _ visit: Visit
  ) -> Made {
    var values = values
    values["reference"] = reference
    if definition.field("officer") != nil { values["officer"] = session.officer.id }
    var record: JSONValue
    do throws(Refusal) {
      record = try values.record(of: definition, offset: Language.offset(of: node.country))
    } catch { return .refused([error]) }
    if case .object(let typed) = record {
      // What the desk knows stands, whatever a form says.
      let names = Set(known.map(\.name))
      record = .object(known + typed.filter { !names.contains($0.name) })
    }
    guard recordable(session).contains(where: { $0.definition == definition }) else { return .forbidden }
    let event = record["event"]?.string
    guard
      event == nil && definition.field("event") != nil
        || Recording.mayRecord(session.role, definition.dataset.description, event: event)
    else { return .forbidden }
    let line = Array(record.json.utf8)
    let faults = definition.faults(of: line, from: node.country, topology: node.registry.topology, now: visit.now)
    guard faults.isEmpty else { return .refused(faults) }
    switch node.publish(line, of: definition) {
    case .accepted(let id):
      node.log(.info, "desk", "\(session.officer.id) recorded \(id) of \(definition.dataset)")
      return .stored(id, isNew: true)
    case .duplicate(let id): return .stored(id, isNew: false)
    case .refused(let field, let problem, let remedy):
      return .refused([Refusal(field: field, problem: problem, whatToDo: remedy)])
    case .failed(let why):
      node.log(.error, "desk", "a record was not stored: \(why)")
      return .failed
    }
  }

  /// Leads to another page, which tells something.
  func tell(_ notice: Session.Notice, _ visit: Visit, to path: String) -> Response {
    sessions.withLock { $0.tell(notice, of: visit.token) }
    return redirect(to: path)
  }

  /// `GET /stored/N`: what became of a record that this session made. Nothing of its content: to see that is a lookup.
  func showStored(_ visit: Visit) -> Response {
    guard let session = visit.session, let number = Int(visit.rest),
      let made = session.made.last(where: { $0.number == number }),
      let definition = node.registry.topology.definition(named: made.dataset)
    else { return redirect(to: "/forms") }
    let countries = node.agreedRecipients(of: definition.dataset, at: visit.now)
    return page(
      Frame(visit, title: visit(.stored)).page {
        HTML.element("section", .class("box good"), .init("role", "status")) {
          HTML.element("h1") { visit(made.isNew ? .stored : .storedBefore) }
          HTML.element("p") {
            "\(visit(definition.title)). \(visit(.storedID)): "
            HTML.element("b", .class("code")) { made.id.description }
          }
          HTML.element("p") { visit(.storedNote) }
        }
        if countries.isEmpty {
          HTML.element("p") { visit(.storedStays) }
        } else {
          HTML.element("p") {
            "\(visit(.storedGoes)) \(countries.map { visit.country($0) }.joined(separator: ", ")). \(visit(.storedNext))"
          }
        }
        HTML.element("p", .class("buttons")) {
          HTML.element("a", .class("button"), .href("/form/\(definition.dataset)")) { visit(.another) }
          " "
          HTML.element("a", .href("/forms")) { visit(.toForms) }
        }
      })
  }
}
