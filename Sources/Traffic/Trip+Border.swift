import Catalog
import Sodium
import Terms

// What posts see of a truck: antennas, cameras, the control of its driver, alerts.
extension Trip {
  /// Takes the truck over a border; gives the time when it is on the other side, and what was recorded of it.
  func cross(
    _ scene: inout Scene, _ border: Border, _ arrival: Instant
  ) -> (leaves: Instant, truth: TrafficTruth.Passage) {
    var truth = TrafficTruth.Passage(
      journey: scene.number, crossing: border.crossing.id, from: border.from, to: border.to)
    var alert: TrafficRecord?
    if scene.fails(8) { alert = warn(&scene, arrival.plus(minutes: -scene.draw.within(30...200))) }
    truth.tag.arrives = read(&scene, border, border.exit, "approach", arrival)?.first
    truth.plate.arrives = capture(&scene, border, border.exit, "in", arrival.plus(minutes: 2), camera: 1)
    // One in ten waits for hours.
    let waits = scene.draw.happens(100) ? 120...480 : 12...60
    let control = arrival.plus(minutes: scene.draw.within(waits))
    let passed = control.plus(minutes: scene.draw.within(4...25))
    truth.tag.leaves = read(&scene, border, border.exit, "out", passed)?.last
    truth.plate.leaves = capture(&scene, border, border.exit, "out", passed.plus(seconds: 20), camera: 2)
    let entered = passed.plus(minutes: scene.draw.within(3...12))
    truth.tag.enters = read(&scene, border, border.entry, "in", entered)?.first
    truth.plate.enters = capture(&scene, border, border.entry, "in", entered.plus(seconds: 15), camera: 1)
    let leaves = entered.plus(minutes: scene.draw.within(8...45))
    truth.tag.departs = read(&scene, border, border.entry, "out", leaves)?.last
    let last = capture(&scene, border, border.entry, "out", leaves.plus(seconds: 30), camera: isInContainer ? 3 : 2)
    // The last camera of a truck with a container reads the container.
    if isInContainer { truth.container = last } else { truth.plate.departs = last }
    Control(border: border, departs: control, enters: entered.plus(minutes: 2)).make(
      &scene, driver, vehicle: truck.written, plate: "\(truck.country)/\(truck.plate)", purpose: "transport")
    if let alert {
      let outcome = scene.draw.one(of: ["confirmed", "not-confirmed", "other-finding", "passed"])
      scene.add(
        "risk-alerts", at: border.to, entered.plus(minutes: 5),
        [
          ("event", "hit"), ("route", texts([alert.origin])), ("post", .text(border.entry.id)),
          ("outcome", .text(outcome)),
        ], keys: truckKeys, refers: alert)
      scene.truths.append(
        .alert(
          .init(
            journey: scene.number, author: alert.origin, issued: alert.time, teller: border.to,
            told: entered.plus(minutes: 5), crossing: border.crossing.id, outcome: outcome)))
    }
    return (leaves, truth)
  }

  /// One passage of the tag under an antenna: mostly read, sometimes not, sometimes twice.
  private func read(
    _ scene: inout Scene, _ border: Border, _ post: Post, _ direction: String, _ time: Instant
  ) -> (first: Instant, last: Instant)? {
    guard isTagged, !scene.fails(45) else { return nil }
    let lane = scene.draw.within(1...3)
    func add(_ moment: Instant, _ defect: TrafficRecord.Defect?) {
      scene.add(
        "rfid-reads", at: post.country, moment,
        [
          ("epc", .text(truck.epc)), ("tid", .text(truck.tid)), ("crossing", .text(border.crossing.id)),
          ("post", .text(post.id)), ("reader", .text("R\(lane)-\(direction)")), ("lane", .text("\(lane)")),
          ("direction", .text(direction)), ("count", JSONValue(scene.draw.within(1...40))),
        ], keys: truckKeys + [("epc", truck.epc)], defect: defect)
    }
    add(time, nil)
    guard scene.fails(70) else { return (time, time) }
    let again = time.plus(seconds: 4)
    add(again, .echo)
    return (time, again)
  }

  /// One passage of a camera; gives the time when it knew the truck.
  private func capture(
    _ scene: inout Scene, _ border: Border, _ post: Post, _ direction: String, _ time: Instant, camera: Int
  ) -> Instant? {
    guard !scene.fails(25) else { return nil }
    let isOfContainer = camera == 3
    let isMisread = !isOfContainer && scene.fails(40)
    let text = isMisread ? Self.misread(truck.plate, &scene.draw) : truck.plate
    var image: [UInt8] = Array("\(scene.number)/\(post.id)/\(direction)".utf8)
    image = SHA256.hash(image).bytes
    scene.add(
      "captures", at: post.country, time,
      [
        ("subject", isOfContainer ? "container" : "plate"), ("crossing", .text(border.crossing.id)),
        ("post", .text(post.id)), ("camera", .text("C\(camera)")), ("direction", .text(direction)),
        (
          "plate",
          isOfContainer ? nil : object([("country", .text(truck.country.description)), ("text", .text(text))])
        ),
        ("container", isOfContainer ? .text(truck.container) : nil),
        ("confidence", JSONValue(scene.draw.within(isMisread ? 40...75 : 80...99))),
        ("image_digest", .text(image.hex)), ("image_bytes", JSONValue(scene.draw.within(90_000...210_000))),
        ("image_media_type", "image/jpeg"),
      ],
      keys: isOfContainer
        ? [("container", truck.container)]
        : [("plate", "\(truck.country)/\(text)"), ("true_plate", isMisread ? "\(truck.country)/\(truck.plate)" : nil)],
      defect: isMisread ? .misread : nil)
    return isMisread ? nil : time
  }

  /// One character taken for another that looks like it.
  static func misread(_ plate: String, _ draw: inout Draw) -> String {
    let alike: [Character: Character] = [
      "0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B", "B": "8", "S": "5", "G": "6", "3": "8", "7": "1",
      "4": "A", "9": "0", "D": "0", "C": "G", "M": "N", "N": "M", "R": "B", "H": "M", "K": "X", "J": "1", "L": "1",
      "F": "E", "T": "1", "V": "Y",
    ]
    var characters = Array(plate)
    let places = characters.indices.filter { alike[characters[$0]] != nil }
    guard !places.isEmpty else { return plate }
    let place = places[draw.below(places.count)]
    characters[place] = alike[characters[place]] ?? "0"
    return String(characters)
  }

  /// An alert on this truck, by a country of its route.
  private func warn(_ scene: inout Scene, _ time: Instant) -> TrafficRecord? {
    let author = route[scene.draw.below(route.count)]
    return scene.add(
      "risk-alerts", at: author, time,
      [
        ("event", "issued"), ("route", texts(route.filter { $0 != author })), ("subject", "plate"),
        ("plate", truck.written), ("severity", .text(scene.draw.one(of: ["watch", "check", "inspect", "stop"]))),
        ("code", .text("R-\(scene.draw.within(1...9))")), ("instruction", "Compare seals and weight with the papers."),
        ("expires", .text(time.plus(minutes: 60 * 24 * 14).wholeSeconds)),
      ], keys: [("plate", "\(truck.country)/\(truck.plate)")], late: 0)
  }
}
