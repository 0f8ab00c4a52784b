import Catalog
import Terms

/// The migration control of one person at a border: the departure by the post that acts, and the other country's own fact.
struct Control {
  let border: Border
  let departs: Instant
  let enters: Instant

  /// - Parameters:
  ///   - group: the name of those who travel together.
  ///   - guardian: the document of a minor's guardian.
  func make(
    _ scene: inout Scene, _ person: Traveller, vehicle: JSONValue?, plate: String?, purpose: String,
    group: String? = nil, guardian: JSONValue? = nil
  ) {
    guard let name = try? DatasetName("migration"),
      let post = scene.topology.actingPost(at: border.crossing, from: border.from, to: border.to, dataset: name)
    else { return }
    let acts = post.country
    let decision = scene.fails(4) ? "refuse" : scene.fails(4) ? "refer" : "admit"
    let time = acts == border.from ? departs : enters
    let document = person.document["number"]?.string
    let departure = scene.add(
      "migration", at: acts, time,
      [
        ("event", "departure"), ("crossing", .text(border.crossing.id)), ("post", .text(post.id)),
        ("from", .text(border.from.description)), ("to", .text(border.to.description)), ("document", person.document),
        ("surname", .text(person.surname)), ("given_names", .text(person.givenNames)),
        ("birth_date", .text(person.birth.description)), ("sex", .text(person.sex)),
        ("nationality", .text(person.nationality.description)), ("mrz", person.mrz.map { .text($0) }),
        ("residence", .text(person.nationality.description)), ("vehicle", vehicle), ("group", group.map { .text($0) }),
        ("travel_purpose", .text(purpose)), ("minor", guardian == nil ? nil : "with-guardian"),
        ("guardian_document", guardian), ("decision", .text(decision)),
        ("reason", decision == "admit" ? nil : "document to be checked"),
        ("authorised_days", decision == "admit" ? 90 : nil),
        ("officer", .text("\(acts.description.lowercased())-\(scene.draw.within(11...29))")),
      ], keys: [("document", document), ("plate", plate), ("group", group)])
    var truth = TrafficTruth.Control(
      journey: scene.number, crossing: border.crossing.id, acts: acts, to: border.to, time: time,
      isAdmitted: decision == "admit")
    defer { scene.truths.append(.control(truth)) }
    // Where the control is made on entry there is nothing left to confirm; some confirmations are forgotten.
    guard decision == "admit", acts == border.from, let departure, !scene.fails(25) else { return }
    let isRefused = scene.fails(5)
    (truth.answered, truth.isRefused) = (enters, isRefused)
    scene.add(
      "migration", at: border.to, enters,
      [
        ("event", isRefused ? "entry-refused" : "entry-confirmed"), ("crossing", .text(border.crossing.id)),
        ("post", .text(border.entry.id)), ("reason", isRefused ? "not entitled to enter" : nil),
      ], keys: [("document", document), ("plate", plate)], refers: departure)
  }
}

/// Persons who cross a border together, in a car, a bus or on foot.
enum Party {
  /// Makes the records of one party.
  /// - Parameter most: the largest party.
  static func make(_ scene: inout Scene, from: CountryCode, to: CountryCode, begins: Instant) {
    guard let crossing = scene.draw.early(of: scene.crossings(from, to)),
      let exit = crossing.posts.first(where: { $0.country == from }),
      let entry = crossing.posts.first(where: { $0.country == to })
    else { return }
    let border = Border(crossing: crossing, exit: exit, entry: entry, from: from, to: to)
    let home = scene.draw.happens(600) ? from : to
    let today = CalendarDay(of: begins)
    let size = Self.sizes[scene.draw.below(Self.sizes.count)]
    let isByCar = size < 20 && (scene.isPerfect || scene.draw.happens(700))
    let group = size > 1 ? "G-\(scene.plan.seed)-\(scene.number)" : nil
    let purpose = scene.draw.one(of: ["tourism", "work", "family", "transit", "study", "other"])
    var guardian: Traveller?
    for place in 0..<size {
      let isChild = place > 0 && scene.draw.happens(250)
      let person = Traveller(
        &scene.draw, nationality: home, state: scene.state(home), today: today, years: isChild ? 2...17 : 20...75)
      guardian = guardian ?? person
      let departs = begins.plus(seconds: place * scene.draw.within(20...60))
      Control(border: border, departs: departs, enters: departs.plus(minutes: scene.draw.within(6...40))).make(
        &scene, person,
        vehicle: isByCar
          ? object([("country", .text(home.description)), ("text", .text(guardian?.plate ?? person.plate))]) : nil,
        plate: isByCar ? guardian.map { "\(home)/\($0.plate)" } : nil, purpose: purpose, group: group,
        guardian: isChild ? guardian?.document : nil)
    }
  }

  /// Sizes of parties as they come, a bus among them.
  static let sizes = [1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 30]
  /// Persons a party on the average.
  static let meanSize = Double(sizes.reduce(0, +)) / Double(sizes.count)
}
