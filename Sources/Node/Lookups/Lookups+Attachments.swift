import Catalog
import Exchange
import Ledger
import Terms

/// Attachments are seen by who may see a record that bears them, and every wish to see one is a lookup.
extension Lookups {
  /// A record that bears an attachment.
  struct Bearer {
    let record: LogReader.Record
    let attachment: BorneAttachment
    /// Whether the record is not held here: its origin answered with it.
    let isAnswered: Bool
    var stream: StreamName { record.locator.stream }
  }

  /// The records that the officer may read and that bear the attachment, those held longest first, and what was withheld. The
  /// lookup is logged durably before this returns; waits for the disk.
  func bearers(_ request: AttachmentRequest) throws(LookupError) -> (bearers: [Bearer], withheld: [String]) {
    var asked: [(lookup: LookupRequest, answer: LookupAnswer)] = []
    for definition in registry.topology.definitions {
      for field in definition.attachmentFields {
        let lookup = request.lookup(field, in: definition.dataset)
        asked.append((lookup, try found(lookup)))
      }
    }
    // A digest names one thing: where none of its records is, nothing was read. When it is nowhere, that was asked everywhere.
    let hits = asked.filter { !$0.answer.records.isEmpty }
    var lines: [Draft] = []
    for part in hits.isEmpty ? asked : hits { lines += try logLines(part.lookup, part.answer) }
    guard !lines.isEmpty else { throw .notLogged("no dataset of the topology has attachments") }
    try write(lines)
    let bearers = hits.flatMap(\.answer.records).compactMap { found in
      registry.attachment(request.digest, in: found.record).map {
        Bearer(record: found.record, attachment: $0, isAnswered: found.answeredAt != nil)
      }
    }
    return (
      bearers.sorted { ($0.record.entry.id, $0.stream) < ($1.record.entry.id, $1.stream) },
      asked.flatMap(\.answer.withheld).map(\.description)
    )
  }
}

extension Registry {
  /// What a record says of an attachment; nil when it does not bear it.
  func attachment(_ digest: Digest, in record: LogReader.Record) -> BorneAttachment? {
    definition(record.locator.stream.dataset, version: record.context.version)?
      .attachment(digest, in: ReadBody(record.body))
  }
}
