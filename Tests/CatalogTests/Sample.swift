import Terms
import Testing

@testable import Catalog

/// The sample federation and records that tests begin from.
enum Sample {
  /// The repository's root, from this file's path.
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")
  static let topologyFile = root + "/Topology/central-america.toml"

  private static let loaded = Result { try Topology.load(topologyFile) }

  static func topology() throws -> Topology { try loaded.get() }

  static func definition(_ name: String = "migration") throws -> Definition {
    try #require(try topology().definition(DatasetName(name)))
  }

  static let now = Instant(milliseconds: 1_795_528_800_000)  // 2026-11-24T14:00:00Z

  /// A departure from El Salvador to Guatemala of about 400 bytes.
  static let departure: [(String, String)] = [
    ("event", #""departure""#), ("crossing", #""GT-SV/la-hachadura""#), ("post", #""GT-SV/la-hachadura/SV""#),
    ("from", #""SV""#), ("to", #""GT""#), ("time", #""2026-11-24T08:03:22-06:00""#),
    ("document", #"{"kind":"identity-card","country":"SV","number":"00016297-5"}"#), ("surname", #""Martínez Peña""#),
    ("given_names", #""Ana María""#), ("birth_date", #""1974-08-12""#), ("sex", #""F""#), ("nationality", #""SV""#),
    ("vehicle", #"{"country":"SV","text":"P 123-456"}"#), ("decision", #""admit""#), ("reference", #""DGME-2026-1""#),
  ]

  /// A line of the departure with members changed (nil leaves one out) or added.
  static func line(_ changes: [String: String?] = [:], base: [(String, String)] = departure) -> [UInt8] {
    var members: [(String, String)] = base.compactMap { name, value in
      guard let change = changes[name] else { return (name, value) }
      return change.map { (name, $0) }
    }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !base.contains(where: { $0.0 == name }) {
      if let value { members.append((name, value)) }
    }
    return Array("{\(members.map { "\"\($0)\":\($1)" }.joined(separator: ","))}".utf8)
  }
}
