extension Definition {
  /// Each rule in a sentence, in the order of the file.
  public var rulesInWords: [String] { rules.map { $0.words(in: self) } }

  /// The name of the field at a place.
  func name(at place: FieldPlace) -> String {
    guard let inner = place.inner, let group = group(place.top) else { return sorted[place.top].name }
    return group.sorted[inner].name
  }
}

extension Rule {
  fileprivate func words(in definition: Definition) -> String {
    func name(_ index: Int) -> String { definition.sorted[index].name }
    func deep(_ place: FieldPlace) -> String { definition.name(at: place) }
    switch self {
    case .actingPost(let rule):
      return "\(name(rule.post)) acts at \(name(rule.crossing)) from \(name(rule.from)) to \(name(rule.to))"
    case .postOfCrossing(let rule): return "\(name(rule.post)) is a post of \(name(rule.crossing))"
    case .ownPost(let rule): return "\(name(rule.post)) is a post of the country that publishes"
    case .ownCountry(let rule): return "\(name(rule.country)) is the country that publishes"
    case .mrz(let rule): return "\(name(rule.mrz)) agrees with the person's fields"
    case .name(let rule): return "a person is found by \(rule.key), from \(name(rule.surname)) and \(name(rule.birth))"
    case .order(let rule): return "\(name(rule.earlier)) is not after \(name(rule.later))"
    case .sum(let rule): return "\(name(rule.total)) is the sum of \(deep(rule.parts))"
    case .atMost(let rule): return "\(deep(rule.value)) is at most \(deep(rule.limit))"
    case .equalsSum(let rule):
      return "\(deep(rule.total)) is the sum of \(rule.terms.map(deep).joined(separator: ", "))"
    case .lineRange(let rule): return "\(deep(rule.range)) names places of \(name(rule.lines))"
    case .expires(let rule): return "\(name(rule.expiry)) is after \(name(rule.after))"
    case .ofAge(let rule):
      return "\(name(rule.minor)) is for who, born \(name(rule.birth)), is under \(OfAgeRule.years) at \(name(rule.at))"
    }
  }
}
