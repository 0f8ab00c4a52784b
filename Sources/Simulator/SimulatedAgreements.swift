import Exchange
import Sodium
import Terms

/// What the countries of a world agreed, generation by generation: each renewal changes fields and filter.
struct SimulatedAgreements {
  /// A generation is valid until then; a country that holds only an expired one does not exchange.
  private(set) var generations: [Pair: [Instant]] = [:]
  private let bothWays: Set<Pair>
  let datasets: [DatasetName]
  /// What agreements say, and own registers keep for one day more, where days go by in a run.
  static let shortDays: UInt32 = 2
  private let retentionDays: UInt32
  /// Whether every record goes to every neighbour with all its fields.
  private let isWhole: Bool

  init(
    _ pairs: [Pair], bothWays: Set<Pair>, datasets: [DatasetName], isWhole: Bool = false, validUntil: Instant,
    retentionDays: UInt32
  ) {
    (self.bothWays, self.datasets, self.isWhole) = (bothWays, datasets, isWhole)
    self.retentionDays = retentionDays
    for pair in pairs { generations[pair] = [validUntil] }
  }

  /// Signs the next generation; gives its number.
  mutating func renew(_ pair: Pair, validUntil: Instant) -> Int {
    generations[pair, default: []].append(validUntil)
    return (generations[pair]?.count ?? 1) - 1
  }

  /// The streams of one generation, both directions.
  func streams(_ pair: Pair, _ generation: Int, paused: Bool) -> [AgreedStream] {
    let validUntil = generations[pair]?[generation] ?? .earliest
    let digest = SHA256.hash(Array("agreement \(pair.a) \(pair.b) \(generation)".utf8))
    let directions = bothWays.contains(pair) ? [(pair.a, pair.b), (pair.b, pair.a)] : [(pair.b, pair.a)]
    return directions.flatMap { origin, recipient in
      datasets.enumerated().map { number, dataset in
        let isNarrow = number == 0 && !isWhole
        let terms = StreamTerms(
          stream: StreamName(origin: origin, recipient: recipient, dataset: dataset), version: 1, definition: digest,
          filter: isNarrow
            ? [FilterClause(field: "crossing", values: generation % 2 == 0 ? ["a*"] : ["a1", "b*"])] : [],
          fields: isNarrow ? ["crossing", "name", "serial"] + (generation % 2 == 0 ? ["reference"] : []) : [],
          mode: .replicate, purpose: "simulation", roles: [], retentionDays: retentionDays)
        return AgreedStream(
          terms: terms, agreement: digest, validFrom: Instant(milliseconds: 0), validUntil: validUntil,
          paused: paused ? "paused by its operator" : nil)
      }
    }
  }
}
