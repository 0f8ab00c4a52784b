/// The record that is measured: a departure of about 365 bytes, other for each number.
enum Departures {
  static func line(_ number: Int) -> [UInt8] {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return
      Array(
        #"{"event":"departure","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/SV","from":"SV","to":"GT","#
          .utf8)
      + Array(#""time":"2026-11-24T08:03:22-06:00","document":{"kind":"passport","country":"SV","number":"A"#.utf8)
      + Array("\(padded)\"},".utf8)
      + Array(#""surname":"Martínez Peña","given_names":"Ana María","birth_date":"1974-08-12","sex":"F","#.utf8)
      + Array(#""nationality":"SV","vehicle":{"country":"SV","text":"P "#.utf8) + Array("\(padded)\"},".utf8)
      + Array(#""decision":"admit","reference":"B-"#.utf8) + Array("\(padded)\"}".utf8)
  }

  /// A waiting time as observed at a post, other for each number.
  static func waiting(_ number: Int) -> [UInt8] {
    Array(
      (#"{"event":"waiting","post":"GT-SV/la-hachadura/SV","time":"2026-11-24T08:03:22-06:00","traffic":"cargo","#
        + #""waiting_minutes":\#(number % 300),"reference":"W-\#(number)"}"#).utf8)
  }

  /// The document of one of `count` departures, numbered from `first`; other ones for each client and each time, spread over all.
  static func document(_ first: Int = 1_000_000, among count: Int, client: Int, round: Int) -> String {
    "A0\(first + (client &* 7_919 &+ round &* 104_729) % count)"
  }

  static func lines(_ numbers: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in numbers { bytes += line(number) + [0x0A] }
    return bytes
  }
}
