import Terms

extension Definition {
  /// Checks one line that a publisher of `author` gave.
  /// - Throws: `Refusal` naming the first fault found.
  public func check(
    _ line: [UInt8], from author: CountryCode, topology: Topology, now: Instant
  ) throws(Refusal) -> CheckedRecord {
    var (draft, change) = try read(line)
    if case .withdraws = change { return try withdrawal(draft, change, now: now) }
    for rule in rules { try rule.derive(&draft, self, now: now) }
    let context = FieldContext(topology: topology, now: now)
    var verdicts = Verdicts()
    try checkDeciding(draft, in: context, &verdicts)
    try checkPresence(draft, &verdicts)
    let body = try write(draft, in: context)
    for rule in rules { try rule.check(draft, self, author: author, topology: topology) }
    return try checked(draft, body, change, now: now)
  }

  /// The longest a body may be (design 3.1).
  public static let bodyLengthMax = 65_536

  private func checked(
    _ draft: Draft, _ body: [UInt8], _ change: RecordChange, now: Instant
  ) throws(Refusal) -> CheckedRecord {
    guard body.count <= Self.bodyLengthMax else { throw .tooLong }
    var refers: RecordID?
    if let refersIndex, let text = draft.text(refersIndex) { refers = try RecordField.read(text, sorted[refersIndex]) }
    let time = timeIndex.flatMap { draft.text($0) }.flatMap { Instant(parsing: $0) }
    return CheckedRecord(
      body: body, reference: referenceIndex.flatMap { draft.string($0) }, change: change, refers: refers,
      time: time ?? now)
  }

  private func withdrawal(_ draft: Draft, _ change: RecordChange, now: Instant) throws(Refusal) -> CheckedRecord {
    for (index, slot) in draft.slots.enumerated() where slot >= 0 && index != reasonIndex && index != referenceIndex {
      throw sorted[index].refusal("has no place in a withdrawal", "leave it out; only a reason may stand there")
    }
    return try checked(draft, try write(draft, in: FieldContext(now: now)), change, now: now)
  }

  /// Sorts the line's members into fields and envelope.
  func read(_ line: [UInt8]) throws(Refusal) -> (Draft, RecordChange) {
    var draft = Draft(try JSONScanner.scan(line), fieldCount: sorted.count)
    guard draft.document.kind(0) == .object else {
      throw Refusal(
        field: "line", problem: "an object is expected, not \(draft.document.kind(0).words)",
        whatToDo: "write {\"field\": value, ...}")
    }
    var change = RecordChange.record
    var child = draft.document.firstChild(0)
    let end = draft.document.end(0)
    while child < end {
      if let index = names.index(ofKey: child, in: draft.document) {
        draft.slots[index] = child
      } else if draft.document.isKey(child, "replaces") || draft.document.isKey(child, "withdraws") {
        guard case .record = change else {
          throw Refusal(
            field: "withdraws", problem: "a record cannot replace and withdraw at once", whatToDo: "write one of both")
        }
        let id = try recordID(child, of: draft.document)
        change = draft.document.isKey(child, "replaces") ? .replaces(id) : .withdraws(id)
      } else {
        throw unknown(draft.document.key(child))
      }
      child = draft.document.end(child)
    }
    return (draft, change)
  }

  private func recordID(_ node: Int, of document: borrowing JSONDocument) throws(Refusal) -> RecordID {
    let name = String(decoding: document.key(node), as: UTF8.self)
    let problem = "not a record id"
    guard document.kind(node) == .text, let id = try? RecordID(document.string(node)) else {
      throw Refusal(
        field: name, found: document.string(node), problem: problem,
        whatToDo: "write the id that publishing the earlier record gave")
    }
    return id
  }

  /// The refusal of a member that is no field.
  func unknown(_ key: ArraySlice<UInt8>) -> Refusal {
    let name = String(decoding: key.prefix(Refusal.foundLimit), as: UTF8.self)
    let near = NearestName.find(name, in: sorted.map(\.name) + ["replaces", "withdraws"])
    return Refusal(
      field: name, problem: "no field of the dataset \(dataset)",
      whatToDo: near.map { "write \"\($0)\"" } ?? "leave it out; dataset show \(dataset) lists the fields",
      fieldIsKnown: false)
  }

  /// The fields that decide which others stand are judged before these: of a record with a misspelt `event` nothing else can be said.
  private func checkDeciding(
    _ draft: Draft, in context: borrowing FieldContext, _ verdicts: inout Verdicts
  ) throws(Refusal) {
    var canonical: [UInt8] = []
    for index in decidingIndices {
      if let node = draft.node(index) {
        try sorted[index].write(node, of: draft.document, in: context, to: &canonical)
        try draft.checkOnlyWhen(sorted[index], &verdicts)
      } else if let condition = draft.demand(for: sorted[index], &verdicts) {
        throw sorted[index].refusal("missing", condition)
      }
    }
  }

  /// Which fields must and may stand.
  private func checkPresence(_ draft: Draft, _ verdicts: inout Verdicts) throws(Refusal) {
    for index in sorted.indices { try checkPresence(of: index, draft, &verdicts) }
  }

  /// Whether one field must and may stand.
  func checkPresence(of index: Int, _ draft: Draft, _ verdicts: inout Verdicts) throws(Refusal) {
    let field = sorted[index]
    if let node = draft.node(index) {
      try draft.checkOnlyWhen(field, &verdicts)
      if case .group(let group) = field.type { try group.checkPresence(node, of: draft.document, field) }
    } else if let condition = draft.demand(for: field, &verdicts) {
      throw field.refusal("missing", condition)
    }
  }

  /// The canonical body.
  func write(_ draft: borrowing Draft, in context: borrowing FieldContext) throws(Refusal) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(draft.document.bytes.count + 64)
    try draft.write(sorted, in: context, to: &body)
    return body
  }
}
