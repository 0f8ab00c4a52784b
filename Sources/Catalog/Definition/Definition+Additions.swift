extension Definition {
  /// The names of the fields that this definition has beside those of a former one; nil when it differs in anything else, or a
  /// new field is asked of every record. Who agreed on the former one is sent records of this one without the new fields, and
  /// finds them right. Texts for people may differ.
  public func additions(to former: Definition) -> [String]? {
    guard dataset == former.dataset, version > former.version, timeField == former.timeField,
      refersField == former.refersField, awaitsField == former.awaitsField, refersOwn == former.refersOwn,
      awaitsWhen.map(\.description) == former.awaitsWhen.map(\.description), isObservable == former.isObservable,
      // What only this one checks makes its records fewer, never wrong by the former.
      Set(namedRules).isSuperset(of: former.namedRules)
    else { return nil }
    for field in former.fields {
      guard let here = self.field(field.name), here.means(theSameAs: field) else { return nil }
    }
    let added = fields.filter { former.field($0.name) == nil }
    guard added.allSatisfy({ !$0.isRequired && $0.requiredWhen.isEmpty }) else { return nil }
    return added.flatMap { [$0.name] + ($0.inner ?? []).map(\.name) }.sorted()
  }
}

extension Field {
  /// Whether a value of this field is right exactly where it is right in another definition's.
  fileprivate func means(theSameAs other: Field) -> Bool {
    guard name == other.name, isRequired == other.isRequired, isPersonal == other.isPersonal,
      isSearchable == other.isSearchable, isFilterable == other.isFilterable, isShared == other.isShared,
      requiredWhen.map(\.description) == other.requiredWhen.map(\.description),
      onlyWhen.map(\.description) == other.onlyWhen.map(\.description)
    else { return false }
    guard case (.group(let here), .group(let there)) = (type, other.type) else { return type == other.type }
    return here.limit == there.limit && here.fields.count == there.fields.count
      && zip(here.fields, there.fields).allSatisfy { $0.means(theSameAs: $1) }
  }
}
