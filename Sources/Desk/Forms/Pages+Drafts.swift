import Catalog
import Forms
import HTTP
import Markup
import Node
import Officers

// Forms that an officer will finish later.
extension Pages {
  /// The officer's drafts, each to be opened or deleted.
  @HTMLBuilder func drafts(_ drafts: SavedForms?, _ visit: Visit) -> HTML {
    if let drafts, drafts.forms.isEmpty { HTML.element("p", .class("box")) { visit(.draftsNone) } }
    if drafts == nil { HTML.element("p", .class("box wrong")) { visit(.draftsBroken) } }
    HTML.element("ul", .class("drafts")) {
      for form in drafts?.forms ?? [] {
        HTML.element("li", .class("box")) {
          HTML.element("a", .href("/form/\(form.dataset)?draft=\(form.number)")) {
            "\(visit.dataset(form.dataset)), \(visit(.savedAt)) \(visit.time(form.saved))"
          }
          visit.form("/draft/delete") {
            visit.hidden("draft", "\(form.number)")
            HTML.element(
              "button", .class("plain"),
              .init("aria-label", "\(visit(.deleteDraft)): \(visit.dataset(form.dataset)), \(visit.time(form.saved))")
            ) { visit(.deleteDraft) }
          }
        }
      }
    }
  }

  /// Keeps what was typed as a draft, and shows it again from there.
  func keepDraft(
    _ visit: Visit, _ session: Session, _ definition: Definition, _ extent: Recording.Extent, _ form: RecordForm
  ) -> Response {
    var form = form
    guard settleFiles(&form, definition) else {
      return formPage(visit, definition, extent, form, trouble: .draftsBroken, status: 503)
    }
    let kept: Result<Int, SavedForms.Fault>
    do throws(HomeError) {
      kept = try node.drafts.change(of: session.officer.id, at: visit.now) { [form] drafts in
        do throws(SavedForms.Fault) {
          return .success(
            try drafts.keep(form.draftTexts, of: definition.dataset, at: visit.now, as: form.draft))
        } catch { return .failure(error) }
      }
    } catch {
      node.log(.error, "desk", "a draft was not kept: \(error)")
      return formPage(visit, definition, extent, form, trouble: .draftsBroken, status: 503)
    }
    switch kept {
    case .success(let number):
      return tell(.done(visit(.draftKept)), visit, to: "/form/\(definition.dataset)?draft=\(number)")
    case .failure: return formPage(visit, definition, extent, form, trouble: .draftsFull, status: 409)
    }
  }

  /// `POST /draft/delete`.
  func deleteDraft(_ visit: Visit, _ form: Form) -> Response {
    guard let session = visit.session, let number = form["draft"].flatMap({ Int($0) }) else {
      return page(visit, status: 400, failure: (.badForm, .badFormHelp))
    }
    do {
      try node.drafts.change(of: session.officer.id, at: visit.now) { $0.remove(number) }
      return tell(.done(visit(.draftDeleted)), visit, to: "/forms")
    } catch {
      node.log(.error, "desk", "a draft was not removed: \(error)")
      return tell(.failed(visit(.draftsBroken)), visit, to: "/forms")
    }
  }
}
