import Catalog

@testable import Node

extension LookupAnswer {
  /// The lines of the answer as a client reads them.
  func shown(by node: Installation) throws -> [JSONValue] {
    try ndjson(node).split(separator: 0x0A).map { try JSONValue(parsing: Array($0), longest: 1 << 20) }
  }
}
