/// What a role lets an officer do at the desk. Whose records a role may see is for the agreements to say, and asked at every lookup.
public enum Right: String, Hashable, Sendable, CaseIterable {
  /// To look a key up: the crossing file.
  case search
  /// To see what goods are on their way to the post.
  case expected
  /// To see which persons left the other country for this post and were not confirmed yet.
  case arrivals
  /// To confirm or refuse an entry.
  case decide
  /// To make records: forms, uploads and what is done from a file. Which ones, `Recording` says.
  case record
  /// To see how streams and agreements stand; no personal data.
  case board
  /// To see keys, tokens, who looked what up, retention and the disk; no personal data of travellers.
  case node
  /// To say who may use the desk, and which systems the API.
  case officers
  /// To propose what two operators decide together, and to confirm or reject what another one proposed.
  case operate
  /// To see indicators, the action plan and projects; no personal data.
  case figures

  /// The roles that this program knows, and what each may.
  public static let table: [String: Set<Right>] = [
    "migration-officer": [.search, .arrivals, .decide, .record],
    "migration-supervisor": [.search, .arrivals, .decide, .record, .board],
    "customs-officer": [.search, .expected, .record],
    "customs-supervisor": [.search, .expected, .record, .board],
    "quarantine-officer": [.search, .expected, .record],
    "risk-analyst": [.search, .expected, .record],
    "security-officer": [.search, .record],
    "post-operator": [.expected, .record],
    "auditor": [.search, .expected, .board, .node, .figures],
    // These two see no records of persons, whatever an agreement lets them look up.
    "committee": [.figures],
    "statistician": [.figures],
    "node-operator": [.board, .node, .officers, .operate],
  ]

  /// What is done at a post: of these pages the officer's post is the place.
  public static let atPost: Set<Right> = [.search, .expected, .arrivals, .decide, .record]

  /// Whether an officer in a role is somewhere: committees and operators need no post.
  public static func needsPost(_ role: String) -> Bool { !of(role).isDisjoint(with: atPost) }

  /// What a role may. One that only an agreement names may look up, and nothing else.
  public static func of(_ role: String) -> Set<Right> { table[role] ?? [.search] }
}

extension Officer {
  /// Whether the officer may propose and decide what two operators decide together.
  public var mayOperate: Bool { !isDisabled && roles.contains { Right.of($0).contains(.operate) } }
}
