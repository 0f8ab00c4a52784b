import Catalog
import Terms

/// What authorities tell without a journey: operators, alerts, posts, incidents, measures, projects.
enum Institution {
  static func authorise(_ scene: inout Scene, _ country: CountryCode, _ time: Instant) {
    let company = Company(scene.draw.below(Company.perCountry), of: country, seed: scene.plan.seed)
    let others = scene.topology.countries.map(\.code).filter { $0 != country }
    let recognised = others.filter { _ in scene.holds(700) }
    let number = "OEA-\(country)-\(scene.number)"
    let fields: [(String, JSONValue?)] = [
      ("company", company.identity), ("name", .text(company.name)), ("country", .text(country.description)),
      ("authorisation", .text(number)), ("recognised_by", recognised.isEmpty ? nil : texts(recognised)),
    ]
    let keys = [("company", Optional("\(country)/\(company.number)")), ("authorisation", number)]
    let authorised = scene.add(
      "operators", at: country, time,
      [("event", "authorised")] + fields + [
        ("programme", "Operador Económico Autorizado"), ("roles", texts(["exporter", "carrier"])),
        ("valid_from", .text(scene.day(time))), ("valid_until", .text(scene.day(time, 3 * 365))),
      ], keys: keys, late: 0)
    guard let authorised, scene.draw.happens(200) else { return }
    scene.add(
      "operators", at: country, time.plus(minutes: scene.draw.within(60...500)),
      [("event", "suspended")] + fields + [("reason", "seals were broken")], keys: keys, refers: authorised, late: 0)
  }

  static func warn(_ scene: inout Scene, _ country: CountryCode, _ time: Instant) {
    let others = scene.topology.countries.map(\.code).filter { $0 != country }
    let route = others.filter { _ in scene.holds(500) }
    guard let first = route.first else { return }
    let company = Company(scene.draw.below(Company.perCountry), of: first, seed: scene.plan.seed)
    let isOfGoods = scene.draw.happens(300)
    let issued = scene.add(
      "risk-alerts", at: country, time,
      [
        ("event", "issued"), ("route", texts(route)), ("subject", isOfGoods ? "tariff" : "company"),
        ("tariff", isOfGoods ? .text(Goods.regulated[scene.draw.below(Goods.regulated.count)].tariff) : nil),
        ("company", isOfGoods ? nil : company.identity),
        ("severity", .text(scene.draw.one(of: ["watch", "check", "inspect"]))), ("code", "R-7"),
        ("instruction", "Check the declaration against the certificate."),
        ("expires", .text(time.plus(minutes: 60 * 24 * 30).wholeSeconds)),
      ], keys: [("company", isOfGoods ? nil : "\(first)/\(company.number)")], late: 0)
    if issued != nil { scene.truths.append(.alert(.init(journey: scene.number, author: country, issued: time))) }
    guard let issued, scene.draw.happens(150) else { return }
    scene.add(
      "risk-alerts", at: country, time.plus(minutes: scene.draw.within(120...700)),
      [("event", "lifted"), ("route", texts(route)), ("reason", "cleared up")], refers: issued, late: 0)
  }

  static func observe(_ scene: inout Scene, _ crossing: Crossing, _ post: Post, _ time: Instant) {
    scene.add(
      "posts", at: post.country, time,
      place(crossing, post) + [
        ("event", "waiting"), ("waiting_minutes", JSONValue(scene.draw.within(5...240))),
        ("queue", JSONValue(scene.draw.within(0...90))),
        ("traffic", .text(scene.draw.one(of: ["cargo", "empty", "car"]))),
      ])
  }

  static func tellState(_ scene: inout Scene, _ crossing: Crossing, _ post: Post, _ time: Instant) {
    let equipment = scene.draw.one(of: ["lane", "scanner", "rfid-reader", "camera", "weighbridge", "barrier"])
    func tell(_ state: String, _ moment: Instant) {
      scene.add(
        "posts", at: post.country, moment,
        place(crossing, post) + [
          ("event", "state"), ("equipment", .text(equipment)), ("identifier", .text("\(equipment)-1")),
          ("state", .text(state)), ("reason", state == "working" ? nil : "no power"),
          ("expected_back", state == "working" ? nil : .text(moment.plus(minutes: 300).wholeSeconds)),
        ])
    }
    tell("out-of-order", time)
    let end = time.plus(minutes: scene.draw.within(60...400))
    tell("working", end)
    scene.truths.append(
      .outage(.init(journey: scene.number, post: post.id, equipment: equipment, from: time, until: end)))
  }

  static func tellHours(_ scene: inout Scene, _ crossing: Crossing, _ post: Post, _ time: Instant) {
    scene.add(
      "posts", at: post.country, time, place(crossing, post) + [("event", "hours"), ("hours", "06:00-22:00")])
  }

  static func report(_ scene: inout Scene, _ crossing: Crossing, _ post: Post, _ time: Instant) {
    let fields: [(String, JSONValue?)] =
      place(crossing, post) + [
        ("kind", .text(scene.draw.one(of: ["accident", "theft", "weather", "protest", "health", "community"]))),
        ("severity", .text(scene.draw.one(of: ["low", "medium", "high"]))),
        // Not all is for the other side.
        ("visibility", .text(scene.holds(800) ? scene.draw.one(of: ["all", "posts"]) : "security")),
      ]
    let reported = scene.add(
      "incidents", at: post.country, time,
      [("event", "reported")] + fields + [("summary", "The lane is blocked, traffic goes round it.")])
    guard let reported, scene.holds(700) else { return }
    scene.add(
      "incidents", at: post.country, time.plus(minutes: scene.draw.within(40...600)),
      [("event", "closed")] + fields + [("summary", "The lane is free."), ("outcome", "No one was hurt.")],
      refers: reported)
  }

  static func plan(_ scene: inout Scene, _ country: CountryCode, _ time: Instant) {
    let all = scene.topology.countries.map(\.code)
    let countries = scene.holds(600) ? all : [country]
    scene.add(
      "measures", at: country, time,
      [
        ("identifier", .text("M-\(country)-\(scene.number)")), ("title", "Carril para carga declarada por anticipado"),
        ("measure", .text(scene.draw.one(of: ["advance-cargo", "migration-control", "sps-certificates", "rfid"]))),
        ("scope", .text(countries.count == 1 ? "country" : "region")), ("country", .text(country.description)),
        ("countries", texts(countries)), ("bodies", texts(["Aduana", "Comité Nacional de Facilitación"])),
        ("state", .text(scene.draw.one(of: ["planned", "started", "delayed"]))),
        ("starts", .text(scene.day(time, -60))),
        ("due", .text(scene.day(time, 120))),
        (
          "milestones",
          .list([object([("title", "Acuerdo firmado"), ("due", .text(scene.day(time, 30))), ("state", "open")])])
        ),
      ], late: 0)
  }

  static func fund(_ scene: inout Scene, _ country: CountryCode, _ time: Instant) {
    scene.add(
      "projects", at: country, time,
      [
        ("identifier", .text("P-\(country)-\(scene.number)")), ("title", "Equipamiento de puestos fronterizos"),
        ("donor", "Cooperación de ensayo"), ("country", .text(country.description)), ("countries", texts([country])),
        ("measures", texts(["rfid", "infrastructure"])), ("currency", "USD"),
        ("amount", .text("\(scene.draw.within(100...900))000.00")), ("disbursed", "50000.00"),
        ("starts", .text(scene.day(time, -200))), ("ends", .text(scene.day(time, 500))), ("state", "running"),
        ("advance", JSONValue(scene.draw.within(5...60))),
      ], late: 0)
  }

  private static func place(_ crossing: Crossing, _ post: Post) -> [(String, JSONValue?)] {
    [("crossing", .text(crossing.id)), ("post", .text(post.id))]
  }
}
