import Catalog
import Dispatch
import HTTP
import Markup
import Node
import Officers
import Synchronization
import Terms

// Files of records: first what would become of each line, then, when the officer says so, storing what can be.
extension Pages {
  /// Refused lines that a page lists; the file of refused lines has all.
  private static let mostShown = 100

  /// `GET /upload/DATASET`.
  func showUpload(_ visit: Visit) -> Response {
    guard let (definition, _) = recordable(visit, visit.rest) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    return uploadPage(visit, definition)
  }

  private func uploadPage(_ visit: Visit, _ definition: Definition, _ fault: Refusal? = nil) -> Response {
    page(
      Frame(visit, title: visit(.upload)).page {
        HTML.element("h1") {
          HTML.element("small") { visit(.upload) }
          visit(definition.title)
        }
        HTML.element("section", .class("box")) {
          if let fault {
            HTML.element("p", .class("trouble"), .init("role", "alert")) {
              "\(visit(.uploadUnreadable)) " + words(fault, visit)
            }
          }
          HTML.element("p") { visit(definition.dataset.description == "certificates" ? .uploadHelpXML : .uploadHelp) }
          HTML.element(
            "form", .init("method", "post"), .action("/upload/\(definition.dataset)"),
            .init("enctype", "multipart/form-data"), .class("stack")
          ) {
            visit.hidden("token", visit.session?.formToken ?? "")
            HTML.element("label", .init("for", "file")) { visit(.uploadFile) }
            HTML.void("input", .init("type", "file"), .init("id", "file"), .init("name", "file"), .flag("required"))
            HTML.element("button") { visit(.uploadPreview) }
          }
          HTML.element("p", .class("help")) {
            "\(visit(.uploadLimits)) \(Upload.longest >> 20) MiB, \(Upload.mostLines)."
          }
        }
      }, status: fault == nil ? 200 : 422)
  }

  private func words(_ refusal: Refusal, _ visit: Visit) -> String { RefusalWords(refusal, visit.language).text }

  /// `POST /upload/DATASET`: shows what would become of the file's lines. Nothing is stored, and nothing written to a disk.
  func takeUpload(_ visit: Visit, _ form: FileForm) -> Response {
    guard let session = visit.session, let (definition, _) = recordable(visit, visit.rest) else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    var upload: Upload
    do throws(Refusal) {
      guard let file = form.file else {
        throw Refusal(field: "line", problem: "the file is empty", whatToDo: "choose another file")
      }
      upload = try Upload(file.bytes, named: file.name, of: definition)
    } catch { return uploadPage(visit, definition, error) }
    foretell(&upload, session)
    let number = uploads.put(upload, of: session.formToken, at: visit.now)
    return outcomePage(visit, upload, number)
  }

  private func foretell(_ upload: inout Upload, _ session: Session) {
    let dataset = upload.definition.dataset.description
    var places: [Int] = []
    for (place, line) in upload.lines.enumerated() {
      guard case .accepted = line.fate else { continue }
      if let refusal = refusal(of: line.record, dataset, session) {
        upload.lines[place].fate = .refused(refusal)
      } else {
        places.append(place)
      }
    }
    let fates = node.foretell(places.map { upload.lines[$0].record }, of: upload.definition)
    for (place, fate) in zip(places, fates) {
      upload.lines[place].fate =
        switch fate {
        case .accepted: .accepted(nil)
        case .duplicate(let id): .duplicate(id)
        case .refused(let refusal): .refused(refusal)
        case .unknown(let why): .failed(why)
        }
    }
  }

  /// Why a line is not for this role; nil when it is. A correction says nothing of the record that it changes: who records only some
  /// events corrects none.
  private func refusal(of line: [UInt8], _ dataset: String, _ session: Session) -> Refusal? {
    guard Recording.extent(session.role, dataset) != .all else { return nil }
    let record = try? JSONValue(parsing: line)
    let event = record?["event"]?.string
    let corrects = record?["replaces"] != nil || record?["withdraws"] != nil
    guard corrects || !Recording.mayRecord(session.role, dataset, event: event) else { return nil }
    return Refusal(
      field: corrects ? "line" : "event", found: event, problem: "your role does not record this",
      whatToDo: "leave the line to who does")
  }

  /// `POST /upload-store`: stores what the preview said can be.
  func storeUpload(_ visit: Visit, _ form: Form) -> Response {
    guard let session = visit.session, let number = form["upload"].flatMap({ Int($0) }),
      var upload = uploads.upload(number, of: session.formToken, at: visit.now)
    else { return tell(.failed(visit(.uploadGone)), visit, to: "/forms") }
    let dataset = upload.definition.dataset.description
    guard recordable(visit, dataset) != nil else {
      return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
    }
    guard !upload.isStored else { return outcomePage(visit, upload, number) }
    // The role may have changed since the preview.
    foretell(&upload, session)
    let places = upload.lines.indices.filter { if case .accepted = upload.lines[$0].fate { true } else { false } }
    // A certificate's record names its document by digest: the document is kept before it.
    if upload.kind == .certificate, let place = places.first, case .text(let document) = upload.lines[place].source,
      let problem = attach(document)
    {
      node.log(.error, "desk", "a certificate's document was not kept: \(problem)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
    let results = publish(places.map { upload.lines[$0].record }, of: upload.definition)
    for (index, place) in places.enumerated() {
      upload.lines[place].fate = results[index + 1] ?? .failed("no answer")
    }
    upload.isStored = true
    uploads.replace(number, with: upload)
    node.log(.info, "desk", "\(session.officer.id) uploaded \(upload.accepted) records of \(dataset)")
    return outcomePage(visit, upload, number)
  }

  /// Keeps a document as an attachment; waits for the disk. Gives why it was not kept.
  private func attach(_ document: [UInt8]) -> AttachmentIntake.Problem? {
    let (more, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let problem = Mutex<AttachmentIntake.Problem?>(nil)
    let intake = node.attachmentIntake(expecting: nil, resume: { more.signal() }) { result in
      if case .failure(let why) = result { problem.withLock { $0 = why } }
      end.signal()
      // What failed takes no more, and does not ask for it.
      more.signal()
    }
    for start in stride(from: 0, to: document.count, by: 64 << 10) {
      let piece = document[start..<min(start + 64 << 10, document.count)]
      if !piece.withUnsafeBytes({ intake.receive($0) }) { more.wait() }
    }
    intake.finish()
    end.wait()
    return problem.withLock { $0 }
  }

  /// Publishes lines as an upload to the API does; waits for the disk. Gives by line, from 1, what became of it.
  private func publish(_ lines: [[UInt8]], of definition: Definition) -> [Int: Upload.Fate] {
    let (more, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let summary = Mutex<PublishSession.Summary?>(nil)
    let session = node.publishSession(definition, resume: { more.signal() }) { done in
      summary.withLock { $0 = done }
      end.signal()
    }
    for line in lines {
      let takes = (line + [0x0A]).withUnsafeBytes { session.receive($0) }
      if !takes { more.wait() }
    }
    session.finish()
    end.wait()
    var fates: [Int: Upload.Fate] = [:]
    guard let results = summary.withLock({ $0 })?.results else { return [:] }
    var waiting: [UInt8] = []
    while let piece = try? results.next(), !piece.isEmpty {
      waiting += piece
      while let lineEnd = waiting.firstIndex(of: 0x0A) {
        if let value = try? JSONValue(parsing: Array(waiting[..<lineEnd]), longest: 1 << 20),
          case .number(let line)? = value["line"]
        {
          fates[Int(clamping: line)] = Self.fate(value)
        }
        waiting.removeFirst(lineEnd + 1)
      }
    }
    return fates
  }

  private static func fate(_ value: JSONValue) -> Upload.Fate {
    let id = value["id"]?.string.flatMap { try? RecordID($0) }
    switch value["result"]?.string {
    case "accepted": return .accepted(id)
    case "duplicate": return .duplicate(id)
    case "refused":
      return .refused(
        Refusal(
          field: value["field"]?.string ?? "line", problem: value["problem"]?.string ?? "",
          whatToDo: value["remedy"]?.string ?? ""))
    default: return .failed(value["problem"]?.string ?? "no answer")
    }
  }

  private func outcomePage(_ visit: Visit, _ upload: Upload, _ number: Int) -> Response {
    let refused = upload.refused
    return page(
      Frame(visit, title: visit(.upload)).page {
        HTML.element("h1") {
          HTML.element("small") {
            "\(visit(upload.isStored ? .uploadDone : .uploadForetold)) · \(visit(upload.definition.title))"
          }
          upload.fileName
        }
        HTML.element("ul", .class("counts")) {
          for (phrase, count, look) in [
            (upload.isStored ? FormPhrase.countStored : .countAccepted, upload.accepted, "good"),
            (.countDuplicates, upload.duplicates, ""), (.countRefused, refused.count, refused.isEmpty ? "" : "wrong"),
          ] {
            HTML.element("li", .class("box \(look)")) {
              HTML.element("strong") { "\(count)" }
              " \(visit(phrase))"
            }
          }
        }
        if !upload.isStored {
          HTML.element("p") { visit(.uploadNothingYet) }
          if upload.accepted > 0 {
            visit.form("/upload-store") {
              visit.hidden("upload", "\(number)")
              HTML.element("button", .class("go")) { "\(visit(.uploadStore)) (\(upload.accepted))" }
            }
          }
        }
        if !refused.isEmpty { refusals(refused, upload, number, visit) }
        HTML.element("p", .class("buttons")) {
          HTML.element("a", .href("/upload/\(upload.definition.dataset)")) { visit(.uploadAnother) }
          " · "
          HTML.element("a", .href("/forms")) { visit(.toForms) }
        }
      })
  }

  @HTMLBuilder private func refusals(
    _ refused: [(line: Upload.Line, refusal: Refusal)], _ upload: Upload, _ number: Int, _ visit: Visit
  ) -> HTML {
    HTML.element("h2") { visit(.countRefusedTitle) }
    HTML.element("p") {
      HTML.element("a", .class("button plain"), .href("/refused/\(number)")) { visit(.downloadRefused) }
    }
    HTML.element(
      "div", .class("scroll"), .init("tabindex", "0"), .init("role", "region"),
      .init("aria-label", visit(.countRefusedTitle))
    ) {
      HTML.element("table") {
        HTML.element("thead") {
          HTML.element("tr") {
            for phrase in [FormPhrase.lineNumber, .fieldName, .whyRefused] {
              HTML.element("th", .init("scope", "col")) { visit(phrase) }
            }
          }
        }
        HTML.element("tbody") {
          for (line, refusal) in refused.prefix(Self.mostShown) {
            HTML.element("tr") {
              HTML.element("td", .class("number")) { "\(line.number)" }
              HTML.element("th", .init("scope", "row")) {
                upload.definition.field(refusal.field).map { visit($0.title) }
                  ?? (refusal.field == "line" ? visit(.wholeLine) : refusal.field)
              }
              HTML.element("td") {
                let words = RefusalWords(refusal, visit.language)
                if words.isTranslated { words.text } else { HTML.element("span", .init("lang", "en")) { words.text } }
              }
            }
          }
        }
      }
    }
    if refused.count > Self.mostShown { HTML.element("p", .class("help")) { visit(.moreRefused) } }
  }

  /// `GET /refused/N`: the refused lines of this session's upload as a file.
  func showRefused(_ visit: Visit) -> Response {
    guard let session = visit.session, let number = Int(visit.rest),
      let upload = uploads.upload(number, of: session.formToken, at: visit.now),
      recordable(visit, upload.definition.dataset.description) != nil
    else { return redirect(to: "/forms") }
    var response = page(.empty)
    var headers = Headers()
    for (name, value) in response.headers.fields where name != "Content-Type" { headers.add(name, value) }
    // Never a type that a browser shows: the file holds what the upload held.
    headers.add("Content-Type", "application/octet-stream")
    headers.add(
      "Content-Disposition", "attachment; filename=\"\(upload.definition.dataset)-refused.\(upload.ending)\"")
    response.headers = headers
    response.body = .bytes(upload.refusedFile)
    return response
  }
}
