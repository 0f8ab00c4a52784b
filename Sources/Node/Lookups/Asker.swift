import Terms

/// Who asks for records, and what for: what every question says, and what the lookup log keeps of it.
public struct Asker: Sendable {
  /// Who asks.
  public var officer: String
  /// In which role.
  public var role: String
  /// What for.
  public var purpose: String
  /// At which post the officer is; nil when at none.
  public var post: String?
  /// The only datasets that the officer was given; nil for all.
  public var datasets: Set<DatasetName>?

  /// Who asks, and what for.
  public init(
    officer: String, role: String, purpose: String, post: String? = nil, datasets: Set<DatasetName>? = nil
  ) {
    (self.officer, self.role, self.purpose) = (officer, role, purpose)
    (self.post, self.datasets) = (post, datasets)
  }
}
