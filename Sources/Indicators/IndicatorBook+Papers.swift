import Catalog
import Terms

/// Certificates that are here as records, and declarations that name certificates.
struct PaperBook {
  var issued = Expiring<RecordID, Bool>(most: 200_000)
  var numbers = Expiring<String, Bool>(most: 200_000)
  var declarations = Expiring<RecordID, [String]>(most: 100_000)

  /// Days after which a certificate is used by nobody any more.
  static let longestLead: Int64 = 60
  /// A certificate may be told of so long after the declaration that names it.
  private static let patience: Int64 = 5 * IndicatorPeriod.day

  var dropped: Int { issued.dropped + numbers.dropped + declarations.dropped }

  /// Whether a support document is a certificate of plant or animal health: by its code in UN/EDIFACT 1001, or by its words.
  static func isCertificate(_ kind: String) -> Bool {
    ["851", "852", "853"].contains(kind)
      || ["sanitari", "veterinari", "phytosanitary", "zoosanitary"].contains { kind.lowercased().contains($0) }
  }

  /// A number as it is compared: letters and digits.
  static func plain(_ number: String) -> String {
    String(
      decoding: number.uppercased().utf8.filter { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) },
      as: UTF8.self)
  }

  /// A declaration that may name certificates.
  mutating func named(_ record: Statement) {
    guard case .list(let documents)? = record.body["documents"] else { return }
    let numbers = documents.compactMap { document in
      document["kind"]?.string.map(Self.isCertificate) == true ? document["number"]?.string.map(Self.plain) : nil
    }
    if !numbers.isEmpty { declarations.insert(numbers, for: record.id, at: record.time) }
  }

  /// Declarations of which all certificates were told that will be, with how many of theirs are here.
  mutating func close(before moment: Instant?) -> [(time: Instant, named: Int, held: Int)] {
    let closed = declarations.close(before: moment?.advanced(byMilliseconds: -Self.patience))
      .map { _, time, names in (time, names.count, names.count { numbers[$0] != nil }) }
    let bound = moment?.advanced(byMilliseconds: -(Self.longestLead + 2) * IndicatorPeriod.day)
    _ = issued.close(before: bound)
    _ = numbers.close(before: bound)
    return closed
  }
}

// How long before its use a certificate was issued, and how many of those named are here.
extension IndicatorBook {
  mutating func certify(_ record: Statement) {
    switch record.text("event") {
    case "issued":
      for id in [record.id] + record.earlier { papers.issued.insert(true, for: id, at: record.time) }
      if let number = record.text("number") {
        papers.numbers.insert(true, for: PaperBook.plain(number), at: record.time)
      }
    case "used":
      let place = crossing(of: record)
      guard record.origin == country, scope.period.contains(record.time), place != nil || !scope.isNarrowed,
        let refers = record.record("refers"), let issued = papers.issued[refers], issued.time <= record.time
      else { return }
      tally.add(
        .certificateLeadTime, nil, at: place, milliseconds: record.time.milliseconds(since: issued.time))
    default: return
    }
  }

  mutating func closePapers(before moment: Instant?) {
    for (time, named, held) in papers.close(before: moment) where scope.period.contains(time) {
      tally.add(.electronicCertificates, nil, at: nil, part: Int64(held), of: Int64(named), cases: named)
    }
  }
}
