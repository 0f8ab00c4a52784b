import Ceremony
import Exchange
import Ledger
import Sodium
import Terms

/// Makes evidence files from what a node holds.
public struct EvidenceMaker: Sendable {
  /// Why no evidence can be made.
  public enum Failure: Error, Sendable, CustomStringConvertible {
    /// There is no such record here.
    case unknown(RecordID)
    /// The country that it was sent to has not signed for it yet.
    case noReceipt(CountryCode)
    /// The agreement does not let this role see it, or is not in force.
    case withheld(String)
    /// A signed document that belongs to it is missing.
    case missing(String)
    /// Reading failed.
    case read(ReadError)

    /// One sentence for a person.
    public var description: String {
      switch self {
      case .unknown(let id): "there is no record \(id) here; query shows ids"
      case .noReceipt(let country):
        "\(country) has given no receipt for it yet; wait until status shows that nothing is behind, or export it from the "
          + "own register, without --to"
      case .withheld(let reason): reason
      case .missing(let what): "\(what) is missing in this home; evidence cannot be made"
      case .read(let error): error.description
      }
    }
  }

  let realm: Realm
  let country: CountryCode
  let reader: LogReader
  let vault: EpochVault
  let keys: Keyring
  let registry: Registry
  let clock: any Clock
  let ownCard: Card
  let card: @Sendable (CountryCode) -> Card?
  let agreement: @Sendable (Digest) -> Agreement?
  let receipt: @Sendable (StreamName) -> SignedCheckpoint?

  /// The parts evidence is made of.
  public init(
    realm: Realm, country: CountryCode, reader: LogReader, keys: Keyring, registry: Registry, clock: any Clock,
    ownCard: Card, card: @escaping @Sendable (CountryCode) -> Card?,
    agreement: @escaping @Sendable (Digest) -> Agreement?,
    receipt: @escaping @Sendable (StreamName) -> SignedCheckpoint?
  ) {
    self.realm = realm
    self.country = country
    self.reader = reader
    vault = reader.vault
    self.keys = keys
    self.registry = registry
    self.clock = clock
    self.ownCard = ownCard
    self.card = card
    self.agreement = agreement
    self.receipt = receipt
  }

  /// Evidence for a record: of an incoming stream, else of the stream named, else of the own register.
  public func evidence(for id: RecordID, to recipient: CountryCode? = nil) throws(Failure) -> EvidenceFile {
    let found: (stream: StreamName, index: UInt64)?
    do throws(ReadError) { found = try find(id, to: recipient) } catch { throw .read(error) }
    guard let (name, index) = found else { throw .unknown(id) }
    if !name.isHome, name.origin == country, receipt(name).map({ $0.checkpoint.size <= index }) ?? true {
      throw .noReceipt(name.recipient)
    }
    do throws(ReadError) {
      if try isErased(name, index) { return try erased(name, index) }
      return name.isHome ? try home(name, index) : try shared(name, index)
    } catch { throw .read(error) }
  }

  private func find(_ id: RecordID, to recipient: CountryCode?) throws(ReadError) -> (StreamName, UInt64)? {
    let streams = try reader.streams()
    let shared = streams.filter { !$0.isHome && $0.recipient == recipient ?? country }
    for name in shared + (recipient == nil ? streams.filter(\.isHome) : []) {
      if let index = try reader.find(id, in: name, size: try reader.state(of: name).size) { return (name, index) }
    }
    return nil
  }

  private func home(_ name: StreamName, _ index: UInt64) throws(ReadError) -> EvidenceFile {
    guard let record = try reader.record(name, at: index) else { throw .absent(stream: name, index: index) }
    let salt = try vault.key(of: name, at: index).salt(for: record.entry.id)
    let state = try reader.state(of: name)
    let checkpoint = try latestCheckpoint(of: name, state)
    return EvidenceFile(sections: [
      .originCard: ownCard.bytes, .entry: record.context.canonicalBytes(of: record.entry),
      .salt: Array(salt.hex.utf8), .body: record.body,
      .proof: Array(try proof(name, index, checkpoint).description.utf8),
    ])
  }

  private func shared(_ name: StreamName, _ index: UInt64) throws(ReadError) -> EvidenceFile {
    let (entry, context) = try reader.entry(name, at: index)
    let state = try reader.state(of: name)
    let latest = try latestCheckpoint(of: name, state)
    let salt = try vault.key(of: name, at: index).salt(for: entry.id)
    let body: [UInt8]
    var checkpoint = latest
    if name.origin == country {
      if let kept = try reader.keptRecord(name, at: index) {
        body = kept.body
      } else {
        body = try projected(name, entry, context)
      }
      guard let receipt = receipt(name) else { throw .damaged("the receipt for \(name) is gone") }
      // The recipient's receipt stands on a checkpoint of its own size: our signature joins it there.
      checkpoint = try ownCheckpoint(receipt.checkpoint)
      for signature in receipt.note.signatures { checkpoint.add(signature) }
    } else {
      guard let record = try reader.record(name, at: index) else { throw .absent(stream: name, index: index) }
      body = record.body
      let noteKey = NoteKey(.receipt, of: country, in: realm, key: keys.receipt.verifyingKey)
      checkpoint.add(Cosignature.sign(latest.checkpoint.text, at: clock.now(), with: keys.receipt, as: noteKey))
    }
    guard let agreement = agreement(context.agreement) else {
      throw .damaged("the agreement \(context.agreement) is not in this home")
    }
    guard let other = card(name.origin == country ? name.recipient : name.origin) else {
      throw .damaged("the neighbour's card is not in this home")
    }
    return EvidenceFile(sections: [
      .agreement: agreement.bytes, .originCard: (name.origin == country ? ownCard : other).bytes,
      .recipientCard: (name.origin == country ? other : ownCard).bytes, .entry: context.canonicalBytes(of: entry),
      .salt: Array(salt.hex.utf8), .body: body, .proof: Array(try proof(name, index, checkpoint).description.utf8),
    ])
  }

  private func projected(_ name: StreamName, _ entry: Entry, _ context: EntryContext) throws(ReadError) -> [UInt8] {
    let home = StreamName(origin: country, recipient: country, dataset: name.dataset)
    guard let index = try reader.find(entry.id, in: home, size: try reader.state(of: home).size),
      let record = try reader.record(home, at: index)
    else { throw .damaged("the record \(entry.id) is not in \(home)") }
    guard let terms = agreement(context.agreement)?.terms(for: name) else {
      throw .damaged("the agreement \(context.agreement) is not in this home")
    }
    return registry.project(record, under: terms)
  }

  /// Whether the record's content is gone: here, or at home, from where it would be taken.
  private func isErased(_ name: StreamName, _ index: UInt64) throws(ReadError) -> Bool {
    if try vault.isErased(name, at: index) { return true }
    let isShared = name.origin == country && !name.isHome
    do throws(ReadError) {
      let isKept = isShared ? try reader.keptRecord(name, at: index) != nil : true
      if !isShared { _ = try reader.record(name, at: index) }
      if isKept { return false }
    } catch {
      guard case .erased = error else { throw error }
      return true
    }
    // Its body is made of the own register's.
    let (entry, _) = try reader.entry(name, at: index)
    let home = StreamName(origin: country, recipient: country, dataset: name.dataset)
    guard let place = try reader.find(entry.id, in: home, size: try reader.state(of: home).size) else { return false }
    return try vault.isErased(home, at: place)
  }

  /// What can be proven of a record whose content was erased: that there was its entry, and when.
  private func erased(_ name: StreamName, _ index: UInt64) throws(ReadError) -> EvidenceFile {
    let (entry, context) = try reader.entry(name, at: index)
    var checkpoint = try latestCheckpoint(of: name, try reader.state(of: name))
    var sections: [EvidenceFile.Section: [UInt8]] = [.entry: context.canonicalBytes(of: entry)]
    if name.isHome {
      sections[.originCard] = ownCard.bytes
    } else {
      guard let agreement = agreement(context.agreement),
        let other = card(name.origin == country ? name.recipient : name.origin)
      else { throw .damaged("the agreement \(context.agreement) or the neighbour's card is not in this home") }
      sections[.agreement] = agreement.bytes
      sections[.originCard] = (name.origin == country ? ownCard : other).bytes
      sections[.recipientCard] = (name.origin == country ? other : ownCard).bytes
      if name.origin == country {
        guard let receipt = receipt(name) else { throw .damaged("the receipt for \(name) is gone") }
        checkpoint = try ownCheckpoint(receipt.checkpoint)
        for signature in receipt.note.signatures { checkpoint.add(signature) }
      } else {
        let noteKey = NoteKey(.receipt, of: country, in: realm, key: keys.receipt.verifyingKey)
        let text = checkpoint.checkpoint.text
        checkpoint.add(Cosignature.sign(text, at: clock.now(), with: keys.receipt, as: noteKey))
      }
    }
    sections[.proof] = Array(try proof(name, index, checkpoint).description.utf8)
    return EvidenceFile(sections: sections)
  }

  private func latestCheckpoint(of name: StreamName, _ state: StreamState) throws(ReadError) -> SignedCheckpoint {
    if name.origin == country { return try state.ownCheckpoint(of: name, in: realm, keys) }
    guard let checkpoint = state.checkpoint else { throw .damaged("\(name) has no checkpoint") }
    return checkpoint
  }

  private func ownCheckpoint(_ checkpoint: Checkpoint) throws(ReadError) -> SignedCheckpoint {
    let name = try Self.stream(of: checkpoint.origin, realm)
    let frontier = try Frontier(size: checkpoint.size, from: reader.tree(name))
    guard frontier.root == checkpoint.root else { throw .damaged("a receipt names another root") }
    return try keys.checkpoint(of: name, frontier, in: realm)
  }

  private static func stream(of origin: String, _ realm: Realm) throws(ReadError) -> StreamName {
    do { return try StreamName(origin.dropFirst(realm.description.count + 1)) } catch { throw .damaged("\(error)") }
  }

  private func proof(_ name: StreamName, _ index: UInt64, _ checkpoint: SignedCheckpoint) throws(ReadError) -> TlogProof
  {
    let path = try Proof.inclusion(of: index, in: checkpoint.checkpoint.size, from: reader.tree(name))
    return TlogProof(index: index, path: path, checkpoint: checkpoint)
  }
}
