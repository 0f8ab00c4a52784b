import Catalog
import Terms

/// One way from a country to another over a crossing, and which of the two makes the control.
struct Passage {
  let from: CountryCode
  let to: CountryCode
  let crossing: Crossing
  let acting: Post
  /// The stream in which the departure goes, from the country whose post acts to the other.
  let stream: StreamName

  /// The recipient's post. Where the control is made on entry there is nothing left to confirm.
  var confirming: Post? { acting.country == from ? crossing.posts.first { $0.country == to } : nil }
}

/// Sample departures over the crossings of a topology.
struct SampleTraffic {
  /// The dataset that departures belong to.
  let dataset: DatasetName
  /// Every way over a crossing of two countries that are a pair.
  let passages: [Passage]
  private let states: [CountryCode: String]
  private var next = 1

  init(_ topology: Topology) throws {
    dataset = try DatasetName("migration")
    var passages: [Passage] = []
    for pair in topology.pairs {
      for crossing in topology.crossings where crossing.countries.count == 2 {
        guard Set(crossing.countries) == Set(pair.countries) else { continue }
        for (from, to) in [
          (crossing.countries[0], crossing.countries[1]), (crossing.countries[1], crossing.countries[0]),
        ] {
          guard let post = topology.actingPost(at: crossing, from: from, to: to, dataset: dataset) else { continue }
          let stream = StreamName(
            origin: post.country, recipient: post.country == from ? to : from, dataset: dataset)
          passages.append(Passage(from: from, to: to, crossing: crossing, acting: post, stream: stream))
        }
      }
    }
    self.passages = passages
    states = Dictionary(topology.countries.map { ($0.code, $0.icao) }, uniquingKeysWith: { first, _ in first })
  }

  /// A departure of the next traveller. The plate is kept apart for whoever wants to look it up.
  mutating func departure(_ passage: Passage, now: Instant) throws -> Departure {
    let number = next
    next += 1
    let nationality = number % 4 == 0 ? passage.to : passage.from
    let traveller = try Traveller(
      number: number, nationality: nationality, state: states[nationality] ?? "XXX", today: CalendarDay(of: now))
    return Departure(passage, traveller, number: number, time: now)
  }

  /// The same departure in another vehicle.
  mutating func corrected(_ departure: Departure, now: Instant) throws -> Departure {
    var corrected = departure
    corrected.takeVehicle(of: try self.departure(departure.passage, now: now))
    return corrected
  }

  /// The recipient's confirmation that who departed has entered.
  func confirmation(of id: RecordID, _ passage: Passage, now: Instant) -> JSONValue? {
    guard let post = passage.confirming else { return nil }
    return [
      "event": "entry-confirmed", "refers": .text(id.description), "crossing": .text(passage.crossing.id),
      "post": .text(post.id), "time": .text(now.wholeSeconds), "reference": .text("DEMO-\(post.country)-\(id)"),
    ]
  }
}

/// A sample departure, as a national system would send it.
struct Departure {
  let passage: Passage
  private(set) var plate: String
  private var members: [JSONValue.Member]

  init(_ passage: Passage, _ traveller: Traveller, number: Int, time: Instant) {
    self.passage = passage
    plate = "\(traveller.nationality)/\(traveller.plate)"
    let purposes: [JSONValue] = ["tourism", "work", "transport", "family", "transit"]
    let fields: [(String, JSONValue?)] = [
      ("event", "departure"), ("crossing", .text(passage.crossing.id)), ("post", .text(passage.acting.id)),
      ("from", .text(passage.from.description)), ("to", .text(passage.to.description)),
      ("time", .text(time.wholeSeconds)), ("document", traveller.document), ("surname", .text(traveller.surname)),
      ("given_names", .text(traveller.givenNames)), ("birth_date", .text(traveller.birth.description)),
      ("sex", .text(traveller.sex)), ("nationality", .text(traveller.nationality.description)),
      ("mrz", traveller.mrz.map { .text($0) }), ("residence", .text(traveller.nationality.description)),
      ("vehicle", ["country": .text(traveller.nationality.description), "text": .text(traveller.plate)]),
      ("travel_purpose", purposes[number % purposes.count]), ("decision", "admit"), ("authorised_days", 90),
      ("officer", .text("\(passage.acting.country.description.lowercased())-\(number % 7 + 11)")),
      ("reference", .text("DEMO-\(passage.acting.country)-\(number)")),
    ]
    members = fields.compactMap { name, value in value.map { JSONValue.Member(name: name, value: $0) } }
  }

  /// The line to publish.
  var line: JSONValue { .object(members) }

  /// Takes the vehicle of another.
  mutating func takeVehicle(of other: Departure) {
    plate = other.plate
    let vehicles = other.members.filter { $0.name == "vehicle" }
    members = members.filter { $0.name != "vehicle" } + vehicles
  }

  /// The same with these members added, or in the place of those of the same name.
  func with(_ changes: [(name: String, value: JSONValue)]) -> JSONValue {
    .object(
      members.filter { member in !changes.contains { $0.name == member.name } }
        + changes.map { JSONValue.Member(name: $0.name, value: $0.value) })
  }

  /// The machine-readable zone with one digit read wrongly; nil when the document has none.
  var misreadZone: JSONValue? {
    guard let zone = line["mrz"]?.string, let digit = zone.lastIndex(where: { "1" <= $0 && $0 <= "8" }) else {
      return nil
    }
    return .text("\(zone[..<digit])9\(zone[zone.index(after: digit)...])")
  }
}
