import Catalog
import HTTP
import Markup
import Node
import Officers
import Terms

// What comes to the officer's post: goods, and persons to confirm.
extension Pages {
  /// The dataset whose departures an officer confirms.
  static let migration = "migration"
  /// How far back persons are looked for who were not confirmed, in days.
  private static let arrivalDays: Int64 = 3
  /// Persons on one list: with their forms some 75 kB, and more than an officer has before the post.
  private static let mostArrivals = 60

  /// `GET /expected`: a lookup, for the purpose that the officer named.
  func showExpected(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard !session.purpose.isEmpty else { return askPurpose(visit, visit(.expected)) }
    let request = ExpectedRequest(place: session.officer.post, by: session.asker)
    let answer: ExpectedAnswer
    do throws(LookupError) { answer = try node.lookups.answer(request) } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    return list(visit, .expected, live: "expected") {
      if answer.consignments.isEmpty { HTML.element("p", .class("box")) { visit(.expectedNone) } }
      for shown in answer.consignments { expectedItem(shown, visit) }
      if answer.consignments.contains(where: { $0.decision == nil }) {
        HTML.element("p", .class("help")) { visit(.noRules) }
      }
      for note in answer.notes where note != .noRules {
        HTML.element("p", .class("help")) { FactWords(visit).note(note) }
      }
      BasisView(visit).basis(answer.basis)
    }
  }

  private func expectedItem(_ shown: Heading.Shown, _ visit: Visit) -> HTML {
    let alerts = shown.facts.alerts
    let operators = shown.facts.operators
    return HTML.element("div", .class("coming")) {
      for alert in alerts {
        HTML.element("p", .class("box alert \(alert.severity.rawValue)")) {
          HTML.element("strong") {
            "\(visit(.alertOf)) \(visit.country(alert.author)): \(ValueWords.text(alert.severity.rawValue, visit.language))"
          }
          " \(alert.instruction)"
        }
      }
      CrossingView(visit).consignment(shown)
      for standing in operators {
        HTML.element("p", .class("facts")) {
          "\(ValueWords.text(standing.state.rawValue, visit.language)): \(standing.name) (\(visit.country(standing.country)))"
        }
      }
    }
  }

  /// `GET /arrivals`: persons who left the other country for this crossing, and whom nobody confirmed or refused. A lookup.
  func showArrivals(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard !session.purpose.isEmpty else { return askPurpose(visit, visit(.arrivals)) }
    guard var request = migrationLookup(session),
      let crossing = node.registry.topology.crossing(ofPost: session.officer.post)
    else { return page(visit, status: 404, failure: (.notFound, .notFoundHelp)) }
    request.unmatched = true
    request.limit = Self.mostArrivals
    request.since = visit.now.advanced(byMilliseconds: -Self.arrivalDays * 86_400_000)
    request.conditions = [("crossing", crossing.id), ("to", node.country.description)]
    let answer: LookupAnswer
    do throws(LookupError) { answer = try node.lookups.answer(request) } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    let people = answer.records.filter { $0.record.locator.stream.origin != node.country }
    return list(visit, .arrivals, live: "arrivals") {
      HTML.element("p", .class("help")) { visit(.arrivalsNote) }
      if people.isEmpty { HTML.element("p", .class("box")) { visit(.arrivalsNone) } }
      HTML.element("ol", .class("people")) {
        for found in people { person(found, visit) }
      }
      BasisView(visit).basis(answer)
    }
  }

  private func person(_ found: LookupAnswer.Found, _ visit: Visit) -> HTML {
    let body = (try? JSONValue(found.body)) ?? .null
    func text(_ name: String) -> String { body[name]?.string ?? "" }
    let document = body["document"]
    let time = (try? Instant(text("time"))) ?? found.record.entry.id.time
    let plate = body["vehicle"]?["text"]?.string
    return HTML.element("li", .class("box")) {
      HTML.element("div", .class("person")) {
        HTML.element("strong") {
          [text("surname"), text("given_names")].filter { !$0.isEmpty }.joined(separator: ", ")
        }
        HTML.element("span") {
          "\(ValueWords.text(document?["kind"]?.string ?? "", visit.language)) \(document?["country"]?.string ?? "") "
          HTML.element("b", .class("code")) { document?["number"]?.string ?? "" }
        }
        HTML.element("span") { "\(visit.country(text("nationality"))) · \(text("birth_date")) · \(text("sex"))" }
        if let plate { HTML.element("span") { "\(visit(.vehicle)): \(plate)" } }
        HTML.element("small") { "\(visit(.departed)) \(visit.time(time))" }
      }
      if visit.session?.rights.contains(.decide) == true {
        RecordView(visit).decision(found.record.entry.id, isTold: false)
      }
    }
  }

  /// A lookup of migration by the officer of a session.
  private func migrationLookup(_ session: Session) -> LookupRequest? {
    (try? DatasetName(Self.migration)).map { LookupRequest(dataset: $0, by: session.asker) }
  }

  // MARK: Deciding

  /// `POST /decide`: confirms or refuses an entry by publishing this country's own record, which refers to the departure. Officer, role
  /// and post come from the session; the departure must be one that awaits this very post.
  func decide(_ visit: Visit, _ form: Form) -> Response {
    let asked = form["back"] ?? ""
    let isFile = asked.hasPrefix("/file/") && asked.dropFirst(6).utf8.allSatisfy { (0x30...0x39).contains($0) }
    let back = redirect(to: isFile ? asked : "/arrivals")
    func tell(_ notice: Session.Notice) -> Response {
      sessions.withLock { $0.tell(notice, of: visit.token) }
      return back
    }
    guard let session = visit.session, let id = try? RecordID(form["record"] ?? ""),
      let request = migrationLookup(session), let definition = node.registry.definition(request.dataset),
      let isConfirmed = ["confirm": true, "refuse": false][form["decision"] ?? ""], !session.purpose.isEmpty
    else { return page(visit, status: 400, failure: (.badForm, .badFormHelp)) }
    let reason = ShownText.line(form["reason"] ?? "", longest: 120).split(separator: " ").joined(separator: " ")
    guard isConfirmed || !reason.isEmpty else { return tell(.failed(visit(.reasonMissing))) }
    do throws(LookupError) {
      guard let found = try node.lookups.awaited(id, request), isHere(found, session) else {
        return page(visit, status: 409, failure: (.arrivalsNone, .badFormHelp))
      }
    } catch { return unanswered(visit, error) }
    var members: [JSONValue.Member] = [
      .init(name: "event", value: isConfirmed ? "entry-confirmed" : "entry-refused"),
      .init(name: "refers", value: .text(id.description)), .init(name: "post", value: .text(session.officer.post)),
      .init(name: "time", value: .text(visit.now.description)),
      .init(name: "officer", value: .text(session.officer.id)),
      // Two officers who decide at once publish under one name: one of them is told.
      .init(name: "reference", value: .text("desk-entry-\(id)")),
    ]
    if !reason.isEmpty { members.append(.init(name: "reason", value: .text(reason))) }
    switch node.publish(Array(JSONValue.object(members).json.utf8), of: definition) {
    case .accepted, .duplicate: return tell(isConfirmed ? .confirmed : .refused)
    case .refused(let field, let problem, let remedy):
      let title = definition.field(field).map { visit($0.title) } ?? field
      return tell(.failed("\(title): \(problem); \(remedy)"))
    case .failed(let why):
      node.log(.error, "desk", "an entry was not recorded: \(why)")
      return tell(.failed(visit(.tryAgain)))
    }
  }

  /// Whether a departure goes through the officer's crossing into this country.
  private func isHere(_ found: LookupAnswer.Found, _ session: Session) -> Bool {
    guard let body = try? JSONValue(found.body),
      let crossing = node.registry.topology.crossing(ofPost: session.officer.post)
    else { return false }
    return body["crossing"]?.string == crossing.id && body["to"]?.string == node.country.description
  }

  // MARK: Lists

  private func list(
    _ visit: Visit, _ title: Phrase, live: String, @HTMLBuilder _ content: () -> HTML
  ) -> Response {
    let content = content()
    return page(
      Frame(visit, title: visit(title)).page {
        HTML.element("div", .class("titled")) {
          HTML.element("h1") {
            visit(title)
            HTML.element("small") { visit.place(visit.session?.officer.post ?? "") }
          }
          HTML.element("a", .class("button"), .href(visit.request.path)) { visit(.refresh) }
        }
        visit.live(live) {
          HTML.element("p", .class("help")) {
            "\(visit(.lookedUp)) \(visit.time(visit.now)) · \(visit(.purpose)): \(visit.session?.purpose ?? "")"
          }
          content
        }
      })
  }

  /// Without a purpose nothing is looked up.
  func askPurpose(_ visit: Visit, _ title: String) -> Response {
    page(
      Frame(visit, title: title).page {
        HTML.element("section", .class("box search")) {
          HTML.element("h1") { title }
          HTML.element("p") { visit(.setPurpose) }
          visit.form("/purpose", class: "stack") {
            visit.hidden("next", visit.request.path)
            visit.purposeField("")
            HTML.element("button") { visit(.show) }
          }
        }
      })
  }
}

extension Topology {
  /// The crossing of a post.
  func crossing(ofPost post: String) -> Crossing? { crossings.first { $0.posts.contains { $0.id == post } } }
}
