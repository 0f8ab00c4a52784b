import Glibc

/// The process's environment.
enum Environment {
  static subscript(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The variables that a storage key may come from.
  static var all: [String: String] {
    var values: [String: String] = [:]
    for name in ["CREDENTIALS_DIRECTORY"] { values[name] = self[name] }
    return values
  }
}
