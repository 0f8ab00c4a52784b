import Catalog
import Terms

extension FormValues {
  /// What a form shows of a stored record, so that storing it unchanged makes the same record: the reverse of
  /// `record(of:offset:)`. `local` writes a moment as the form's reader types it. Nil when it is more than a form holds.
  public init?(_ record: JSONValue, of definition: Definition, local: (Instant) -> String) {
    guard case .object(let members) = record else { return nil }
    var texts: [String: String] = [:]
    for member in members {
      guard let field = definition.field(member.name) else { continue }
      Self.fill(&texts, at: field.name, member.value, field.type, field.inner ?? [], local)
    }
    self.init(texts)
  }

  private static func fill(
    _ texts: inout [String: String], at place: String, _ value: JSONValue, _ type: FieldType, _ inner: [Field],
    _ local: (Instant) -> String
  ) {
    switch value {
    case .null: return
    case .boolean(let isSo): texts[place] = isSo ? "true" : "false"
    case .number(let number): texts[place] = "\(number)"
    case .text(let text):
      if case .time = type, let moment = try? Instant(text) {
        texts[place] = local(moment)
      } else {
        texts[place] = text
      }
    case .list(let items):
      for (row, item) in items.enumerated() {
        fill(&texts, at: "\(place).\(row + 1)", item, type.element, inner, local)
      }
    case .object(let members):
      for member in members {
        let field = inner.first { $0.ownName == member.name }
        let place = "\(place).\(member.name)"
        fill(&texts, at: place, member.value, field?.type ?? .text(.any), field?.inner ?? [], local)
      }
    }
  }
}
