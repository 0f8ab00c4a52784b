import Sodium
import Terms

/// A secret sealed under a passphrase, as a short text file: a title, whose secret it is, the Argon2id work and the sealed
/// bytes. Everything before the sealed bytes is authenticated with them.
public struct PassphraseFile: Hashable, Sendable {
  /// The longest file that is read, in bytes; a real one has about 400.
  public static let longest = 4096
  /// The longest secret sealed in one, in bytes.
  public static let longestSecret = 1024

  /// The first line, such as `istmo root key v1`.
  public let title: String
  /// Whose secret it is: one line.
  public let subject: String
  /// The work that turns the passphrase into a key.
  public let work: PassphraseWork
  private let sealed: [UInt8]

  /// Seals a secret.
  /// - Throws: `PassphraseError` when the passphrase is empty, or memory for its work is lacking.
  public init(
    sealing secret: borrowing SecretBytes, title: String, subject: String, passphrase: borrowing SecretBytes,
    work: PassphraseWork, _ entropy: some Entropy
  ) throws(PassphraseError) {
    guard passphrase.count > 0 else { throw .emptyPassphrase }
    (self.title, self.subject, self.work) = (title, subject, work)
    let head = Array(Self.head(title, subject, work).utf8)
    do {
      sealed = try work.key(from: passphrase).sealSecret(secret, associatedData: head, entropy)
    } catch { throw .outOfMemory }
  }

  /// Reads a file with this title.
  /// - Throws: `PassphraseError` when it is malformed or asks for more work than any machine should do.
  public init(_ bytes: some Collection<UInt8>, title: String) throws(PassphraseError) {
    guard bytes.count <= Self.longest, let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(TextError(what: title, line: 1, problem: "not UTF-8, or longer than \(Self.longest) bytes"))
    }
    let numbers: (passes: UInt64, memory: UInt64)
    let salt: [UInt8]
    do throws(TextError) {
      var lines = try TextLines(text, what: title, longest: Self.longest)
      try lines.literal(title)
      self.title = title
      subject = try lines.value("Key")
      numbers = (
        try lines.number("Argon2id passes", 0...UInt64.max), try lines.number("Argon2id bytes", 0...UInt64.max)
      )
      salt = try lines.value("Salt", "16 bytes as hexadecimal digits") { text in
        [UInt8](hex: text).flatMap { $0.count == PassphraseWork.saltByteCount ? $0 : nil }
      }
      sealed = try lines.value("Sealed", "base64") { text in
        Base64.decode(text).flatMap { $0.count <= Self.longestSecret + 64 ? $0 : nil }
      }
      try lines.finish()
    } catch { throw .malformed(error) }
    guard let memory = Int(exactly: numbers.memory),
      let work = PassphraseWork(passes: numbers.passes, memory: memory, salt: salt)
    else { throw .workOutOfBounds(passes: numbers.passes, bytes: numbers.memory) }
    self.work = work
    guard self.text.utf8.elementsEqual(bytes) else {
      throw .malformed(TextError(what: title, line: 1, problem: "not in canonical form"))
    }
  }

  /// The secret.
  /// - Throws: `PassphraseError.doesNotOpen` when the passphrase is wrong or the file was altered.
  public func open(passphrase: borrowing SecretBytes) throws(PassphraseError) -> SecretBytes {
    guard passphrase.count > 0 else { throw .emptyPassphrase }
    let head = Array(Self.head(title, subject, work).utf8)
    do { return try work.key(from: passphrase).openSecret(sealed, associatedData: head) } catch {
      if case .outOfMemory = error { throw .outOfMemory }
      throw .doesNotOpen(subject: subject)
    }
  }

  /// The file as text.
  public var text: String { Self.head(title, subject, work) + "Sealed: \(Base64.encode(sealed))\n" }
  /// The file's bytes.
  public var bytes: [UInt8] { Array(text.utf8) }

  private static func head(_ title: String, _ subject: String, _ work: PassphraseWork) -> String {
    """
    \(title)
    Key: \(subject)
    Argon2id passes: \(work.passes)
    Argon2id bytes: \(work.memory)
    Salt: \(work.salt.hex)

    """
  }
}

/// Why a secret under a passphrase was not sealed or opened.
public enum PassphraseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file is not of this form.
  case malformed(TextError)
  /// The file asks for work outside the limits: it was made to exhaust the machine, or damaged.
  case workOutOfBounds(passes: UInt64, bytes: UInt64)
  /// The passphrase is empty.
  case emptyPassphrase
  /// The passphrase is wrong, or the file was altered: the two cannot be told apart.
  case doesNotOpen(subject: String)
  /// The machine does not have the memory that the file asks for.
  case outOfMemory
  /// The file opens, and holds another key than the one it names.
  case otherKey(subject: String)

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .malformed(let error): error.description
    case .workOutOfBounds(let passes, let bytes):
      "the key file asks for \(passes) passes over \(bytes) bytes, outside the limits (\(PassphraseWork.passes), "
        + "\(PassphraseWork.memoryBytes) bytes): it is damaged or hostile; take another copy"
    case .emptyPassphrase: "the passphrase is empty; six random words are good"
    case .doesNotOpen(let subject):
      "the passphrase is not that of \(subject), or the key file was altered; try again, then take another copy"
    case .outOfMemory: "not enough memory for the passphrase's work; close other programs or use another machine"
    case .otherKey(let subject): "the key file says \(subject) and holds another key; take another copy"
    }
  }
}
