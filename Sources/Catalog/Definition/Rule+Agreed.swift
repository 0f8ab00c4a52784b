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

  /// Asks the rule again at the recipient, when all the fields that it compares are shared. What rests on the topology or on
  /// the publishing country is the publisher's alone.
  func verify(_ draft: borrowing Draft, _ definition: Definition, among agreed: FieldChoice) throws(Refusal) {
    switch self {
    case .lineRange(let rule):
      guard agreed.includes(rule.range), agreed.top[rule.lines] else { return }
      try rule.check(draft, definition)
    default:
      guard let compared, compared.allSatisfy({ agreed.includes($0) }) else { return }
      try checkFields(draft, definition)
    }
  }
}
