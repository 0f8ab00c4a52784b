import Catalog
import Ceremony
import Ledger
import Terms

/// What an evidence file proves, found without any node: everything is computed from the file and the roots that the
/// verifier trusts.
public struct EvidenceCheck: Sendable {
  /// One statement, true or not.
  public struct Finding: Sendable {
    /// Whether it holds.
    public let holds: Bool
    /// The statement, for a person.
    public let text: String
  }

  /// All statements, in order.
  public private(set) var findings: [Finding] = []
  /// The record's id.
  public private(set) var id: RecordID?
  /// The record's body.
  public private(set) var body: [UInt8] = []
  /// Whether the file has no body because that was erased, as the node says that made the file.
  public private(set) var isErased = false
  /// Root keys in the file that the verifier did not name: compare them with a source you trust.
  public private(set) var unpinnedRoots: [NoteKey] = []

  /// Whether every statement holds.
  public var holds: Bool { !findings.isEmpty && findings.allSatisfy(\.holds) }

  /// Checks a file. `trusted` are root keys that the verifier has from elsewhere.
  public init(_ file: EvidenceFile, trusted: [NoteKey]) {
    do {
      try check(file, trusted)
    } catch {
      findings.append(Finding(holds: false, text: "\(error)"))
    }
  }

  /// Also states whether the record bears an attachment: whether one of its texts is the attachment's SHA-256.
  public mutating func bind(attachment digest: Digest, named name: String) {
    var member: String?
    if case .object(let members)? = try? JSONValue(parsing: body) {
      member = members.first { $0.value.string == digest.description }?.name
    }
    say(
      member != nil,
      member.map { "\(name) is the attachment that the record names in \($0)" }
        ?? "the record names no attachment with the SHA-256 of \(name), \(digest)")
  }

  private mutating func say(_ holds: Bool, _ text: String) { findings.append(Finding(holds: holds, text: text)) }

  private func section(_ section: EvidenceFile.Section, _ file: EvidenceFile) throws(NoteError) -> [UInt8] {
    guard let bytes = file.sections[section] else { throw NoteError("the section \(section.rawValue) is missing") }
    return bytes
  }

  private mutating func check(_ file: EvidenceFile, _ trusted: [NoteKey]) throws {
    let (context, entry) = try EntryContext.read(try section(.entry, file))
    id = entry.id
    let parts = context.origin.split(separator: "/", maxSplits: 1)
    guard parts.count == 2 else { throw NoteError("the entry names no stream") }
    let (realm, stream) = (try Realm(parts[0]), try StreamName(parts[1]))

    isErased = file.sections[.body] == nil && file.sections[.salt] == nil
    if isErased {
      // No file proves that nothing is left anywhere: it proves the entry, and says that there is no more to prove.
      say(
        entry.hasBody,
        "entry \(entry.id) commits to a body that is not in the file: by its maker it was erased at the end of its retention"
      )
    } else {
      body = try section(.body, file)
      let salt = [UInt8](hex: String(decoding: try section(.salt, file), as: UTF8.self)) ?? []
      say(
        salt.count == 16 && Entry.commit(to: body, salt: salt) == entry.commitment,
        "the body is the one that entry \(entry.id) commits to")
    }

    let proof = try TlogProof(String(decoding: try section(.proof, file), as: UTF8.self))
    let checkpoint = proof.checkpoint.checkpoint
    say(
      checkpoint.origin == context.origin && proof.includes(context.canonicalBytes(of: entry)),
      "it is entry number \(proof.index) of \(stream), in the checkpoint of size \(checkpoint.size)")

    let originCard = try Card(try section(.originCard, file))
    say(
      originCard.content.country == stream.origin && originCard.content.realm == realm,
      "the origin's card is that of \(stream.origin) in \(realm)")
    say(
      (try? proof.checkpoint.isSigned(byLog: [originCard.logVerifyingKey])) == true,
      "the checkpoint is signed by the log key of \(stream.origin)")

    guard !stream.isHome else {
      try root(of: originCard, nil, trusted)
      return
    }
    let agreement = try Agreement(try section(.agreement, file))
    say(agreement.digest == context.agreement, "the entry was made under the agreement in the file")
    say(
      (try? agreement.verify(rootA: agreement.rootA, rootB: agreement.rootB)) != nil,
      "the agreement is signed by the roots of \(agreement.terms.a) and \(agreement.terms.b)")
    say(agreement.terms(for: stream) != nil, "the agreement has terms for \(stream)")
    try root(of: originCard, agreement, trusted)
    let recipientCard = try Card(try section(.recipientCard, file))
    try root(of: recipientCard, agreement, trusted)
    if let seconds = try? proof.checkpoint.note.time(of: recipientCard.receiptKey) {
      say(
        recipientCard.content.country == stream.recipient,
        "\(stream.recipient) gave a receipt for it at \(Instant(milliseconds: Int64(clamping: seconds) &* 1000).wholeSeconds)"
      )
    } else {
      say(stream.recipient != recipientCard.content.country, "there is no receipt of \(stream.recipient) yet")
    }
  }

  /// The card is signed by its root; the root is one that the agreement names and, where the verifier named one, trusts.
  private mutating func root(of card: Card, _ agreement: Agreement?, _ trusted: [NoteKey]) throws {
    let country = card.content.country
    let name = "\(card.content.realm)/\(country)/root"
    let pinned = trusted.filter { $0.name == name }
    guard let root = pinned.first ?? agreement?.root(of: country) else {
      return say(false, "no root key of \(country) is known: give it with --root")
    }
    if let named = agreement?.root(of: country) {
      say(named == root, "the agreement names the trusted root key of \(country)")
    }
    say((try? card.verifySignature(root: root)) != nil, "the card of \(country) is signed by its root key")
    if pinned.isEmpty, !unpinnedRoots.contains(root) { unpinnedRoots.append(root) }
  }
}
