/// How bad a log line is.
public enum LogLevel: String, Hashable, Sendable, CaseIterable {
  /// For developers.
  case debug
  /// A normal event.
  case info
  /// Something to look at.
  case warning
  /// Something to mend.
  case error
}
