import Terms

extension SelectivityReader {
  private static let keys =
    ["held", "alert", "trusted", "operator", "tag", "missing", "gross_kg_over", "sample_percent"]
    + LaneCondition.texts.keys.sorted()

  /// The parties of a declaration that have a tax number.
  private static let parties = ["exporter", "importer"]

  /// What `when` asks; nothing is no condition, as a rule that always applies is what `otherwise` says.
  /// - Parameter papers: the names of papers that may be missing; nil where a paper's own need is said.
  func conditions(_ table: TableReader, papers: [String]?) -> [LaneCondition] {
    guard let when = table.table("when", what: "condition") else {
      if table.member("when") == nil {
        source.report(table.offset, "\(table.what) has no \"when\"", "add when = { tariff = [\"0201*\"] }")
      }
      return []
    }
    var keys = Self.keys
    if papers == nil { keys.removeAll { $0 == "missing" } }
    when.refuseOthers(than: keys)
    if when.members.isEmpty {
      source.report(when.offset, "no condition", "name what must hold, such as { held = true }")
    }
    return when.members.compactMap { condition(of: $0, in: when, papers ?? []) }
  }

  private func condition(of member: TomlMember, in when: TableReader, _ papers: [String]) -> LaneCondition? {
    switch member.key {
    case "held": return .held(when.flag("held", standing: true))
    case "alert":
      return .alert(words(member, in: when, Alert.Severity.allCases.map(\.rawValue)).compactMap { .init(rawValue: $0) })
    case "trusted": return .trusted(words(member, in: when, Self.parties))
    case "operator":
      return .operators(
        words(member, in: when, OperatorStanding.State.allCases.map(\.rawValue)).compactMap { .init(rawValue: $0) })
    case "tag":
      return .tag(words(member, in: when, TagAlarm.Kind.allCases.map(\.rawValue)).compactMap { .init(rawValue: $0) })
    case "missing": return .missing(words(member, in: when, ["*"] + papers))
    case "gross_kg_over":
      return when.number("gross_kg_over", in: 0...1_000_000_000, example: 30_000).map { .heavier($0) }
    case "sample_percent": return when.number("sample_percent", in: 1...100, example: 5).map { .sample($0) }
    default:
      guard LaneCondition.texts[member.key] != nil, let values = texts(member, in: when, example: "0201*") else {
        return nil
      }
      return .text(FilterClause(field: member.key, values: values.map(\.value)))
    }
  }

  /// A list of texts with one at least.
  private func texts(_ member: TomlMember, in when: TableReader, example: String) -> [Located<String>]? {
    guard let texts = when.texts(of: member, example: example) else { return nil }
    guard !texts.isEmpty, !texts.contains(where: \.value.isEmpty) else {
      source.report(
        member.value.offset, "nothing where a text is expected", "write \(member.key) = [\"\(example)\"]")
      return nil
    }
    return texts
  }

  /// A list of known words.
  private func words(_ member: TomlMember, in when: TableReader, _ known: [String]) -> [String] {
    (texts(member, in: when, example: known.first ?? "") ?? []).compactMap { text in
      when.known(text, as: member.key, among: known)
    }
  }
}
