import Catalog
import Forms
import HTTP
import Markup
import Node
import Officers
import Terms

// What an officer does about a record that is shown. The record is looked up anew, and logged, each time: what is taken over from it is
// what it says, never what a form says.
extension Pages {
  /// An act on a record, as its address names it.
  private struct Deed {
    let act: Act
    let id: RecordID
    let old: JSONValue
    let definition: Definition
    /// The record in which an alert's subject was found.
    let matched: RecordID?
    /// Where to go afterwards.
    let back: String
  }

  /// `GET /act/NAME.ID`.
  func showAct(_ visit: Visit) -> Response {
    deed(visit, visit.request.query("back"), visit.request.query("matched")) { deed, session in
      var values = FormValues()
      // Of the own hold; a certificate's authority is another.
      if deed.act.asked.contains("authority"), deed.act.about.dataset == deed.act.dataset {
        values["authority"] = deed.old["authority"]?.string ?? ""
      }
      return actPage(visit, deed, RecordForm(values: values))
    }
  }

  /// The act that an address names, when it is one of an act.
  static func act(named visit: Visit) -> Act? {
    guard visit.request.path.hasPrefix("/act/") else { return nil }
    return visit.rest.split(separator: ".").first.flatMap { Act.named(String($0)) }
  }

  /// `POST /act/NAME.ID`.
  func takeAct(_ visit: Visit, _ form: Form, _ files: FormFiles) -> Response {
    guard var sent = RecordForm(form) else { return page(visit, status: 400, failure: (.badForm, .badFormHelp)) }
    return deed(visit, form["back"], form["matched"]) { deed, session in
      let refusals = files.fill(&sent, of: deed.definition)
      guard refusals.isEmpty else { return actPage(visit, deed, sent, faults: refusals, status: 422) }
      if let what = form["do"], what.hasPrefix("add:") || what.hasPrefix("drop:") {
        return changed(visit, deed, sent, what)
      }
      sent.values = deed.act.asked(of: sent.values, deed.definition).compacted(for: deed.definition)
      guard settleFiles(&sent, deed.definition) else {
        return page(visit, status: 503, failure: (.unavailable, .tryAgain))
      }
      var known = deed.act.members(of: deed.old, id: deed.id.description)
      known.append(.init(name: "time", value: .text(sent.opened(visit.now).wholeSeconds)))
      known.append(.init(name: "post", value: .text(session.officer.post)))
      if let matched = deed.matched, deed.act.name == "outcome" {
        known.append(.init(name: "matched", value: .text(matched.description)))
      }
      switch publish(sent.values, with: known, as: sent.reference, of: deed.definition, session, visit) {
      case .stored(let id, _):
        return tell(.done("\(visit(deed.act.phrase)): \(visit(.doneStored)) \(id)"), visit, to: deed.back)
      case .refused(let refusals): return actPage(visit, deed, sent, faults: refusals, status: 422)
      case .forbidden: return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
      case .failed: return page(visit, status: 503, failure: (.unavailable, .tryAgain))
      }
    }
  }

  /// The page with another row, or without a file.
  private func changed(_ visit: Visit, _ deed: Deed, _ sent: RecordForm, _ what: String) -> Response {
    var sent = sent
    if what.hasPrefix("drop:") { sent.drop(String(what.dropFirst(5)), of: deed.definition) }
    if what.hasPrefix("add:"), let field = deed.definition.field(String(what.dropFirst(4))), let limit = field.rowLimit
    {
      sent.values.addRow(to: field.name, limit: limit)
    }
    return actPage(visit, deed, sent)
  }

  /// Looks the record up and goes on, or says why not.
  private func deed(
    _ visit: Visit, _ back: String?, _ matched: String?, _ body: (Deed, Session) -> Response
  ) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    let parts = visit.rest.split(separator: ".").map(String.init)
    guard parts.count == 2, let act = Act.named(parts[0]), let id = try? RecordID(parts[1]),
      let definition = node.registry.topology.definition(named: act.dataset),
      let about = node.registry.topology.definition(named: act.about.dataset)
    else { return page(visit, status: 404, failure: (.notFound, .notFoundHelp)) }
    guard visit.mayDo(act) else { return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp)) }
    var asker = session.asker
    if asker.purpose.isEmpty { asker.purpose = visit(act.phrase) }
    let found: LookupAnswer.Found?
    do throws(LookupError) {
      found = try node.lookups.record(id, LookupRequest(dataset: about.dataset, by: asker))
    } catch { return unanswered(visit, error) }
    guard let found, found.changedBy == nil, let old = try? JSONValue(found.body) else {
      return page(visit, status: 404, failure: (.notFound, .notFoundHelp))
    }
    let isHome = found.record.locator.stream.origin == node.country
    guard Act.about(act.about.dataset, event: old["event"]?.string, isHome: isHome).contains(act) else {
      return page(visit, status: 409, failure: (.badForm, .badFormHelp), detail: visit(.actNotHere))
    }
    return body(
      Deed(
        act: act, id: id, old: old, definition: definition, matched: matched.flatMap { try? RecordID($0) },
        back: Self.ownPath(back)), session)
  }

  /// Where a browser may be led after an act: nowhere but back to where acts are offered.
  static func ownPath(_ path: String?) -> String {
    guard let path else { return "/forms" }
    if ["/expected", "/alerts", "/outages", "/forms"].contains(path) { return path }
    for (start, longest) in [("/file/", 20), ("/record/", 100)] where path.hasPrefix(start) {
      let isPlain = path.dropFirst(start.utf8.count).utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
      }
      return isPlain && path.utf8.count <= start.utf8.count + longest ? path : "/forms"
    }
    return "/forms"
  }

  private func actPage(
    _ visit: Visit, _ deed: Deed, _ form: RecordForm, faults refusals: [Refusal] = [], status: Int = 200
  ) -> Response {
    var values = form.values
    // What an act sets decides what is compulsory, and is not asked.
    for (name, value) in deed.act.given { values[name] = value }
    let layout = FormLayout(deed.definition, values, asked: deed.act.asked)
    var view = FormView(visit: visit, values: values)
    view.definition = deed.definition
    if !refusals.isEmpty { view.faults = FormFaults(refusals, in: layout) }
    return page(
      Frame(visit, title: visit(deed.act.phrase)).page {
        HTML.element("h1") {
          HTML.element("small") { visit(deed.definition.title) }
          visit(deed.act.phrase)
        }
        HTML.element("section", .class("box")) {
          HTML.element("h2") { visit(.actAbout) }
          RecordView(visit).summary(deed.old, deed.act.about.dataset)
          HTML.element("small", .class("code")) { deed.id.description }
        }
        view.trouble
        visit.form(
          "/act/\(deed.act.name).\(deed.id)", class: "record",
          takesFiles: !deed.act.fileFields(of: deed.definition).isEmpty
        ) {
          visit.hidden("nonce", form.nonce)
          visit.hidden("opened", form.opened(visit.now).wholeSeconds)
          visit.hidden("back", deed.back)
          visit.hidden("matched", deed.matched?.description ?? "")
          // Enter presses a form's first button, which must never be one that takes something out.
          HTML.element(
            "button", .class("default"), .init("name", "do"), .init("value", "store"), .init("tabindex", "-1"),
            .init("aria-hidden", "true")
          ) { visit(deed.act.phrase) }
          for name in deed.definition.toldByFiles.sorted() where !values[name].isEmpty {
            visit.hidden(FormView.prefix + name, values[name])
          }
          view.blocks(layout.blocks)
          HTML.element("p", .class("help")) {
            "\(visit(.storeNote)) \(visit(.actWhere)): \(visit.place(visit.session?.officer.post ?? "")), \(visit.time(visit.now))."
          }
          HTML.element("div", .class("buttons")) {
            HTML.element("button", .class("go"), .init("name", "do"), .init("value", "store")) {
              visit(deed.act.phrase)
            }
            HTML.element("a", .href(deed.back)) { visit(.back) }
          }
        }
      }, status: status)
  }
}

extension Act {
  /// The fields of which its form takes files.
  func fileFields(of definition: Definition) -> Set<String> {
    Set(definition.fileFields.map(\.name)).intersection(asked)
  }

  /// Of what was sent only what is asked, and what is known of the files among it.
  func asked(of sent: FormValues, _ definition: Definition) -> FormValues {
    var values = FormValues()
    for (place, text) in sent.texts where asked.contains(String(place.prefix { $0 != "." })) { values[place] = text }
    for field in definition.fileFields where asked.contains(field.name) && !values[field.name].isEmpty {
      for name in definition.besides(field).map({ [$0.bytes, $0.mediaType] }) ?? [] { values[name] = sent[name] }
    }
    return values
  }
}
