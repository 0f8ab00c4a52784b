import Ledger
import Sodium
import Terms

/// An agreement: one text, both root keys named in it, as a signed note. Signed by both, it is what both nodes enforce.
public struct Agreement: Dated, Hashable, Sendable {
  /// The longest agreement file that is read, in bytes.
  public static let longest = AgreementTerms.longest + 8192
  static let title = "istmo agreement v1"

  /// The terms.
  public let terms: AgreementTerms
  /// The root key of the country that comes first in the alphabet.
  public let rootA: NoteKey
  /// The root key of the other country.
  public let rootB: NoteKey
  /// The text with its signatures.
  public private(set) var note: SignedNote
  /// SHA-256 of the text: the agreement's name in entries and files.
  public let digest: Digest

  /// The text of terms between two roots, not signed yet.
  /// - Throws: `AgreementError.otherRoot` when a key is not named as the root of its country.
  public init(_ terms: AgreementTerms, rootA: NoteKey, rootB: NoteKey) throws(AgreementError) {
    for (country, root) in [(terms.a, rootA), (terms.b, rootB)] {
      guard RootKey.isRoot(root, realm: terms.realm, country: country) else {
        throw .otherRoot(country: country, expected: "\(terms.realm)/\(country)/root", found: root.name)
      }
    }
    (self.terms, self.rootA, self.rootB) = (terms, rootA, rootB)
    let text = """
      \(Self.title)
      Root key of \(terms.a): \(rootA)
      Root key of \(terms.b): \(rootB)

      """ + terms.text
    do { note = try SignedNote(text: text) } catch { throw .notANote(error.description) }
    digest = SHA256.hash(Array(text.utf8))
  }

  /// Reads an agreement with one or both signatures. Whether it is signed is asked with `verify`.
  /// - Throws: `AgreementError` with the line that is wrong.
  public init(_ bytes: some Collection<UInt8>) throws(AgreementError) {
    guard bytes.count <= Self.longest else { throw .tooLong(bytes.count) }
    let note: SignedNote
    do { note = try SignedNote(bytes) } catch { throw .notANote(error.description) }
    var lines: TextLines
    let roots: (a: (CountryCode, NoteKey), b: (CountryCode, NoteKey))
    do {
      lines = try TextLines(note.text, what: "agreement", longest: Self.longest)
      try lines.literal(Self.title)
      roots = (try Self.root(&lines), try Self.root(&lines))
    } catch { throw .malformed(error) }
    let terms = try AgreementTerms(from: &lines)
    do { try lines.finish() } catch { throw .malformed(error) }
    try self.init(terms, rootA: roots.a.1, rootB: roots.b.1)
    guard self.note.text.utf8.elementsEqual(note.text.utf8), note.bytes.elementsEqual(bytes) else {
      throw .malformed(lines.error("not in canonical form"))
    }
    self.note = note
  }

  private static func root(_ lines: inout TextLines) throws(TextError) -> (CountryCode, NoteKey) {
    // The label names the country; the key's own name repeats it.
    let text = try lines.value("Root key of", after: " ")
    guard let colon = text.firstIndex(of: ":"), let country = try? CountryCode(text[..<colon]),
      text[colon...].hasPrefix(": "), let key = try? NoteKey(text[colon...].dropFirst(2))
    else { throw lines.error("\"Root key of SV: <verifier key>\" expected") }
    return (country, key)
  }

  /// The terms of one stream, or nil when it is not agreed.
  public func terms(for stream: StreamName) -> StreamTerms? { terms.terms(for: stream) }

  /// The first moment at which it is in force.
  public var validFrom: Instant { terms.validFrom.start }
  /// The first moment at which it is in force no more: the end of the last day.
  public var validUntil: Instant { terms.validUntil.start.advanced(byMilliseconds: 86_400_000) }

  /// The root key that the text names for a country of the pair.
  public func root(of country: CountryCode) -> NoteKey? {
    country == terms.a ? rootA : country == terms.b ? rootB : nil
  }

  /// Refuses the agreement unless the text names exactly these roots (alphabetical order of country) and both signed.
  public func verify(rootA: NoteKey, rootB: NoteKey) throws(AgreementError) {
    for (country, pinned) in [(terms.a, rootA), (terms.b, rootB)] { try verify(signedBy: country, pinned: pinned) }
  }

  func verify(signedBy country: CountryCode, pinned: NoteKey) throws(AgreementError) {
    guard let named = root(of: country), named == pinned else {
      throw .otherRoot(
        country: country, expected: pinned.description, found: root(of: country)?.description ?? "none")
    }
    guard (try? note.isSigned(by: pinned)) == true else { throw .notSigned(by: country) }
  }

  mutating func sign(with root: borrowing RootKey) { root.sign(&note) }

  /// The same text with the roots' signatures of all these agreements, in alphabetical order of country: both sides make
  /// the very same bytes.
  func joined(with other: Agreement) -> Agreement {
    guard other.digest == digest, var joined = try? Agreement(terms, rootA: rootA, rootB: rootB) else { return self }
    for root in [rootA, rootB] {
      for signature in note.signatures + other.note.signatures
      where signature.name == root.name && signature.id == root.id {
        joined.note.add(signature)
      }
    }
    return joined
  }

  /// The agreement as a signed note: what is printed, stored and archived.
  public var bytes: [UInt8] { note.bytes }
}
