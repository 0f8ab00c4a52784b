import Foundation

/// Departures from El Salvador to Guatemala as a national system publishes them.
enum Departures {
  /// One line. Its number is in the document, which the neighbour gets, and in the reference, which it does not.
  static func line(_ number: Int, surname: String = "Martínez Peña", givenNames: String = "Ana María") -> String {
    let document = "A\(String(repeating: "0", count: max(0, 8 - String(number).count)))\(number)"
    return """
      {"event":"departure","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/SV","from":"SV","to":"GT",\
      "time":"2026-11-24T08:03:22-06:00","document":{"kind":"passport","country":"SV","number":"\(document)"},\
      "surname":"\(surname)","given_names":"\(givenNames)","birth_date":"1974-08-12","sex":"F","nationality":"SV",\
      "vehicle":{"country":"SV","text":"P 123-456"},"decision":"admit","reference":"DGME-\(number)"}
      """
  }

  static func lines(_ numbers: Range<Int>) -> [UInt8] { Array((numbers.map { line($0) + "\n" }).joined().utf8) }
}

/// Random numbers that a printed seed gives again (splitmix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
