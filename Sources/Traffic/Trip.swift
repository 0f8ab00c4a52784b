import Catalog
import Terms

/// A truck's journey over the borders of its route: declaration, certificate, tag, reads, captures, the driver's controls.
struct Trip {
  let route: [CountryCode]
  let truck: Truck
  let driver: Traveller
  let isLaden: Bool
  let isTagged: Bool
  let goods: Goods
  let exporter: Company
  let importer: Company
  let duca: String
  let certificate: String
  let seal: String
  let isInContainer: Bool

  var origin: CountryCode { route[0] }
  var destination: CountryCode { route[route.count - 1] }

  /// Makes all records of the journey.
  /// - Parameter route: two countries at least.
  static func make(_ scene: inout Scene, route: [CountryCode], begins: Instant) {
    guard route.count >= 2 else { return }
    let trip = Trip(&scene, route: route, begins: begins)
    trip.run(&scene, begins: begins)
  }

  private init(_ scene: inout Scene, route: [CountryCode], begins: Instant) {
    let seed = scene.plan.seed
    self.route = route
    // Four of five are of the country in which they begin.
    let home = scene.draw.happens(800) ? route[0] : route[route.count - 1]
    truck = Truck(scene.draw.below(Truck.perCountry), of: home, seed: seed)
    driver = Traveller(
      &scene.draw, nationality: home, state: scene.state(home), today: CalendarDay(of: begins), years: 22...64)
    isLaden = scene.holds(650)
    isTagged = scene.holds(960)
    isInContainer = scene.holds(450)
    let isRegulated = scene.holds(90)
    let list = isRegulated ? Goods.regulated : Goods.plain
    goods = list[scene.draw.below(list.count)]
    exporter = Company(scene.draw.below(Company.perCountry), of: route[0], seed: seed)
    importer = Company(scene.draw.below(Company.perCountry), of: route[route.count - 1], seed: seed)
    let letter = goods.needsCertificate || scene.draw.happens(600) ? "F" : scene.draw.happens(750) ? "T" : "D"
    duca = "\(route[0])-\(letter)-\(begins.wholeSeconds.prefix(4))-\(scene.number)"
    certificate = "\(route[0])-FITO-\(begins.wholeSeconds.prefix(4))-\(scene.number)"
    seal = "\(route[0])\(scene.draw.pattern("999999"))"
  }

  /// By what everybody who sees the truck finds it.
  var truckKeys: [(String, String?)] {
    [
      ("plate", "\(truck.country)/\(truck.plate)"), ("container", isInContainer ? truck.container : nil),
      ("trailer", truck.trailer),
    ]
  }

  private func run(_ scene: inout Scene, begins: Instant) {
    if scene.holds(50) { register(&scene, begins.plus(minutes: -scene.draw.within(100...170))) }
    let leaves = begins.plus(minutes: scene.draw.within(45...240))
    // At most borders the declaration is there before the truck; some are sent while it waits already.
    let isAfterwards = scene.fails(50)
    let declaration = isLaden ? declare(&scene, isAfterwards ? leaves.plus(minutes: 300) : begins) : nil
    let certified = goods.needsCertificate && isLaden ? certify(&scene, begins.plus(minutes: -90)) : nil
    if let declaration, scene.holds(350) {
      follow(&scene, declaration, "accepted", at: origin, begins.plus(minutes: 12), post: nil)
    }
    var time = leaves
    for leg in 0..<(route.count - 1) {
      let (from, to) = (route[leg], route[leg + 1])
      time = time.plus(minutes: scene.draw.within(leg == 0 ? 90...360 : 240...900))
      guard let crossing = scene.draw.early(of: scene.crossings(from, to)),
        let exit = crossing.posts.first(where: { $0.country == from }),
        let entry = crossing.posts.first(where: { $0.country == to })
      else { return }
      let border = Border(crossing: crossing, exit: exit, entry: entry, from: from, to: to)
      if leg == 0, let declaration, scene.holds(300) {
        follow(&scene, declaration, "departed", at: from, time.plus(minutes: 25), post: exit.id)
      }
      var truth: TrafficTruth.Passage
      (time, truth) = cross(&scene, border, time)
      truth.declared = declaration?.time
      if let declaration, to == destination || scene.holds(150) {
        if scene.holds(400) {
          truth.arrived = time.plus(minutes: 3)
          follow(&scene, declaration, "arrived", at: to, time.plus(minutes: 3), post: entry.id)
        }
      }
      if to == destination { truth.released = end(&scene, declaration, certified, border, &time) }
      scene.truths.append(.passage(truth))
    }
  }

  /// What the country of destination does with declaration and certificate; gives the time of the release.
  private func end(
    _ scene: inout Scene, _ declaration: TrafficRecord?, _ certified: TrafficRecord?, _ border: Border,
    _ time: inout Instant
  ) -> Instant? {
    let post = border.entry.id
    if let certified {
      var used: Instant?
      defer {
        scene.truths.append(
          .certificate(
            .init(
              journey: scene.number, destination: destination, crossing: border.crossing.id, issued: certified.time,
              used: used)))
      }
      if scene.holds(500) {
        scene.add(
          "certificates", at: destination, time.plus(minutes: 2),
          certificateFields("acknowledged") + [("delivery", "delivered")], keys: [("certificate", certificate)],
          refers: certified)
      }
      if scene.holds(60) {
        // Customs release nothing that quarantine holds.
        guard let over = hold(&scene, border, time) else { return nil }
        time = over
      }
      if scene.holds(600) {
        used = time.plus(minutes: 20)
        scene.add(
          "certificates", at: destination, time.plus(minutes: 20),
          certificateFields("used") + [("post", .text(post)), ("ducas", texts([duca]))],
          keys: [("certificate", certificate), ("duca", duca)], refers: certified)
      }
    }
    guard let declaration else { return nil }
    if scene.fails(20) {
      follow(
        &scene, declaration, "held", at: destination, time.plus(minutes: 8), post: post,
        reason: "selectivity, red channel")
      time = time.plus(minutes: scene.draw.within(60...600))
    }
    guard scene.holds(600) else { return nil }
    let release = time.plus(minutes: scene.draw.within(10...90))
    follow(&scene, declaration, "released", at: destination, release, post: post)
    return release
  }

  private func register(_ scene: inout Scene, _ time: Instant) {
    scene.add(
      "cargo-units", at: truck.country, time,
      [
        ("event", "registered"), ("epc", .text(truck.epc)), ("tid", .text(truck.tid)),
        ("country", .text(truck.country.description)), ("kind", "tractor"), ("plate", truck.written),
        ("carrier_code", .text(truck.carrierCode)), ("owner", truck.carrier.identity),
        ("owner_name", .text(truck.carrier.name)), ("valid_from", .text(scene.day(time))),
        ("valid_until", .text(scene.day(time, 5 * 365))),
      ], keys: truckKeys + [("epc", truck.epc)])
  }
}

/// A border as a journey comes to it.
struct Border {
  let crossing: Crossing
  let exit: Post
  let entry: Post
  let from: CountryCode
  let to: CountryCode
}
