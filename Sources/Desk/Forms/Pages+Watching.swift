import Catalog
import HTTP
import Markup
import Node
import Officers
import Terms

// What stands at the officer's post: hits of alerts that nobody answered, and what does not work.
extension Pages {
  /// How far back the state of a post's equipment is looked for, in days.
  private static let outageDays: Int64 = 90

  /// `GET /alerts`: open hits of alerts, and alarms of tags, at the officer's post. A lookup.
  func showAlerts(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard !session.purpose.isEmpty else { return redirect(to: "/search") }
    var request = AlertHitsRequest(by: session.asker)
    (request.place, request.onlyOpen) = (session.officer.post, true)
    let answer: AlertHitsAnswer
    do throws(LookupError) { answer = try node.lookups.answer(request) } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(.openHits)).page {
        HTML.element("div", .class("titled")) {
          HTML.element("h1") {
            visit(.openHits)
            HTML.element("small") {
              "\(visit.place(session.officer.post)) · "
              HTML.element("span", .init("id", "shown-at")) { visit.time(visit.now) }
            }
          }
          HTML.element("a", .class("button"), .href("/alerts")) { visit(.refresh) }
        }
        HTML.element("p", .class("help")) { visit(.openHitsNote) }
        visit.live("alerts") {
          if answer.hits.isEmpty { HTML.element("p", .class("box")) { visit(.openHitsNone) } }
          for hit in answer.hits { self.hit(hit, visit) }
          HTML.element("h2") { visit(.tagAlarms) }
          if answer.tags.isEmpty { HTML.element("p", .class("box")) { visit(.tagAlarmsNone) } }
          for tag in answer.tags { self.tag(tag, visit) }
          BasisView(visit).basis(answer.basis)
        }
      })
  }

  private func title(of dataset: String, _ visit: Visit) -> String {
    node.registry.topology.definition(named: dataset).map { visit($0.title) } ?? dataset
  }

  /// An alarm of a tag that stands, raised when a read of it arrived.
  private func tag(_ raised: RaisedTagAlarm, _ visit: Visit) -> HTML {
    // A copy, a way that cannot be and a blocked unit ask for somebody to go and look; the others for papers.
    let isGrave = [.clone, .impossible, .blocked].contains(raised.kind)
    return HTML.element("div", .class(isGrave ? "box alert" : "box warn")) {
      HTML.element("strong") { "RFID: \(ValueWords.text(raised.kind.rawValue, visit.language))" }
      if let today = raised.today { HTML.element("p") { FactWords(visit).finding(today.finding) } }
      HTML.element("p", .class("facts")) {
        "\(visit(.tagReadAt)) \(visit.place(raised.post ?? raised.crossing ?? "")), \(visit.time(raised.readAt)) · "
        HTML.element("span", .class("code")) { raised.epc }
      }
      HTML.element("small") { "\(visit(.since)) \(visit.time(raised.raisedAt))" }
    }
  }

  private func hit(_ hit: AlertHitsAnswer.Hit, _ visit: Visit) -> HTML {
    HTML.element("div", .class("box alert \(hit.alert?.severity.rawValue ?? "")")) {
      if let alert = hit.alert {
        HTML.element("strong") {
          "\(visit(.alertOf)) \(visit.country(alert.author)): \(ValueWords.text(alert.severity.rawValue, visit.language))"
        }
        HTML.element("p") { alert.instruction }
      }
      if let record = hit.record {
        HTML.element("p", .class("facts")) {
          "\(title(of: record.dataset, visit)) · \(visit.country(record.origin)) · \(visit.time(record.time))"
        }
      }
      HTML.element("small") { "\(visit(.since)) \(visit.time(hit.matchedAt))" }
      if let alert = hit.alert {
        ActLinks(visit).html(
          about: Alert.dataset, event: "issued", alert.id, of: alert.author, without: ["lift"], matched: hit.recordID)
      }
    }
  }

  /// `GET /outages`: what of the officer's post does not work, as last told. A lookup.
  func showOutages(_ visit: Visit) -> Response {
    guard let session = visit.session, let dataset = try? DatasetName("posts"),
      Recording.mayRecord(session.role, dataset.description, event: "state")
    else { return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp)) }
    var asker = session.asker
    if asker.purpose.isEmpty { asker.purpose = visit(.outages) }
    var request = LookupRequest(dataset: dataset, by: asker)
    request.from = node.country
    request.conditions = [("post", session.officer.post)]
    request.since = visit.now.advanced(byMilliseconds: -Self.outageDays * 86_400_000)
    request.limit = 1_000
    let answer: LookupAnswer
    do throws(LookupError) { answer = try node.lookups.answer(request) } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    let standing = outages(answer)
    return page(
      Frame(visit, title: visit(.outages)).page {
        HTML.element("div", .class("titled")) {
          HTML.element("h1") {
            visit(.outages)
            HTML.element("small") { visit.place(session.officer.post) }
          }
          HTML.element("a", .class("button"), .href("/form/posts?event=state")) { visit(.reportOutage) }
        }
        if standing.isEmpty { HTML.element("p", .class("box good")) { visit(.outagesNone) } }
        for (id, body) in standing {
          HTML.element("div", .class("box warn")) {
            RecordView(visit).summary(body, dataset.description)
            ActLinks(visit).html(about: dataset.description, event: "state", id, of: node.country)
          }
        }
        BasisView(visit).basis(answer)
      })
  }

  /// The latest word on each piece of equipment, where it says that it does not work.
  private func outages(_ answer: LookupAnswer) -> [(RecordID, JSONValue)] {
    var latest: [String: (time: String, id: RecordID, body: JSONValue)] = [:]
    for found in answer.records where found.changedBy == nil {
      guard let body = try? JSONValue(found.body), body["event"]?.string == "state" else { continue }
      let piece = "\(body["equipment"]?.string ?? "")/\(body["identifier"]?.string ?? "")"
      let word = (time: body["time"]?.string ?? "", id: found.record.entry.id, body: body)
      if let known = latest[piece], (known.time, known.id) > (word.time, word.id) { continue }
      latest[piece] = word
    }
    return latest.values.filter { $0.body["state"]?.string != "working" }.sorted { $0.time > $1.time }
      .map { ($0.id, $0.body) }
  }
}
