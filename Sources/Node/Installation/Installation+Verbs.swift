import Catalog
import Ceremony
import Exchange
import Ledger
import Terms

extension Installation {
  // MARK: Proofs

  /// Evidence for a record. It shows the record, so it is a lookup and logged first.
  public func evidence(
    for id: RecordID, to recipient: CountryCode?, officer: String, role: String, purpose: String
  ) throws -> EvidenceFile {
    guard role != IndicatorRequest.role else {
      throw EvidenceMaker.Failure.withheld("no record is shown to the role \(role)")
    }
    // Making evidence signs: a checkpoint of the receipt's size, and this country's receipt.
    if let stop = standing.now.disabledKeys.first(where: { $0.kind == .log || $0.kind == .receipt }) {
      throw EvidenceMaker.Failure.withheld(stop.sentence)
    }
    let file = try evidenceMaker.evidence(for: id, to: recipient)
    let check = EvidenceCheck(file, trusted: [])
    guard let (context, _) = try? EntryContext.read(file.sections[.entry] ?? []),
      let stream = try? StreamName(context.origin.dropFirst(realm.description.count + 1)), check.id == id
    else { throw EvidenceMaker.Failure.unknown(id) }
    if let reason = lookups.reasonToWithhold(stream, from: role) {
      throw EvidenceMaker.Failure.withheld("\(stream): \(reason)")
    }
    if !check.isErased, let definition = registry.definition(stream.dataset, version: context.version),
      !definition.shows(ReadBody(file.sections[.body] ?? []), to: role)
    {
      throw EvidenceMaker.Failure.withheld("\(stream): its definition does not let \(role) see this record")
    }
    var request = LookupRequest(dataset: stream.dataset, by: Asker(officer: officer, role: role, purpose: purpose))
    request.from = stream.origin
    try lookups.logDisclosure(of: id, request)
    return file
  }

  /// The note of what is durable of a stream here, as its origin signed it; nil while there is nothing.
  public func checkpoint(of stream: StreamName) throws(ReadError) -> [UInt8]? {
    let state = try engine.reader.state(of: stream)
    guard stream.origin == country, state.size > 0 else { return state.checkpoint?.bytes }
    return try state.ownCheckpoint(of: stream, in: engine.reader.realm, keys).bytes
  }

  /// The proof that the origin of a stream signed two histories; nil when none is kept here.
  public func fork(of stream: StreamName) throws -> ForkFile? {
    guard let bytes = try store.readState(ForkProof.stateKey(stream)) else { return nil }
    guard let card = stream.origin == country ? documents.card : standing.now.cards[stream.origin] else {
      throw EvidenceMaker.Failure.missing("the card of \(stream.origin)")
    }
    return ForkFile(card: card.bytes, proof: try ForkProof(bytes))
  }

  /// Checks the whole store: its files first, then what they hold, then the attachments, last the operators' log. `progress` is told the share done.
  public func verify(progress: (Double) -> Void) -> StoreVerifier.Report {
    let (filesShare, attachmentsShare) = (0.1, 0.2)
    let damage = store.problems { progress($0 * filesShare) }
    let now = standing.now
    let verifier = StoreVerifier(
      country: country, realm: realm, reader: engine.reader, keys: keys, registry: registry,
      neighbours: now.neighbours, now: clock.now(),
      terms: { stream, digest in now.agreements[digest]?.terms(for: stream) })
    var report = verifier.verify { progress(filesShare + $0 * (1 - filesShare - attachmentsShare)) }
    let attachments = blobs.verify { progress(1 - attachmentsShare + $0 * attachmentsShare) }
    report.attachments = attachments.count
    report.problems = damage.map { "the store's files: \($0)" } + report.problems + attachments.problems
    do {
      report.operatorLines = try documents.operatorLog(keys.storage, everySignature: true).log.events.count
    } catch { report.problems.append("the operators' log: \(error)") }
    return report
  }

  // MARK: Bundles

  /// What a neighbour has no receipt for, as a file.
  public func bundle(to country: CountryCode) throws -> BundleFile {
    guard standing.now.neighbours[country] != nil else {
      throw NoteError("there is no agreement with \(country); agreement list shows them")
    }
    let messages = engine.inspect { core in
      Result { () throws(ReadError) in
        try core.messagesForBundle(to: country, byteCount: BundleFile.fullAtByteCount)
      }
    }
    guard let messages else { throw ReadError.store(.failed("the node is stopping")) }
    return BundleFile(realm: realm, from: self.country, to: country, messages: try messages.get())
  }

  /// Takes a neighbour's bundle. Returns when what it brought is durable, with the sizes before and after.
  public func importBundle(_ bytes: [UInt8]) throws -> JSONValue {
    let bundle = try BundleFile(bytes)
    guard bundle.realm == realm, bundle.to == country else {
      throw NoteError("the bundle is for \(bundle.to) in \(bundle.realm), this is \(country) in \(realm)")
    }
    guard standing.now.neighbours[bundle.from] != nil else {
      throw NoteError("there is no agreement with \(bundle.from); agreement list shows them")
    }
    let before = try sizes()
    try engine.carryOut(.bundle(bundle.messages, from: bundle.from))
    let after = try sizes()
    let streams = after.keys.filter { $0.origin == bundle.from || $0.recipient == bundle.from }.sorted()
    return [
      "from": .text(bundle.from.description), "messages": .number(Int64(bundle.messages.count)),
      "streams": .list(
        streams.map { name in
          [
            "stream": .text(name.description), "before": JSONValue(before[name]?.size ?? 0),
            "after": JSONValue(after[name]?.size ?? 0), "receipt": JSONValue(after[name]?.receiptSize ?? 0),
            "problem": .text(after[name]?.problem ?? ""),
          ]
        }),
    ]
  }

  private func sizes() throws -> [StreamName: StreamStatus] {
    Dictionary(try streamStatus().map { ($0.stream, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// How every stream stands.
  func streamStatus() throws -> [StreamStatus] {
    let now = clock.now()
    guard let result = engine.inspect({ core in core.status(at: now) }) else {
      throw ReadError.store(.failed("the node is stopping"))
    }
    return result
  }

  // MARK: The lookup log

  /// The most lines of the lookup log that are given at once.
  public static let mostLookups = 100_000

  /// The lookup log, newest first: own lookups, and the neighbours' lookups of our records; at most `limit` lines, and
  /// never more than `mostLookups`.
  public func lookupLog(by officer: String?, about: CountryCode?, limit: Int) throws(LookupError) -> [JSONValue] {
    guard let dataset = try? DatasetName(Self.lookupDataset), let definition = registry.definition(dataset) else {
      throw .notLogged("the topology has no dataset lookups")
    }
    let limit = min(max(limit, 0), Self.mostLookups)
    var lines: [(RecordID, JSONValue)] = []
    do throws(ReadError) {
      for name in engine.reader.streams(of: dataset, to: country) {
        var end = try engine.reader.state(of: name).size
        var taken = 0
        while end > 0, taken < limit {
          let piece = try engine.reader.records(name, chunkAt: end - 1)
          for record in piece.records.reversed() where record.locator.index < end && taken < limit {
            let body = ReadBody(record.body)
            if let officer, definition.text(of: "officer", in: body) != officer { continue }
            if let about, definition.text(of: "about", in: body) != about.description { continue }
            guard case .object(let members) = try? JSONValue(parsing: record.body) else { continue }
            taken += 1
            let id = record.entry.id
            lines.append(
              (
                id,
                .object(
                  [
                    .init(name: "id", value: .text(id.description)),
                    .init(name: "country", value: .text(name.origin.description)),
                  ] + members)
              ))
          }
          end = piece.first
        }
      }
    } catch { throw .read(error) }
    return lines.sorted { $0.0 > $1.0 }.prefix(limit).map(\.1)
  }
}
