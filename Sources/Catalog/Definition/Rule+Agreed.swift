extension Rule {
  /// The fields that it compares, where it looks at nothing else; nil for rules that a recipient cannot ask.
  private var compared: [FieldPlace]? {
    switch self {
    case .sum(let rule): [rule.parts, FieldPlace(top: rule.total)]
    case .atMost(let rule): [rule.value, rule.limit]
    case .equalsSum(let rule): [rule.total] + rule.terms
    case .expires(let rule): [FieldPlace(top: rule.expiry), FieldPlace(top: rule.after)]
    case .order(let rule): [FieldPlace(top: rule.earlier), FieldPlace(top: rule.later)]
    case .ofAge(let rule): [rule.birth, rule.at, rule.minor].map { FieldPlace(top: $0) }
    default: nil
    }
  }

  /// Whether a recipient can ask the rule again: all the fields that it compares are shared. What rests on the topology or on
  /// the publishing country is the publisher's alone.
  func canBeAsked(among agreed: FieldChoice) -> Bool {
    if case .lineRange(let rule) = self { return agreed.includes(rule.range) && agreed.top[rule.lines] }
    return compared?.allSatisfy { agreed.includes($0) } ?? false
  }
}
