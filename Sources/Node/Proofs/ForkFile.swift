import Ceremony
import Exchange
import Ledger
import Terms

/// A file that proves offline that a country's log signed two histories: its card and the two checkpoints.
public struct ForkFile: Hashable, Sendable {
  static let title = "istmo fork v1"

  /// The origin's card, a signed note.
  public let card: [UInt8]
  /// The two checkpoints, and why they cannot both be true.
  public let proof: ForkProof

  /// A file of these parts.
  public init(card: [UInt8], proof: ForkProof) { (self.card, self.proof) = (card, proof) }

  /// Whether bytes begin as such a file does.
  public static func isOne(_ bytes: [UInt8]) -> Bool { SectionedFile.isTitled(title, bytes) }

  /// The file's bytes: notes as they are, hashes in hexadecimal.
  public var bytes: [UInt8] {
    var file = SectionedFile(Self.title)
    file.add("origin-card", card)
    file.add("first", proof.first.bytes)
    file.add("second", proof.second.bytes)
    if let root = proof.prefixRoot {
      let hashes = [root.digest] + proof.path.map(\.digest)
      file.add("consistency", Array(hashes.map { Base64.encode($0.bytes) + "\n" }.joined().utf8))
    }
    return file.bytes
  }

  /// Reads a file.
  /// - Throws: `NoteError` when it is not well formed.
  public init(_ bytes: [UInt8]) throws(NoteError) {
    let file = try SectionedFile(
      bytes, title: Self.title, names: ["origin-card", "first", "second", "consistency"])
    func section(_ name: String) throws(NoteError) -> [UInt8] {
      guard let bytes = file[name] else { throw NoteError("the section \(name) is missing") }
      return bytes
    }
    card = try section("origin-card")
    var hashes: [Digest] = []
    for line in String(decoding: file["consistency"] ?? [], as: UTF8.self).split(separator: "\n") {
      guard let hash = Base64.decode(line).flatMap({ Digest($0) }), hashes.count <= Proof.longest else {
        throw NoteError("the section consistency holds hashes in base64, one a line")
      }
      hashes.append(hash)
    }
    proof = ForkProof(
      first: try SignedCheckpoint(try section("first")), second: try SignedCheckpoint(try section("second")),
      prefixRoot: hashes.first.map { RootHash($0) }, path: hashes.dropFirst().map { NodeHash($0) })
  }

  /// What it proves, found without any node. `trusted` are root keys that the verifier has from elsewhere.
  public func check(trusted: [NoteKey]) -> ForkCheck { ForkCheck(self, trusted) }
}

/// What a fork file proves.
public struct ForkCheck: Sendable {
  /// All statements, in order.
  public private(set) var findings: [EvidenceCheck.Finding] = []
  /// The stream's checkpoint origin line.
  public let origin: String

  /// Whether every statement holds.
  public var holds: Bool { findings.allSatisfy(\.holds) }

  fileprivate init(_ file: ForkFile, _ trusted: [NoteKey]) {
    let (first, second) = (file.proof.first.checkpoint, file.proof.second.checkpoint)
    origin = first.origin
    do {
      let card = try Card(file.card)
      let content = card.content
      let stream = try StreamName(origin.dropFirst(content.realm.description.count + 1))
      say(
        stream.checkpointOrigin(in: content.realm) == origin && stream.origin == content.country,
        "the card is that of \(content.country), the origin of \(origin)")
      let root = trusted.first { $0.name == "\(content.realm)/\(content.country)/root" }
      if let root {
        say((try? card.verifySignature(root: root)) != nil, "the card is signed by the root key of \(content.country)")
      } else {
        say(false, "no root key of \(content.country) is known: give it with --root")
      }
      say(
        file.proof.isValid(logKeys: [card.logVerifyingKey]),
        "its log key signed two checkpoints, of sizes \(first.size) and \(second.size), that cannot both be true")
    } catch { say(false, "\(error)") }
  }

  private mutating func say(_ holds: Bool, _ text: String) {
    findings.append(EvidenceCheck.Finding(holds: holds, text: text))
  }
}
