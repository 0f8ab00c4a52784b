import Exchange
import Ledger
import Terms

/// A made-up dataset's rules. A body is lines `field=value` in alphabetical order; `{}` is the empty body that the
/// exchange itself makes.
public struct SimulatedRules: RecordRules {
  private let planted: Planted?
  private let homeDays: UInt32?

  /// The rules, perhaps with a bug, and with the days for which own records are kept.
  public init(planted: Planted? = nil, homeDays: UInt32? = nil) { (self.planted, self.homeDays) = (planted, homeDays) }

  /// The days for which own records are kept; nil for ever.
  public func retentionDays(of dataset: DatasetName) -> UInt32? { homeDays }

  /// A body from its fields.
  public static func body(_ fields: [String: String]) -> [UInt8] {
    Array(fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined().utf8)
  }

  /// The fields of a body.
  public static func fields(_ body: [UInt8]) -> [String: String] {
    var fields: [String: String] = [:]
    for line in body.split(separator: 0x0A) {
      guard let equals = line.firstIndex(of: 0x3D) else { continue }
      fields[String(decoding: line[..<equals], as: UTF8.self)] = String(
        decoding: line[(equals + 1)...], as: UTF8.self)
    }
    return fields
  }

  /// Reads a body's fields.
  public func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading {
    Reading(body: body, fields: Self.fields(body), planted: planted)
  }

  /// All fields of all bodies.
  public func join(_ bodies: [[UInt8]], of dataset: DatasetName, version: UInt32) -> [UInt8] {
    if bodies.count == 1, let body = bodies.first { return body }
    return Self.body(bodies.reduce(into: [:]) { $0.merge(Self.fields($1)) { first, _ in first } })
  }

  /// A body, read.
  private struct Reading: RecordReading {
    let body: [UInt8]
    let fields: [String: String]
    let planted: Planted?

    /// Keeps the agreed fields; all of them when none are named.
    func project(under terms: StreamTerms) -> [UInt8] {
      terms.fields.isEmpty || planted == .leakedField
        ? body : SimulatedRules.body(fields.filter { terms.fields.contains($0.key) })
    }

    /// Every clause must admit its field.
    func isAdmitted(under terms: StreamTerms) -> Bool {
      planted != .closedFilter && terms.filter.allSatisfy { $0.admits(fields[$0.field] ?? "") }
    }

    /// Names are searchable.
    var searchKeys: [SearchKey] {
      guard planted != .missingIndex else { return [] }
      return fields["name"].map { [SearchKey(field: "name", value: Array($0.utf8))] } ?? []
    }

    /// The field `reference`.
    var reference: String? { planted == .forgottenReference ? nil : fields["reference"] }
  }

  /// Refuses fields outside the agreement, and records that the filter does not admit.
  public func verify(
    _ body: [UInt8], kind: Entry.Kind, terms: StreamTerms
  ) throws(RuleBreach) -> any RecordReading {
    let read = read(body, of: terms.stream.dataset, version: terms.version)
    guard planted != .leakedField else { return read }
    let fields = Self.fields(body)
    if !terms.fields.isEmpty, let other = fields.keys.sorted().first(where: { !terms.fields.contains($0) }) {
      throw RuleBreach("the field \(other) is not agreed")
    }
    if case .withdraws = kind { return read }
    guard read.isAdmitted(under: terms) else { throw RuleBreach("the filter does not admit it") }
    return read
  }
}
