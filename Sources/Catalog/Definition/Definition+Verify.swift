import Terms

extension Definition {
  /// What a recipient checks of a received body: its canonical form, that only agreed fields stand in it, that each is well
  /// formed and stands where it may, that no agreed field is missing which every record has, and that the filter admits it.
  /// - Parameter isWithdrawal: whether the entry withdraws a record; then only a reason (and a reference, where agreed) may
  ///   stand, and the filter is not asked, as it was of the record withdrawn.
  /// - Throws: `Refusal` naming the first fault found.
  public func verify(_ body: ReadBody, terms: StreamTerms, isWithdrawal: Bool = false) throws(Refusal) {
    guard terms.stream.dataset == dataset, terms.version == version, terms.definition == digest else {
      throw Refusal(
        field: "definition", problem: "the agreement names another definition than this node has",
        whatToDo: "install the definition of \(terms.stream.dataset) that was agreed")
    }
    let draft = try draft(of: body)
    let agreed = shared(terms.fields)
    var verdicts = Verdicts()
    for index in agreed.standings.indices {
      let standing = agreed.standings[index]
      if draft.slots[index] >= 0 {
        guard standing.isShared else {
          throw sorted[index].refusal("not agreed", "the origin must leave it out")
        }
        if isWithdrawal {
          guard index == reasonIndex || index == referenceIndex else {
            throw sorted[index].refusal("has no place in a withdrawal", "the origin must leave it out")
          }
        } else {
          if let number = standing.onlyWhen, !verdicts.verdict(number, { draft.meetsOne(of: sorted[index].onlyWhen) }) {
            throw sorted[index].misplaced
          }
          if standing.isGroup, let group = group(index) {
            try group.checkPresence(
              draft.slots[index], of: draft.document, sorted[index], agreed: agreed.choice.inner[index])
          }
        }
      } else if !isWithdrawal, standing.isShared,
        standing.isRequired
          || standing.requiredWhen.map({ verdicts.verdict($0) { draft.meetsOne(of: sorted[index].requiredWhen) } })
            ?? false
      {
        throw sorted[index].refusal("missing", "the origin must send it; the agreement shares it")
      }
    }
    guard try draft.isWritten(sorted, byteCount: body.bytes.count, in: FieldContext()) else {
      throw Refusal(
        field: "line", problem: "not in canonical form", whatToDo: "the origin must sort members and leave out spaces")
    }
    if !isWithdrawal { for index in agreed.rules { try rules[index].checkFields(draft, self) } }
    if !isWithdrawal, let clause = terms.filter.first(where: { !admits(draft, $0) }) {
      throw Refusal(
        field: clause.field, problem: "outside the agreed filter (\(clause))",
        whatToDo: "the origin must not send it to this country")
    }
  }

  /// Whether a checked body meets every clause. A field that is absent meets none.
  public func admits(_ body: ReadBody, filter: [FilterClause]) -> Bool {
    guard !filter.isEmpty else { return true }
    // A filter may be of a former definition, which does not know all fields of the body.
    guard let draft = try? draft(of: body, knowsAll: false) else { return false }
    return filter.allSatisfy { admits(draft, $0) }
  }

  private func admits(_ draft: borrowing Draft, _ clause: FilterClause) -> Bool {
    guard let index = names.index(of: clause.field.utf8), let node = draft.node(index) else { return false }
    // Of a list one value is enough: a route that touches the recipient.
    guard draft.document.kind(node) == .list else { return admits(draft.document, node, clause) }
    var child = draft.document.firstChild(node)
    let end = draft.document.end(node)
    while child < end {
      if admits(draft.document, child, clause) { return true }
      child = draft.document.end(child)
    }
    return false
  }

  private func admits(_ document: borrowing JSONDocument, _ node: Int, _ clause: FilterClause) -> Bool {
    guard document.kind(node) == .text else { return false }
    let text = document.text(node)
    return clause.values.contains { value in
      // As `FilterClause.admits`, on bytes: both texts are NFC.
      var pattern = value
      return pattern.withUTF8 { pattern in
        guard pattern.last == 0x2A else { return pattern.elementsEqual(text) }
        return text.starts(with: pattern.dropLast())
      }
    }
  }

  /// The fields of a body; with `knowsAll` there may be no others.
  /// - Throws: `Refusal` when it is no object of fields.
  func draft(of body: ReadBody, knowsAll: Bool = true) throws(Refusal) -> Draft {
    let document = try body.object()
    let found = try body.slots(by: self)
    if knowsAll, let stranger = found.stranger { throw unknown(document.key(stranger)) }
    return Draft(document, slots: found.slots)
  }

  /// Where the fields stand in an object.
  func slots(in document: JSONDocument) -> FieldSlots {
    var found = FieldSlots(slots: Draft.noSlots(sorted.count))
    var child = document.firstChild(0)
    let end = document.end(0)
    while child < end {
      if let index = names.index(ofKey: child, in: document) {
        found.slots[index] = child
      } else if found.stranger == nil {
        found.stranger = child
      }
      child = document.end(child)
    }
    return found
  }
}

/// Where the fields of a definition stand in a body.
struct FieldSlots: Sendable {
  /// For each field, by alphabet, the node that holds it, or -1.
  var slots: [Int]
  /// The first member that is no field.
  var stranger: Int?
}
