import Glibc
import HTTP
import Terms

/// What a post is told that asks what is on its way, with some thousand declarations of the last days.
enum Declared {
  private static let crossings = ["la-hachadura", "las-chinamas", "san-cristobal", "anguiatu"]

  static func measure(_ pair: Pair) throws {
    let system = try pair.system("SV")
    let desk = try pair.system("GT")
    var declared = 0
    for count in [1_000, 10_000] {
      let before = try pair.system("GT").size(of: "SV/GT/manifests")
      let fresh = count - declared
      var lines: [UInt8] = []
      while declared < count {
        lines += declaration(declared) + [0x0A]
        declared += 1
      }
      try system.publish(lines, of: "manifests")
      try pair.wait(
        try pair.system("GT"), for: before + UInt64(fresh) + (before == 0 ? 1 : 0), of: "SV/GT/manifests", every: 20_000
      )
      var times = Times()
      for round in 0..<6 {
        let start = ContinuousClock.now
        _ = try desk.expected("GT-SV/anguiatu/GT")
        if round == 0 {
          Report.figure("expected_first_\(count)_ms", (.now - start) / .milliseconds(1))
        } else {
          times.add(.now - start)
        }
      }
      Report.times("expected_\(count)", times)
    }
  }

  private static func declaration(_ number: Int) -> [UInt8] {
    let now = Instant(milliseconds: Int64(time(nil)) * 1000)
    let crossing = "GT-SV/\(crossings[number % crossings.count])"
    let line =
      #"{"event":"declared","duca":"SV-F-\#(number)","kind":"DUCA-F","route":["SV","GT"],"crossings":["\#(crossing)"],"#
      + #""time":"\#(now.wholeSeconds)","regime":"10","destination":"GT","transport_mode":"road","#
      + #""exporter":{"company":{"country":"SV","number":"0614-050707-104-8"},"name":"Café de Ejemplo"},"#
      + #""vehicle":{"plate":{"country":"SV","text":"C \#(number)"}},"gross_kg":"1050","net_kg":"1000","#
      + #""lines":[{"packages":10,"net_kg":"1000","gross_kg":"1050","origin":"SV","tariff":"090121","description":"Café"}]}"#
    return Array(line.utf8)
  }
}
