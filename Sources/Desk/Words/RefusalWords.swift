import Catalog

/// Why a record was refused, in the reader's language where there is a text for it. What has none is shown in the node's own English,
/// and marked as such for readers' software.
struct RefusalWords {
  /// The sentence.
  let text: String
  /// Whether it is in the language that was asked for.
  let isTranslated: Bool

  /// The words for a refusal.
  init(_ refusal: Refusal, _ language: Language) {
    let english = Self.sentence("\(refusal.problem); \(refusal.whatToDo)", refusal.found, "found")
    guard language == .es else {
      (text, isTranslated) = (english, true)
      return
    }
    guard let problem = Self.spanish(refusal.problem) else {
      (text, isTranslated) = (english, false)
      return
    }
    (text, isTranslated) = (Self.sentence(problem, refusal.found, "se encontró"), true)
  }

  private static func sentence(_ words: String, _ found: String?, _ foundWord: String) -> String {
    let first = words.prefix(1).uppercased() + words.dropFirst()
    return first + (found.map { " (\(foundWord): «\($0)»)" } ?? "") + "."
  }

  /// The Spanish of a problem; `*` of a pattern takes what stands there along.
  private static func spanish(_ problem: String) -> String? {
    for (pattern, words) in patterns {
      guard let parts = match(problem, pattern) else { continue }
      var out = ""
      var rest = parts[...]
      for piece in words {
        guard piece == "*" else {
          out.append(piece)
          continue
        }
        // What stands there may be a problem itself, as of a table's column.
        let part = rest.popFirst() ?? ""
        out += spanish(part) ?? part
      }
      return out
    }
    return nil
  }

  private static func match(_ text: String, _ pattern: String) -> [String]? {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let head = pieces.first, text.hasPrefix(head) else { return nil }
    var rest = text.dropFirst(head.count)
    var parts: [String] = []
    for (place, piece) in pieces.enumerated().dropFirst() {
      if place == pieces.count - 1 {
        guard rest.hasSuffix(piece) else { return nil }
        parts.append(String(rest.dropLast(piece.count)))
        return parts
      }
      guard let range = rest.firstRange(of: piece) else { return nil }
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return rest.isEmpty ? [] : nil
  }
}
