import Catalog
import Ledger
import Sodium
import Terms

/// The operators' log as it lies on the disk: a title, then one line for each event, signed and sealed. The sealed events are the leaves of a Merkle
/// tree (RFC 6962); each line is sealed bound to the tree before it, and bears the log key's signature on the checkpoint (C2SP tlog-checkpoint) of the
/// tree with it. So a line that was altered, moved or taken out of the middle does not open, who has the storage key alone writes none, and whoever
/// kept a checkpoint can tell whether the log still begins with what it signs. Lines cut off at the end are missed by nobody else.
public struct OperatorLogFile: Sendable {
  /// The longest file that is read, in bytes: a hundred thousand lines.
  public static let longest = 32 << 20
  /// Beyond so many bytes the desk adds nothing, so that room is left for who acts alone on the node's machine.
  public static let longestForDesk = 24 << 20
  private static let keyLabel = "istmo operators"
  private static let signatureByteCount = 64

  /// What is wrong with a file.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not this home's log.
    case foreign
    /// A line does not open: it was altered, or lines before it were.
    case line(Int)
    /// A line is not signed by a log key of this country.
    case signature(Int)
    /// A line says nothing that this program knows.
    case malformed(Int, String)

    /// One sentence for a person.
    public var description: String {
      switch self {
      case .foreign: "it is not the operators' log of this home"
      case .line(let number): "line \(number) does not open: it, or what stands before it, was altered"
      case .signature(let number): "line \(number) is not signed by this country's log key: the node did not write it"
      case .malformed(let number, let what): "line \(number) cannot be read: \(what)"
      }
    }
  }

  /// Whose log it is, and who signs it.
  public struct Owner: Sendable {
    /// The origin line of its checkpoints.
    public let origin: String
    /// The log keys of the country's cards.
    public let signers: [VerifyingKey]

    /// The owner of a country's log.
    public init(_ realm: Realm, _ country: CountryCode, signers: [VerifyingKey]) {
      (origin, self.signers) = ("\(realm)/\(country)/operators", signers)
    }
  }

  /// What it says.
  public private(set) var log = OperatorLog()
  /// The log's checkpoint as the last line bears it; nil before the first.
  public private(set) var checkpoint: SignedCheckpoint?
  private var tree = Frontier()
  private var roots: [RootHash] = []
  private let owner: Owner
  private let head: [UInt8]

  /// The log of a home before its first line.
  public init(_ owner: Owner) {
    self.owner = owner
    head = Array("istmo operators v1\n\(owner.origin)\n".utf8)
  }

  /// The root of the first `size` lines; nil when there are not so many.
  public func root(ofFirst size: UInt64) -> RootHash? {
    guard let size = Int(exactly: size), size <= roots.count else { return nil }
    return size == 0 ? .empty : roots[size - 1]
  }

  /// Reads a log. The last signature covers all lines; whoever checks the whole asks for every one.
  /// - Returns: beside it, how many bytes at the beginning are whole: a line that was being written when the power went was never acknowledged.
  public static func open(
    _ bytes: [UInt8], of owner: Owner, storage: borrowing SymmetricKey, everySignature: Bool = false
  ) throws(Fault) -> (file: OperatorLogFile, wholeBytes: Int) {
    var file = OperatorLogFile(owner)
    guard bytes.count >= file.head.count else {
      guard file.head.starts(with: bytes) else { throw .foreign }
      return (file, 0)
    }
    guard bytes.starts(with: file.head), let key = try? storage.derived(keyLabel) else { throw .foreign }
    let lastEnd = bytes.lastIndex(of: 0x0A)
    var (start, number) = (file.head.count, 0)
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      number += 1
      guard let line = Base64.decode(bytes: bytes[start..<end]), line.count > signatureByteCount else {
        throw .line(number)
      }
      let box = Array(line.dropFirst(signatureByteCount))
      guard let text = try? key.openBox(box, associatedData: file.bound) else { throw .line(number) }
      do {
        let event = try OperatorEvent(json: try JSONValue(parsing: text))
        guard event.number == UInt64(number) else { throw Fault.malformed(number, "it has another number") }
        file.take(event, box)
      } catch { throw .malformed(number, "\(error)") }
      if everySignature || end == lastEnd {
        try file.check(Array(line.prefix(signatureByteCount)), number)
      }
      start = end + 1
    }
    return (file, start)
  }

  /// The bytes to append for an event, the title before the first; the event counts in `log` from now on.
  public mutating func append(
    _ event: OperatorEvent, storage: borrowing SymmetricKey, logKey: borrowing SigningKey, _ entropy: some Entropy
  ) throws -> [UInt8] {
    let isFirst = log.events.isEmpty
    let box = try storage.derived(Self.keyLabel).sealBox(
      Array(event.json.json.utf8), associatedData: bound, entropy)
    take(event, box)
    let signed = try SignedCheckpoint(present, logKey: logKey)
    checkpoint = signed
    let signature = signed.note.signatures.first?.bytes ?? []
    return (isFirst ? head : []) + Array(Base64.encode(signature + box).utf8) + [0x0A]
  }

  /// What the next line is bound to: whose log it is, and everything before it.
  private var bound: [UInt8] { head + tree.root.digest.bytes }

  private var present: Checkpoint { Checkpoint(origin: owner.origin, size: tree.size, root: tree.root) }

  private mutating func take(_ event: OperatorEvent, _ box: [UInt8]) {
    log.take(event)
    tree.append(.leaf(box))
    roots.append(tree.root)
  }

  private mutating func check(_ signature: [UInt8], _ number: Int) throws(Fault) {
    let text = present.text
    do {
      guard let signer = owner.signers.first(where: { $0.isValid(signature, on: Array(text.utf8)) }) else {
        throw Fault.signature(number)
      }
      let key = try SignedCheckpoint.logKey(signer, of: owner.origin)
      var note = try SignedNote(text: text)
      note.add(SignedNote.Signature(name: key.name, id: key.id, bytes: signature))
      checkpoint = try SignedCheckpoint(note.bytes)
    } catch { throw .signature(number) }
  }
}
