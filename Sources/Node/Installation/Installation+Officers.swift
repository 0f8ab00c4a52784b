import Officers
import Terms

// What officers change of themselves.
extension Installation {
  /// Changes an officer in the home's file and in the running node; waits for the disk.
  /// - Returns: the officer as it is now; nil when there is none of this id.
  public func changeOfficer(_ id: String, _ body: (inout Officer) -> Void) throws -> Officer? {
    var changed: Officer?
    try documents.changeOfficers(keys.storage) { list in
      guard let place = list.firstIndex(where: { $0.id == id }) else { return }
      body(&list[place])
      changed = list[place]
      officers.replace(list)
    }
    return changed
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
