import Catalog

/// What conditions of a definition say about a form that is half filled in: a field that was not chosen yet leaves open what hangs on
/// it.
struct Conditions {
  private let steering: Set<String>
  private let text: (String) -> String

  /// Of a dataset's own fields.
  init(_ definition: Definition, _ values: FormValues) { self.init(definition.fields) { values[$0] } }

  /// Of the fields of a group, whose conditions name them without it.
  init(_ inner: [Field], _ values: FormValues, within place: String) { self.init(inner) { values["\(place).\($0)"] } }

  private init(_ fields: [Field], _ text: @escaping (String) -> String) {
    self.text = text
    steering = Set(fields.flatMap { ($0.requiredWhen + $0.onlyWhen).flatMap { $0.parts.map(\.field) } })
  }

  /// Whether other fields hang on it.
  func isSteering(_ field: Field) -> Bool {
    guard case .enumeration = field.type else { return false }
    return steering.contains(field.ownName)
  }

  /// Whether it may stand, or what it hangs on is open. What was filled in is shown in any case, so that it can be taken out.
  func mayStand(_ field: Field) -> Bool {
    if !text(field.ownName).isEmpty || field.onlyWhen.isEmpty { return true }
    return field.onlyWhen.contains { condition in
      condition.parts.allSatisfy { text($0.field).isEmpty || $0.values.contains(text($0.field)) }
    }
  }

  /// Whether it must stand, as far as can be told.
  func mustStand(_ field: Field) -> Bool {
    if field.isRequired { return true }
    return field.requiredWhen.contains { condition in
      condition.parts.allSatisfy { $0.values.contains(text($0.field)) }
    }
  }
}
