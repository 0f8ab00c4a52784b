import Terms

extension Definition {
  /// What is wrong with a line, as far as it can be told at once: for each field the first fault, so that who fills in a form sees all
  /// of them. Empty exactly when `check` takes the line.
  public func faults(
    of line: [UInt8], from author: CountryCode, topology: Topology, now: Instant
  ) -> [Refusal] {
    var found: [Refusal] = []
    func note(_ body: () throws(Refusal) -> Void) {
      do throws(Refusal) { try body() } catch {
        if !found.contains(where: { $0.field == error.field }) { found.append(error) }
      }
    }
    note { () throws(Refusal) in
      var (draft, change) = try read(line)
      if case .withdraws = change { return }
      for rule in rules { note { () throws(Refusal) in try rule.derive(&draft, self, now: now) } }
      let context = FieldContext(topology: topology, now: now)
      var verdicts = Verdicts()
      for (index, field) in sorted.enumerated() {
        note { () throws(Refusal) in
          try checkPresence(of: index, draft, &verdicts)
          var out: [UInt8] = []
          if let node = draft.node(index) { try field.write(node, of: draft.document, in: context, to: &out) }
        }
      }
      // Rules compare fields that are well formed.
      guard found.isEmpty else { return }
      for rule in rules {
        note { () throws(Refusal) in try rule.check(draft, self, author: author, topology: topology) }
      }
    }
    // What only the whole shows, such as its length.
    if found.isEmpty { note { () throws(Refusal) in _ = try check(line, from: author, topology: topology, now: now) } }
    return found
  }
}
