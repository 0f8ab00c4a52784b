import Catalog
import Forms
import HTTP
import Markup
import Node
import Officers
import Terms

// Correcting and withdrawing records of this country. Whoever opens one sees it, so each time it is a lookup, logged before it is sent.
extension Pages {
  /// `GET /correct/DATASET.ID`: the dataset's form, filled with the record.
  func showCorrection(_ visit: Visit) -> Response {
    guard let (definition, extent, id) = named(visit) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    return correctable(visit, id, definition, .correct) { old, changedBy in
      if let changedBy { return changed(visit, definition, by: changedBy) }
      guard
        var values = FormValues(
          old, of: definition, local: { Language.typed($0, in: node.country) })
      else { return page(visit, status: 413, failure: (.badForm, .badFormHelp), detail: visit(.formTooBig)) }
      for name in Self.ownFields { values[name] = "" }
      return formPage(visit, definition, extent, RecordForm(values: values, replaces: id))
    }
  }

  /// `GET /withdraw/DATASET.ID`: what is to be withdrawn, and the reason for it.
  func showWithdrawal(_ visit: Visit) -> Response {
    guard let (definition, _, id) = named(visit) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    return correctable(visit, id, definition, .withdraw) { old, changedBy in
      if let changedBy { return changed(visit, definition, by: changedBy) }
      return withdrawalPage(
        visit, definition, id, old, RecordForm(values: FormValues()), back: visit.request.query("back"))
    }
  }

  /// `POST /withdraw/DATASET.ID`.
  func takeWithdrawal(_ visit: Visit, _ form: Form) -> Response {
    guard let session = visit.session, let (definition, _, id) = named(visit), let sent = RecordForm(form) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    return correctable(visit, id, definition, .withdraw) { old, changedBy in
      let reason = Self.line(sent.values["reason"])
      var record: [JSONValue.Member] = [.init(name: "withdraws", value: .text(id.description))]
      if definition.field("reference") != nil { record.append(.init(name: "reference", value: .text(sent.reference))) }
      if definition.field("reason") != nil {
        guard !reason.isEmpty else {
          let missing = Refusal(field: "reason", problem: "missing", whatToDo: "say why it is withdrawn")
          return withdrawalPage(
            visit, definition, id, old, sent, back: form["back"], faults: [missing], status: 422)
        }
        record.append(.init(name: "reason", value: .text(reason)))
      }
      switch publish(.object(record), of: definition, session, visit) {
      case .stored(let made, _):
        let words = "\(visit(CorrectionPhrase.withdrawn)) \(made)"
        return tell(.done(words), visit, to: Self.ownPath(form["back"]))
      case .refused(let refusals):
        return withdrawalPage(
          visit, definition, id, old, sent, back: form["back"], faults: refusals, latest: changedBy, status: 422)
      case .forbidden: return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
      case .failed: return page(visit, status: 503, failure: (.unavailable, .tryAgain))
      }
    }
  }

  private func withdrawalPage(
    _ visit: Visit, _ definition: Definition, _ id: RecordID, _ old: JSONValue, _ form: RecordForm,
    back: String?, faults refusals: [Refusal] = [], latest: RecordID? = nil, status: Int = 200
  ) -> Response {
    // The dataset's own field, which its law may ask for; at the desk a withdrawal always says why.
    let layout = FormLayout(definition, form.values, asked: ["reason"]).allCompulsory
    var view = FormView(visit: visit, values: form.values)
    view.definition = definition
    if !refusals.isEmpty { view.faults = FormFaults(refusals, in: layout) }
    let back = Self.ownPath(back)
    return page(
      Frame(visit, title: visit(CorrectionPhrase.withdraw)).page {
        HTML.element("h1") {
          HTML.element("small") { visit(definition.title) }
          visit(CorrectionPhrase.withdraw)
        }
        HTML.element("section", .class("box")) {
          HTML.element("h2") { visit(.actAbout) }
          RecordView(visit).summary(old, definition.dataset.description)
          HTML.element("small", .class("code")) { id.description }
        }
        if let latest { changedBox(latest, definition, visit) }
        view.trouble
        visit.form("/withdraw/\(definition.dataset).\(id)", class: "record") {
          visit.hidden("nonce", form.nonce)
          visit.hidden("back", back)
          view.blocks(layout.blocks)
          HTML.element("p", .class("help")) {
            if layout.blocks.isEmpty { "\(visit(CorrectionPhrase.withdrawNoReason)) " }
            visit(CorrectionPhrase.withdrawNote)
          }
          HTML.element("div", .class("buttons")) {
            HTML.element("button", .class("stop")) { visit(CorrectionPhrase.withdraw) }
            HTML.element("a", .href(back)) { visit(.back) }
          }
        }
      }, status: status)
  }

  /// What stands above a form that corrects a record.
  @HTMLBuilder func corrected(
    _ id: RecordID, _ definition: Definition, _ latest: RecordID?, _ visit: Visit
  ) -> HTML {
    HTML.element("p", .class("box")) {
      "\(visit(CorrectionPhrase.corrects)) "
      HTML.element("b", .class("code")) { id.description }
      ". \(visit(CorrectionPhrase.correctNote))"
    }
    if let latest { changedBox(latest, definition, visit) }
  }

  private func changedBox(_ latest: RecordID, _ definition: Definition, _ visit: Visit) -> HTML {
    HTML.element("p", .class("box wrong"), .init("role", "alert")) {
      "\(visit(CorrectionPhrase.changedMeanwhile)) "
      HTML.element("a", .class("code"), .href("/record/\(definition.dataset).\(latest)")) { latest.description }
    }
  }

  private func changed(_ visit: Visit, _ definition: Definition, by latest: RecordID) -> Response {
    page(
      Frame(visit, title: visit(CorrectionPhrase.correct)).page {
        HTML.element("h1") { visit(definition.title) }
        changedBox(latest, definition, visit)
      }, status: 409)
  }

  // MARK: What may be corrected

  /// The dataset and the record that an address names, when the session may record of that dataset.
  private func named(_ visit: Visit) -> (Definition, Recording.Extent, RecordID)? {
    let parts = visit.rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let id = try? RecordID(parts[1]), let (definition, extent) = recordable(visit, parts[0])
    else { return nil }
    return (definition, extent, id)
  }

  /// Looks a record up that is to be corrected or withdrawn, and goes on with it and the record that changed it last, or says why not:
  /// it is no record of this country's, not for this role, or itself a withdrawal.
  func correctable(
    _ visit: Visit, _ id: RecordID, _ definition: Definition, _ what: CorrectionPhrase,
    _ body: (JSONValue, RecordID?) -> Response
  ) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    var asker = session.asker
    if asker.purpose.isEmpty { asker.purpose = visit(what) }
    var request = LookupRequest(dataset: definition.dataset, by: asker)
    request.history = true
    let found: LookupAnswer.Found?
    do throws(LookupError) { found = try node.lookups.record(id, request) } catch { return unanswered(visit, error) }
    guard let found, let old = try? JSONValue(found.body) else {
      return page(visit, status: 404, failure: (.notFound, .notFoundHelp))
    }
    guard found.record.locator.stream.origin == node.country else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp), detail: visit(CorrectionPhrase.whose))
    }
    if case .withdraws = found.record.entry.kind {
      let words = visit(CorrectionPhrase.notCorrectable)
      return page(visit, status: 409, failure: (.badForm, .badFormHelp), detail: words)
    }
    guard Recording.mayRecord(session.role, definition.dataset.description, event: old["event"]?.string) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    return body(old, found.changedBy)
  }

  /// On one line, without white space around it.
  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// Links to correct and to withdraw a record, where the role may.
struct CorrectionLinks {
  let visit: Visit

  /// The links for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  /// The links; nothing where the record is not of this country, or not for the role.
  @HTMLBuilder func html(_ dataset: String, event: String?, _ id: RecordID, of origin: CountryCode) -> HTML {
    if origin == visit.node.country, visit.mayCorrect(dataset, event: event) {
      for (path, phrase) in [("correct", CorrectionPhrase.correct), ("withdraw", .withdraw)] {
        HTML.element("a", .href("/\(path)/\(dataset).\(id)?back=\(visit.request.path)")) { visit(phrase) }
        " "
      }
    }
  }
}

extension Visit {
  /// Whether this session may correct such a record of this country; without its event, whether it may correct any of the dataset.
  func mayCorrect(_ dataset: String, event: String?) -> Bool {
    guard let session, session.rights.contains(.record), !Installation.ownDatasets.contains(dataset) else {
      return false
    }
    let datasets = session.officer.datasets
    guard datasets.isEmpty || datasets.contains(where: { $0.description == dataset }) else { return false }
    guard let event else { return Recording.extent(session.role, dataset) != nil }
    return Recording.mayRecord(session.role, dataset, event: event)
  }
}
