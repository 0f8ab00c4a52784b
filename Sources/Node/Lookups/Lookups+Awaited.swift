import Catalog
import Exchange
import Terms

extension Lookups {
  /// The record of this id, when it awaits this country's answer and has none that stands; logs durably, then gives it. Waits for the
  /// disk. Nil when there is no such record, when it may not be shown, or when it was answered.
  public func awaited(_ id: RecordID, _ request: LookupRequest) throws(LookupError) -> LookupAnswer.Found? {
    guard let definition = registry.definition(request.dataset) else { throw .unknownDataset(request.dataset) }
    var request = request
    request.unmatched = true
    request.conditions = [("id", id.description)]
    var inquiry = Inquiry(self) { [request] _ in request }
    var found: LookupAnswer.Found?
    do throws(ReadError) {
      try inquiry.ask(definition)
      for stream in inquiry.streams(of: request.dataset) where found == nil && stream.origin != country {
        found = try inquiry.record(id, in: stream)
      }
    } catch { throw .read(error) }
    try write(inquiry.logLines())
    return found
  }

  /// The record of this id, whosever it is; logs durably, then gives it. Waits for the disk. Nil when there is no such record or it may
  /// not be shown.
  public func record(_ id: RecordID, _ request: LookupRequest) throws(LookupError) -> LookupAnswer.Found? {
    guard let definition = registry.definition(request.dataset) else { throw .unknownDataset(request.dataset) }
    var request = request
    request.conditions = [("id", id.description)]
    var inquiry = Inquiry(self) { [request] _ in request }
    var found: LookupAnswer.Found?
    do throws(ReadError) {
      try inquiry.ask(definition)
      for stream in inquiry.streams(of: request.dataset) where found == nil {
        found = try inquiry.record(id, in: stream)
      }
    } catch { throw .read(error) }
    try write(inquiry.logLines())
    return found
  }
}
