/// A field is the sum of a field of a group: the gross weight that of all lines. A line without the field adds nothing; where
/// no line has it, or the sum is absent, nothing is judged.
struct SumRule: Hashable, Sendable {
  let parts: FieldPlace
  let total: Int

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    let field = definition.sorted[total]
    guard let inner = parts.inner, let group = definition.group(parts.top), let node = draft.node(parts.top),
      let stated = Exact(draft.node(total), of: draft.document, field)
    else { return }
    let values = try group.items(node, of: draft.document, definition.sorted[parts.top])
      .compactMap { Exact($0.node(inner), of: $0.document, group.sorted[inner]) }
    let sum = Exact(units: values.reduce(0) { $0 + $1.units })
    guard sum == stated || values.isEmpty else {
      throw field.refusal(
        "not the sum of \(group.sorted[inner].name)", "correct it or what it adds up",
        found: "\(stated.text); the sum is \(sum.text)")
    }
  }
}

/// One amount is at most another: net weight and gross weight. Both stand in the record, or both in one group.
struct AtMostRule: Hashable, Sendable {
  let value: FieldPlace
  let limit: FieldPlace

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    try definition.forEach(value, draft) { (item, fields) throws(Refusal) in
      let (value, limit) = (value.inner ?? value.top, limit.inner ?? limit.top)
      guard let a = Exact(item.node(value), of: item.document, fields[value]),
        let b = Exact(item.node(limit), of: item.document, fields[limit]), a > b
      else { return }
      throw fields[value].refusal(
        "more than \(fields[limit].name)", "correct one of the two",
        found: "\(a.text); \(fields[limit].name) is \(b.text)")
    }
  }
}

/// One amount is the sum of others of the same record or object: the customs value. Those that are absent add nothing; where
/// all are, or the sum is, nothing is judged.
struct EqualsSumRule: Hashable, Sendable {
  let total: FieldPlace
  let terms: [FieldPlace]

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    try definition.forEach(total, draft) { (item, fields) throws(Refusal) in
      let index = total.inner ?? total.top
      var values: [Exact] = []
      for term in terms {
        let place = term.inner ?? term.top
        if let value = Exact(item.node(place), of: item.document, fields[place]) { values.append(value) }
      }
      guard let stated = Exact(item.node(index), of: item.document, fields[index]), !values.isEmpty else { return }
      let sum = Exact(units: values.reduce(0) { $0 + $1.units })
      guard sum == stated else {
        let names = terms.map { fields[$0.inner ?? $0.top].name }
        throw fields[index].refusal(
          "not the sum of \(names.joined(separator: ", "))", "correct it or one of them",
          found: "\(stated.text); the sum is \(sum.text)")
      }
    }
  }
}

extension Definition {
  /// Does something with the record, or with each object of the group in which a field stands; a refusal then names the object.
  func forEach(
    _ place: FieldPlace, _ draft: borrowing Draft, _ work: (Draft, [Field]) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard place.inner != nil, let group = group(place.top) else { return try work(copy draft, sorted) }
    guard let node = draft.node(place.top) else { return }
    let field = sorted[place.top]
    for (index, item) in try group.items(node, of: draft.document, field).enumerated() {
      do throws(Refusal) { try work(item, group.sorted) } catch {
        throw group.limit == nil ? error : error.at(index + 1, of: field)
      }
    }
  }
}
