// Which fields must and may stand beside the others, in a record or in an object of a group.
extension Draft {
  /// - Throws: `Refusal` when a field stands where it has no place.
  func checkOnlyWhen(_ field: Field, _ verdicts: inout Verdicts) throws(Refusal) {
    if field.onlyWhen.isEmpty || meetsOne(of: field.onlyWhen, field.onlyWhenNumber, &verdicts) { return }
    throw field.misplaced
  }

  /// The same at a recipient, who cannot judge a condition on fields that are not shared.
  func checkOnlyWhen(_ field: Field, among agreed: [Bool], _ verdicts: inout Verdicts) throws(Refusal) {
    if field.canBeJudged(among: agreed) { try checkOnlyWhen(field, &verdicts) }
  }

  /// Why a field must stand, as advice; nil when it need not.
  func demand(for field: Field, _ verdicts: inout Verdicts) -> String? {
    if field.isRequired { return "add it; every record has it" }
    guard !field.requiredWhen.isEmpty, meetsOne(of: field.requiredWhen, field.requiredWhenNumber, &verdicts) else {
      return nil
    }
    return field.requiredWhen.first { meets($0) }.map { "add it; it is required when \($0)" }
  }

  private func meetsOne(of conditions: [Field.Condition], _ number: Int, _ verdicts: inout Verdicts) -> Bool {
    verdicts.verdict(number) { meetsOne(of: conditions) }
  }

  /// Whether one of the conditions holds.
  func meetsOne(of conditions: [Field.Condition]) -> Bool { conditions.contains { meets($0) } }
}

extension Field {
  /// Whether a recipient can judge where it may stand: its conditions are on fields that are shared.
  func canBeJudged(among shared: [Bool]) -> Bool {
    onlyWhen.allSatisfy { $0.parts.allSatisfy { shared[$0.index] } }
  }

  /// The refusal of a field that stands where it has no place.
  var misplaced: Refusal {
    refusal(
      "has no place here", "leave it out; it belongs where \(onlyWhen.map(\.description).joined(separator: ", or "))")
  }
}
