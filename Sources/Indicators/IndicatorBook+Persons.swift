import Catalog
import Terms

/// Departures that wait for the other country's own fact, and such facts by the departure that they answer.
struct PersonBook {
  /// A person who was let go.
  struct Departure {
    let crossing: String
    let to: CountryCode
    /// Earlier versions of the record: an answer may name one.
    let earlier: [RecordID]
    /// Whether the control was in the country of entry: nothing more is to come.
    let isOfEntry: Bool
  }

  /// What the other country says.
  struct Answer: Hashable {
    let departure: RecordID
    let origin: CountryCode
  }

  var departures = Expiring<RecordID, Departure>(most: 500_000)
  /// Whether the entry was confirmed.
  var answers = Expiring<Answer, Bool>(most: 500_000)

  /// The other country's fact follows within this time, or never.
  static let patience: Int64 = 3 * IndicatorPeriod.day

  var dropped: Int { departures.dropped + answers.dropped }

  /// The answer to a departure.
  func answer(to id: RecordID, _ departure: Departure) -> (time: Instant, value: Bool)? {
    for version in [id] + departure.earlier {
      if let answer = answers[Answer(departure: version, origin: departure.to)] { return answer }
    }
    return nil
  }
}

// Persons controlled once, and how long the other country's own fact takes.
extension IndicatorBook {
  mutating func control(_ record: Statement) {
    switch record.text("event") {
    case "departure":
      guard let crossing = crossing(of: record), let to = record.text("to").flatMap({ try? CountryCode($0) }) else {
        return
      }
      if scope.period.contains(record.time) { tally.count("departures", at: crossing) }
      guard record.text("decision") == "admit" else { return }
      persons.departures.insert(
        PersonBook.Departure(
          crossing: crossing, to: to, earlier: record.earlier,
          isOfEntry: Self.country(ofPost: record.text("post")) == to), for: record.id, at: record.time)
    case "entry-confirmed", "entry-refused":
      guard let refers = record.record("refers"), crossing(of: record) != nil else { return }
      persons.answers.insert(
        record.text("event") == "entry-confirmed", for: .init(departure: refers, origin: record.origin),
        at: record.time)
    default: return
    }
  }

  mutating func closePersons(before moment: Instant?, now: Instant?) {
    for (id, time, departure) in persons.departures.close(
      before: moment?.advanced(byMilliseconds: -PersonBook.patience))
    where scope.period.contains(time) {
      let answer = persons.answer(to: id, departure)
      let isDue = now.map { time.advanced(byMilliseconds: PersonBook.patience) <= $0 } ?? true
      guard departure.isOfEntry || answer != nil || isDue else { continue }
      tally.add(
        .oneStopMigration, nil, at: departure.crossing, holds: departure.isOfEntry || answer?.value == true)
      guard !departure.isOfEntry else { continue }
      tally.add(.unmatched, "departures", at: departure.crossing, holds: answer == nil)
      if let answer, answer.value, answer.time >= time {
        tally.add(
          .stepTime, "migration", at: departure.crossing, milliseconds: answer.time.milliseconds(since: time))
      }
    }
    _ = persons.answers.close(
      before: moment?.advanced(byMilliseconds: -2 * PersonBook.patience))
  }
}
