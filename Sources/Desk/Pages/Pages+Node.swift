import Ceremony
import Exchange
import HTTP
import Markup
import Node
import Terms

// What belongs to the node itself: keys, retention, the disk. No personal data.
extension Pages {
  // MARK: Keys

  /// A card that ends within so many days asks for the next one.
  private static let cardWarningDays: Int64 = 60

  /// `GET /keys`: the node's card and those of its neighbours, with their dates. Public keys only; no secret is ever shown.
  func showKeys(_ visit: Visit) -> Response {
    defer { seen(visit) }
    return page(
      boardPage(visit, visit(.keyPage), at: "/keys") {
        card(node.card, visit, isOwn: true)
        keyForms(visit)
        for (_, card) in node.cards.sorted(by: { $0.key < $1.key }) { self.card(card, visit, isOwn: false) }
        HTML.element("p", .class("help")) { visit(.keyRoot) }
      })
  }

  private func card(_ card: Card, _ visit: Visit, isOwn: Bool) -> HTML {
    let content = card.content
    let left = content.validUntil.milliseconds(since: visit.now)
    let (isOver, isNear) = (left <= 0, left < Self.cardWarningDays * 86_400_000)
    let keys: [(BoardPhrase, String)] = [
      (.keyLog, content.log.description), (.keyReceipt, content.receipt.description),
      (.keyTransport, content.transport.description), (.keySealing, content.sealing.description),
    ]
    return HTML.element("section", .class(isOver ? "box wrong" : isNear ? "box warn" : "box")) {
      HTML.element("h2") { "\(visit(.cardOf)) \(visit.country(content.country))" }
      if isOver || isNear {
        HTML.element("p") {
          HTML.element("strong") { visit(isOver ? .cardEnded : .cardEndsSoon) }
          ". "
          if isOwn { visit(.cardRenew) }
        }
      }
      HTML.element("dl") {
        for (name, value) in [
          (visit(.serial), "\(content.serial)"), (visit(.validFrom), visit.time(content.validFrom)),
          (visit(.validUntil), visit.time(content.validUntil)),
        ] {
          HTML.element("div") {
            HTML.element("dt") { name }
            HTML.element("dd") { value }
          }
        }
      }
      HTML.element("dl", .class("keys")) {
        for (name, value) in keys { key(visit(name), value) }
        if let witness = content.witness { key(visit(.keyWitness), witness.description) }
      }
    }
  }

  private func key(_ name: String, _ value: String) -> HTML {
    HTML.element("div") {
      HTML.element("dt") { name }
      HTML.element("dd", .class("code")) { value }
    }
  }

  // MARK: Retention

  /// `GET /retention`: what is past its time and what was erased, by stream.
  func showRetention(_ visit: Visit) -> Response {
    let report: RetentionReport
    do throws(ReadError) { report = try node.retention() } catch {
      node.log(.error, "desk", "retention could not be read: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
    defer { seen(visit) }
    return page(
      boardPage(visit, visit(.retentionPage), at: "/retention") {
        if let obstacle = report.obstacle {
          HTML.element("p", .class("box wrong")) {
            HTML.element("strong") { visit(.erasingWaits) }
            " "
            StreamWords(visit).erasingWaits(obstacle)
          }
        }
        HTML.element("p", .class("help")) { visit(.retentionHelp) }
        if report.due == 0 { HTML.element("p", .class("box good")) { visit(.nothingDue) } }
        let heads = [
          visit(.stream), visit(.daysKept), visit(.recordsTitle), visit(.oldestRecord), visit(.dueNow),
          visit(.erasedEntries), visit(.lastErasure),
        ]
        visit.wide(
          visit(.retentionPage),
          visit.table(heads, class: "streams") { for stream in report.streams { row(stream, visit) } })
      })
  }

  private func row(_ stream: RetentionStatus, _ visit: Visit) -> HTML {
    HTML.element("tr", .class(stream.due > 0 ? "bad" : "")) {
      HTML.element("th", .init("scope", "row")) {
        visit.dataset(stream.stream.dataset)
        HTML.element("small", .class("code")) { stream.stream.description }
      }
      visit.cell(visit(.daysKept)) {
        "\(stream.days.map { "\($0)" } ?? "—") "
        HTML.element("small") { visit(stream.isAgreed ? .asAgreed : .asDefined) }
      }
      visit.cell(visit(.recordsTitle), class: "number") { "\(stream.size)" }
      visit.cell(visit(.oldestRecord)) { stream.oldest.map { visit.time($0) } ?? "—" }
      visit.cell(visit(.dueNow), class: "number") { "\(stream.due)" }
      visit.cell(visit(.erasedEntries), class: "number") { "\(stream.erased)" }
      visit.cell(visit(.lastErasure)) { stream.lastErasure.map { visit.time($0) } ?? "—" }
    }
  }

  // MARK: The disk

  /// `GET /store`.
  func showStore(_ visit: Visit) -> Response {
    let status = node.status()
    defer { seen(visit) }
    return page(
      boardPage(visit, visit(.storePage), at: "/store") {
        if let shortage = node.shortage {
          HTML.element("p", .class("box wrong")) {
            HTML.element("strong") { visit(.noRoom) }
            " "
            HTML.element("span", .init("lang", "en")) { shortage }
          }
        }
        HTML.element("dl", .class("box")) {
          for (name, value) in figures(status, visit) {
            HTML.element("div") {
              HTML.element("dt") { name }
              HTML.element("dd") { value }
            }
          }
        }
        HTML.element("p", .class("help")) { visit(.storeHelp) }
        backups(status, visit)
      })
  }

  private func figures(_ status: NodeStatus, _ visit: Visit) -> [(String, String)] {
    var out: [(String, String)] = [(visit(.runningSince), visit.time(status.started))]
    if let room = node.room() {
      out.append((visit(.diskFree), "\(Self.bytes(room.free)) \(visit(.diskOf)) \(Self.bytes(room.total))"))
    }
    let sizes: [(BoardPhrase, String)] = [
      (.databaseBytes, "database_bytes"), (.walBytes, "wal_bytes"), (.freeInFile, "free_bytes"),
    ]
    for (phrase, name) in sizes {
      if let value = status.figures[name] { out.append((visit(phrase), Self.bytes(UInt64(max(0, value))))) }
    }
    let counts: [(BoardPhrase, String)] = [
      (.streamsHeld, "streams"), (.indexEntries, "index_entries"), (.indexRuns, "index_runs"),
      (.indexPartitions, "index_partitions"),
    ]
    for (phrase, name) in counts {
      if let value = status.figures[name] { out.append((visit(phrase), "\(value)")) }
    }
    if let failing = status.figures["maintenance_failing"] {
      out.append((visit(.maintenance), visit(failing == 0 ? .worksWell : .failing)))
    }
    return out
  }

  /// Bytes in the unit that people read: `1.4 GiB`.
  static func bytes(_ count: UInt64) -> String {
    var (value, unit) = (Double(count), 0)
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    let tenths = Int64((value * 10).rounded())
    return unit == 0 ? "\(count) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
