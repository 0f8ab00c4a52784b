import Catalog
import Terms

// Crossing time, its steps, read rate: from antennas and cameras.
extension IndicatorBook {
  mutating func see(_ record: Statement) {
    guard let crossing = crossing(of: record), let post = Self.country(ofPost: record.text("post")) else { return }
    let sighting = Passage.Sighting(
      time: record.time, post: post, place: Passage.Sighting.Place(record.text("direction")))
    if record.dataset == TagAlarm.reads {
      guard let epc = record.text("epc") else { return }
      passages.add(sighting, of: Array(epc.utf8), at: crossing, by: .tag)
    } else {
      for unit in record.units { passages.add(sighting, of: unit, at: crossing, by: .camera) }
    }
  }

  mutating func count(_ passage: Passage) {
    if passage.source == .camera {
      cargo.see(passage.unit, at: passage.crossing, passage.first)
    }
    guard scope.period.contains(passage.first) else { return }
    if let duration = passage.duration {
      tally.add(.crossingTime, passage.source.rawValue, at: passage.crossing, milliseconds: duration)
    }
    guard passage.source == .tag else { return }
    tally.count("units", at: passage.crossing)
    for (name, duration) in passage.steps { tally.add(.stepTime, name, at: passage.crossing, milliseconds: duration) }
    tally.add(
      .readRate, nil, at: passage.crossing, part: Int64(passage.reads(at: country)), of: 2, cases: 2)
  }
}

extension Statement {
  /// Plates with their country and containers, as they are compared.
  var units: [[UInt8]] {
    subjects.wholeKeys(.plate).filter { $0.contains(0x2F) } + subjects.wholeKeys(.container)
  }
}
