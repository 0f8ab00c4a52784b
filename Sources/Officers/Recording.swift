/// Which records a role may make at the desk: of which dataset, and which of its events. What a record must hold is the definition's
/// business, and whose record may follow which one the core's.
public enum Recording {
  /// What a role may record of a dataset.
  public enum Extent: Hashable, Sendable {
    /// Every record.
    case all
    /// Only records with one of these events.
    case events(Set<String>)
  }

  /// The roles that record, and what.
  public static let table: [String: [String: Extent]] = [
    "migration-officer": ["migration": .all, "incidents": .all, "risk-alerts": .events(["hit"])],
    "migration-supervisor": [
      "migration": .all, "incidents": .all, "posts": .all, "risk-alerts": .events(["hit"]),
    ],
    "customs-officer": [
      "manifests": .all, "cargo-units": .events(["registered"]), "incidents": .all, "risk-alerts": .events(["hit"]),
    ],
    "customs-supervisor": [
      "manifests": .all, "cargo-units": .all, "operators": .all, "incidents": .all, "posts": .all,
      "risk-alerts": .events(["hit"]),
    ],
    "quarantine-officer": [
      "quarantine": .all, "certificates": .all, "incidents": .all, "risk-alerts": .events(["hit"]),
    ],
    "risk-analyst": ["risk-alerts": .all],
    "security-officer": ["incidents": .all, "risk-alerts": .events(["hit"])],
    "post-operator": ["posts": .all, "incidents": .all, "rfid-reads": .all, "captures": .all],
  ]

  /// What a role may record of a dataset; nil for nothing.
  public static func extent(_ role: String, _ dataset: String) -> Extent? { table[role]?[dataset] }

  /// Whether a role may make such a record; `event` is nil of a dataset without events.
  public static func mayRecord(_ role: String, _ dataset: String, event: String?) -> Bool {
    switch extent(role, dataset) {
    case nil: false
    case .all: true
    case .events(let events): event.map { events.contains($0) } ?? false
    }
  }
}
