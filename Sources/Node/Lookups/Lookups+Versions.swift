import Catalog
import Exchange
import Terms

extension Lookups {
  /// Versions of one record that are shown; a record that was corrected more often shows its latest.
  static let mostShownVersions = 32

  /// Every version of a record that is held here, the latest first, with what replaced or withdrew each: the record of `id`, what it
  /// corrects, and what corrects it. Logs durably, then gives them; waits for the disk. Empty when there is no such record or it may not
  /// be shown.
  public func versions(of id: RecordID, _ request: LookupRequest) throws(LookupError) -> [LookupAnswer.Found] {
    guard let definition = registry.definition(request.dataset) else { throw .unknownDataset(request.dataset) }
    var request = request
    (request.history, request.conditions) = (true, [("id", id.description)])
    var inquiry = Inquiry(self) { [request] _ in request }
    var versions: [LookupAnswer.Found] = []
    do throws(ReadError) {
      try inquiry.ask(definition)
      for stream in inquiry.streams(of: request.dataset) where versions.isEmpty {
        guard var latest = try inquiry.record(id, in: stream) else { continue }
        var steps = 0
        while let later = latest.changedBy, steps < Self.mostShownVersions,
          let next = try inquiry.record(later, in: stream)
        {
          (latest, steps) = (next, steps + 1)
        }
        versions = [latest]
        while let earlier = versions.last?.record.entry.kind.target, versions.count < Self.mostShownVersions,
          let next = try inquiry.record(earlier, in: stream)
        {
          versions.append(next)
        }
      }
    } catch { throw .read(error) }
    try write(inquiry.logLines())
    return versions
  }
}
