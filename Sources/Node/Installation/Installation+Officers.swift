import Officers
import Terms

// Who may use the desk, and which systems the API, changed from the desk's pages.
extension Installation {
  /// Changes who may use the desk, durably, and then lets it count: sessions of who was changed are over.
  /// - Throws: what `change` throws, or why the home's file could not be written; nothing is changed then.
  public func changeOfficers(_ change: (inout [Officer]) throws -> Void) throws {
    try officerChange.withLock { _ in
      // The file, not the book: the command line may have changed it since.
      var kept: [Officer] = []
      try documents.changeOfficers(keys.storage) { list in
        try change(&list)
        kept = list
      }
      officers.replace(kept)
    }
  }

  /// Changes one officer; waits for the disk.
  /// - Returns: the officer as it is now; nil when there is none of this id.
  public func changeOfficer(_ id: String, _ body: (inout Officer) -> Void) throws -> Officer? {
    var changed: Officer?
    try changeOfficers { list in
      guard let place = list.firstIndex(where: { $0.id == id }) else { return }
      body(&list[place])
      changed = list[place]
    }
    return changed
  }
}

extension Installation {
  /// Changes which systems may call the API, durably, and then lets it count.
  /// - Throws: what `change` throws, or why the home's file could not be written; nothing is changed then.
  public func changeTokens(_ change: (inout [TokenBook.Entry]) throws -> Void) throws {
    try officerChange.withLock { _ in
      var kept: [TokenBook.Entry] = []
      try documents.changeTokens { list in
        try change(&list)
        kept = list
      }
      tokens.replace(kept)
    }
  }
}

extension Installation {
  /// The neighbours to which records of a dataset go by an agreement that is in force; which records, its filter says.
  public func agreedRecipients(of dataset: DatasetName, at now: Instant) -> [CountryCode] {
    standing.now.neighbours.values.flatMap { $0.agreed(at: now) }
      .filter { $0.terms.stream.origin == country && $0.terms.stream.dataset == dataset }
      .map(\.terms.stream.recipient).sorted()
  }
}
