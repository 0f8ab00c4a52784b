import Catalog
import Exchange
import Forms
import HTTP
import Node
import Officers
import Terms

// Where every record that is made at the desk is published.
extension Pages {
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
    let event = record["event"]?.string
    guard
      event == nil && definition.field("event") != nil
        || Recording.mayRecord(session.role, definition.dataset.description, event: event)
    else { return .forbidden }
    return publish(record, of: definition, session, visit)
  }

  /// Publishes a line. What the role may record was asked before.
  func publish(_ record: JSONValue, of definition: Definition, _ session: Session, _ visit: Visit) -> Made {
    guard recordable(session).contains(where: { $0.definition == definition }) else { return .forbidden }
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

  /// Stores what a form says, as a record or in the place of the one that it corrects.
  func store(
    _ visit: Visit, _ session: Session, _ definition: Definition, _ extent: Recording.Extent, _ form: RecordForm
  ) -> Response {
    var form = form
    form.values = form.values.compacted(for: definition)
    guard settleFiles(&form, definition) else {
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
    guard let replaced = form.replaces else {
      let made = publish(form.values, as: form.reference, of: definition, session, visit)
      return answer(made, visit, session, definition, extent, form, latest: nil)
    }
    return correctable(visit, replaced, definition, .correct) { old, changedBy in
      // A correction bears the reference of what it corrects: by that the system knows it that published it.
      let reference = old["reference"]?.string ?? form.reference
      let made = publish(
        form.values, with: [.init(name: "replaces", value: .text(replaced.description))], as: reference,
        of: definition, session, visit)
      return answer(made, visit, session, definition, extent, form, latest: changedBy)
    }
  }

  /// The files that a form names stay for its record, which says their true sizes. False when that cannot be told now.
  func settleFiles(_ form: inout RecordForm, _ definition: Definition) -> Bool {
    do throws(StoreError) {
      try node.renewFormAttachments(form.digests(of: definition))
      for field in definition.fileFields {
        guard let besides = definition.besides(field), definition.field(besides.bytes) != nil,
          let digest = Digest(hex: form.values[field.name][...]), let count = try node.attachmentByteCount(digest)
        else { continue }
        form.values[besides.bytes] = "\(count)"
      }
      return true
    } catch {
      node.log(.error, "desk", "the files of a form cannot be looked at: \(error)")
      return false
    }
  }

  private func answer(
    _ made: Made, _ visit: Visit, _ session: Session, _ definition: Definition, _ extent: Recording.Extent,
    _ form: RecordForm, latest: RecordID?
  ) -> Response {
    switch made {
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
    case .refused(let refusals):
      return formPage(visit, definition, extent, form, faults: refusals, latest: latest, status: 422)
    case .forbidden: return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    case .failed: return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
  }
}
