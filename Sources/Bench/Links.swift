import Glibc
import Programs

/// What links cost over which nothing goes: Guatemala with all the neighbours that it has in Central America, the observer among them.
enum Links {
  private static let neighbours = ["SV", "HN", "NI", "CR", "PA", "XS"]
  /// Seconds until all has been said that is said when links come up.
  private static let settlingSeconds: UInt32 = 30

  static func measure(folder: String, istmo: String, topology: String) throws {
    let place = "\(folder)/links"
    guard mkdir(place, 0o755) == 0 else { throw ChildError("\(place) cannot be made; name an empty folder") }
    let pair = try Pair(folder: place, istmo: istmo, topology: topology, others: neighbours)
    for country in neighbours + ["GT"] { try pair.start(country) }
    sleep(settlingSeconds)
    Report.figure("idle_links", Double(try pair.linkCount()))
    Report.figure("idle_links_percent", percent(pair.nodes["GT"], seconds: 60))
    Report.figure("idle_links_memory_mib", Double(pair.nodes["GT"]?.memory.now ?? 0) / 1_048_576)
    for country in neighbours + ["GT"] { pair.stop(country) }
  }

  /// How much of a processor a node takes, in per cent.
  static func percent(_ node: Child?, seconds: UInt32) -> Double {
    let before = node?.processorTime ?? .zero
    sleep(seconds)
    let used = (node?.processorTime ?? .zero) - before
    return used / .seconds(Int(seconds)) * 100
  }
}
