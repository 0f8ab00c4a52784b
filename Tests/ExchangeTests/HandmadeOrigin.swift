import Ledger
import Simulator
import Sodium
import Terms

@testable import Exchange

/// An origin that keeps no rule: with El Salvador's keys it makes batches entry by entry, right or wrong.
struct HandmadeOrigin {
  let party: Party
  let sealingKey: ExchangePublicKey
  var context: EntryContext
  var frontier = Frontier()
  var epoch: EpochKey?
  private let entropy = SeededEntropy(seed: 77)
  private var entries = ByteWriter()
  private var bodies = ByteWriter()
  private var count = 0
  private var first: UInt64 = 0
  private var serial: UInt64 = 0

  init(_ scene: Scene) {
    party = scene.origin
    sealingKey = scene.recipient.keys.sealing.publicKey
    context = EntryContext(
      origin: Scene.sent.checkpointOrigin(in: Scene.realm), agreement: Scene.agreement, version: 1)
  }

  /// The next id; later ones are larger.
  mutating func id() -> RecordID {
    serial += 1
    return RecordID(time: party.now, random: (0, serial << 32))
  }

  /// Announces a fresh epoch key.
  mutating func addEpoch(to recipient: ExchangePublicKey? = nil, commitment: Digest? = nil) throws {
    let master = SymmetricKey(entropy)
    let box = try SealedBox.seal(master.secret, to: recipient ?? sealingKey, entropy)
    epoch = try EpochKey(number: 20_781, master: master)
    add(Entry(id: id(), kind: .epoch(20_781), commitment: commitment ?? SHA256.hash(box)), sealed: box)
  }

  /// Adds a record; `claims` is what the entry commits to when that is not the body.
  mutating func addRecord(
    _ fields: [String: String] = ["crossing": "a1", "name": "n"], id given: RecordID? = nil,
    kind: Entry.Kind = .record, body: [UInt8]? = nil, claims: [UInt8]? = nil, sealedUnder other: EpochKey? = nil
  ) throws {
    guard let epoch else { return }
    let body = body ?? SimulatedRules.body(fields)
    let id = given ?? id()
    let entry = Entry(
      id: id, kind: kind, commitment: Entry.commit(to: claims ?? body, salt: epoch.salt(for: id)))
    add(entry, sealed: try (other ?? epoch).seal(body, leaf: context.leaf(entry), as: .plain))
  }

  mutating func add(_ entry: Entry, sealed: [UInt8]) {
    PackedEntries.append(entry, to: &entries)
    bodies.sealed(sealed[...])
    frontier.append(context.leaf(entry))
    count += 1
  }

  /// Bytes after the last body.
  mutating func addLooseBytes() { bodies.raw([1, 2, 3]) }

  /// A checkpoint of what was added, as this origin signs it.
  func checkpoint(
    size: UInt64? = nil, root: RootHash? = nil, origin: String? = nil, logKeyOf other: Party? = nil,
    hasAsOf: Bool = true
  ) throws -> SignedCheckpoint {
    let signer = (other ?? party).keys
    var signed = try SignedCheckpoint(
      Checkpoint(origin: origin ?? context.origin, size: size ?? frontier.size, root: root ?? frontier.root),
      logKey: signer.log)
    if hasAsOf {
      let key = NoteKey(.receipt, of: party.country, in: Scene.realm, key: party.keys.receipt.verifyingKey)
      signed.add(Cosignature.sign(signed.checkpoint.text, at: party.now, with: party.keys.receipt, as: key))
    }
    return signed
  }

  /// What was added since the last batch, as a batch.
  mutating func batch(
    stream: StreamName = Scene.sent, first given: UInt64? = nil, count claimed: Int? = nil,
    checkpoint given2: SignedCheckpoint? = nil, bytes: [UInt8]? = nil
  ) throws -> Message.Batch {
    defer { (entries, bodies, count, first) = (ByteWriter(), ByteWriter(), 0, frontier.size) }
    return Message.Batch(
      stream: stream, agreement: context.agreement, version: context.version, first: given ?? first,
      count: claimed ?? count, entries: entries.bytes, bodies: bodies.bytes,
      checkpoint: try bytes ?? (given2 ?? checkpoint()).bytes)
  }
}
