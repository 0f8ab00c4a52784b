import Catalog
import Exchange
import Forms
import HTTP
import Markup
import Node
import Officers
import Terms

// Contingency: a form for each dataset that the officer's role may record, checked as `publish` checks.
extension Pages {
  /// The routes of forms, actions, uploads and the officer's own account.
  static let formRoutes: [Route] = [
    Route(path: "/forms", method: .get, need: .right(.record), action: .show(Pages.showForms)),
    Route(path: "/form/", method: .get, need: .right(.record), action: .show(Pages.showForm)),
    Route(path: "/form/", method: .post, need: .right(.record), action: .record(Pages.takeForm)),
    Route(path: "/correct/", method: .get, need: .right(.record), action: .show(Pages.showCorrection)),
    Route(path: "/withdraw/", method: .get, need: .right(.record), action: .show(Pages.showWithdrawal)),
    Route(path: "/withdraw/", method: .post, need: .right(.record), action: .take(Pages.takeWithdrawal)),
    Route(path: "/draft/delete", method: .post, need: .right(.record), action: .take(Pages.deleteDraft)),
    Route(path: "/stored/", method: .get, need: .right(.record), action: .show(Pages.showStored)),
    Route(path: "/act/", method: .get, need: .right(.record), action: .show(Pages.showAct)),
    Route(path: "/act/", method: .post, need: .right(.record), action: .record(Pages.takeAct)),
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

  func formPage(
    _ visit: Visit, _ definition: Definition, _ extent: Recording.Extent, _ form: RecordForm,
    faults refusals: [Refusal] = [], trouble: FormPhrase? = nil, latest: RecordID? = nil, status: Int = 200
  ) -> Response {
    let layout = FormLayout(
      definition, form.values, leavingOut: Self.ownFields.union(definition.toldByFiles))
    let asked = Set(layout.places)
    var view = FormView(visit: visit, values: form.values)
    view.definition = definition
    if !refusals.isEmpty { view.faults = FormFaults(refusals, in: layout) }
    if case .events(let events) = extent { view.events = events }
    return page(
      Frame(visit, title: visit(definition.title)).page {
        HTML.element("h1") {
          HTML.element("small") { form.replaces == nil ? visit(.forms) : visit(CorrectionPhrase.correct) }
          visit(definition.title)
        }
        HTML.element("p", .class("help")) { visit(definition.description) }
        if let replaces = form.replaces { corrected(replaces, definition, latest, visit) }
        if let trouble { HTML.element("p", .class("box wrong"), .init("role", "alert")) { visit(trouble) } }
        view.trouble
        visit.form(
          "/form/\(definition.dataset)", class: "record", takesFiles: !definition.fileFields.isEmpty
        ) {
          visit.hidden("nonce", form.nonce)
          visit.hidden("draft", form.draft.map { "\($0)" } ?? "")
          visit.hidden("replaces", form.replaces?.description ?? "")
          // What is known and not asked now comes along, as where and when before the event is chosen.
          for (place, text) in form.values.texts.sorted(by: { $0.key < $1.key }) {
            if !text.isEmpty, !asked.contains(place), !Self.ownFields.contains(place) {
              visit.hidden(FormView.prefix + place, text)
            }
          }
          FormView.countries(visit)
          // Enter presses a form's first button, which must never be one that takes something out.
          if layout.first.isEmpty {
            HTML.element(
              "button", .class("default"), .init("name", "do"), .init("value", "show"), .init("tabindex", "-1"),
              .init("aria-hidden", "true")
            ) { visit(.showFields) }
          }
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
              HTML.element("button", .class("go"), .init("name", "do"), .init("value", "store")) {
                form.replaces == nil ? visit(.storeRecord) : visit(CorrectionPhrase.storeCorrection)
              }
              HTML.element("button", .class("plain"), .init("name", "do"), .init("value", "draft")) {
                visit(.keepDraft)
              }
            }
          }
        }
      }, status: status)
  }

  // MARK: What is done with a form

  /// Takes a form for a record as browsers send it, with files where the dataset has attachments.
  func recordForm(_ visit: Visit, _ caller: Caller, _ take: @escaping TakeRecord) -> any Handler {
    let most = FormValues.mostPlaces + Self.otherFields
    guard visit.request.headers["Content-Type"]?.lowercased().hasPrefix("multipart/") == true else {
      return taken(visit, caller, longest: Self.longestRecordForm, most: most) { [self] in
        let form = $0
        work.run(caller) { [self] in finished(take(self)(visit, form, FormFiles()), visit) }
      }
    }
    let files = filesTaken(visit)
    let bounds = StreamedForm.Bounds(
      fieldBytes: Self.longestRecordForm, fields: most, files: max(1, files?.names.count ?? 0),
      fileBytes: AttachmentExchange.longestByteCount
    )
    let intake = FormFileIntake(node, caller)
    @Sendable func isOwn(_ fields: [(name: String, value: String)]) -> Bool {
      guard isSameSite(visit.request), let session = visit.session else { return false }
      return Self.isSame(fields.first { $0.name == "token" }?.value ?? "", session.formToken)
    }
    return StreamedForm(
      visit.request, caller, bounds: bounds,
      begin: { name, _, before in
        let place = name.hasPrefix(FormView.filePrefix) ? String(name.dropFirst(FormView.filePrefix.count)) : ""
        guard isOwn(before), let field = files?.definition.fileField(at: place),
          files?.names.contains(field.name) == true
        else {
          return .failure(Problem(status: 403, detail: "the form is none of this session's, or takes no such file"))
        }
        return .success(intake.sink(for: place, of: field))
      },
      refused: { [self] problem in
        let words = problem.status == 413 ? visit(FilePhrase.formTooLong) : problem.detail
        return page(visit, status: problem.status, failure: (.badForm, .badFormHelp), detail: words)
      },
      done: { [self] fields in
        guard isOwn(fields) else {
          return caller.answer(page(visit, status: 403, failure: (.badForm, .badFormHelp)))
        }
        intake.whenDone { [self] files in
          work.run(caller) { [self] in finished(take(self)(visit, Form(fields: fields), files), visit) }
        }
      })
  }

  /// The dataset and the fields of which a form at this address brings files, where the session may record such a record.
  private func filesTaken(_ visit: Visit) -> (definition: Definition, names: Set<String>)? {
    if let act = Self.act(named: visit) {
      guard visit.mayDo(act), let definition = node.registry.topology.definition(named: act.dataset) else { return nil }
      return (definition, act.fileFields(of: definition))
    }
    return recordable(visit, visit.rest).map { ($0.definition, Set($0.definition.fileFields.map(\.name))) }
  }

  /// `POST /form/DATASET`: shows it anew with another row or other fields, keeps it as a draft, or stores the record.
  func takeForm(_ visit: Visit, _ form: Form, _ files: FormFiles) -> Response {
    guard let session = visit.session, let (definition, extent) = recordable(visit, visit.rest) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    guard var sent = RecordForm(form) else {
      return page(visit, status: 413, failure: (.badForm, .badFormHelp), detail: visit(.formTooBig))
    }
    let what = form["do"] ?? "show"
    let refusals = files.fill(&sent, of: definition)
    guard refusals.isEmpty else { return formPage(visit, definition, extent, sent, faults: refusals, status: 422) }
    if what.hasPrefix("drop:") { sent.drop(String(what.dropFirst(5)), of: definition) }
    if what == "draft" { return keepDraft(visit, session, definition, extent, sent) }
    if what == "store" { return store(visit, session, definition, extent, sent) }
    if what.hasPrefix("add:"), let field = definition.field(String(what.dropFirst(4))), let limit = field.rowLimit {
      sent.values.addRow(to: field.name, limit: limit)
    }
    return formPage(visit, definition, extent, sent)
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
          CorrectionLinks(visit).html(definition.dataset.description, event: nil, made.id, of: node.country)
          " "
          HTML.element("a", .href("/forms")) { visit(.toForms) }
        }
      })
  }
}
