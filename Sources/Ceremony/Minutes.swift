import Ledger
import Sodium
import Terms

/// Someone who takes part in a ceremony, written `NAME, ROLE`.
public struct Official: Hashable, Sendable, CustomStringConvertible {
  /// The longest name or role, in bytes.
  public static let longest = 120

  /// The person's name.
  public let name: String
  /// What the person is there as.
  public let role: String

  /// Reads the form `NAME, ROLE`.
  /// - Throws: `TermError` when the text has another form.
  public init(_ text: String) throws(TermError) {
    let pieces = text.split(separator: ", ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard pieces.count == 2, let name = pieces.first, let role = pieces.last,
      PlainText.isLine(name, longest: Self.longest), !name.contains(","), PlainText.isLine(role, longest: Self.longest)
    else {
      throw TermError(
        kind: "person of a ceremony", found: PlainText.shown(text),
        expected: "NAME, ROLE in Latin letters, such as Ana Morales, Director of Migration")
    }
    (self.name, self.role) = (name, role)
  }

  /// The form `NAME, ROLE`.
  public var description: String { "\(name), \(role)" }
}

/// One side's record of a ceremony: who signed what, when, in front of whom, after comparing which code. Signed by the
/// side's root key.
public struct Minutes: Hashable, Sendable {
  /// The longest minutes that are read, in bytes.
  public static let longest = 16_384
  /// The most officials, and the most witnesses.
  public static let mostPeople = 16
  static let title = "istmo minutes v1"

  /// What minutes say.
  public struct Content: Hashable, Sendable {
    /// The federation.
    public let realm: Realm
    /// The country whose minutes these are.
    public let country: CountryCode
    /// The two countries in alphabetical order.
    public let (a, b): (CountryCode, CountryCode)
    /// The agreement's digest.
    public let agreement: Digest
    /// The code that was compared.
    public let code: CeremonyCode
    /// SHA-256 of the text of each country's offer, in alphabetical order of country.
    public let (offerA, offerB): (Digest, Digest)
    /// When this side signed, in whole seconds.
    public let time: Instant
    /// Who signed for the country.
    public let officials: [Official]
    /// Who watched.
    public let witnesses: [Official]
  }

  /// What they say.
  public let content: Content
  /// The text with its signature.
  public let note: SignedNote

  init(_ content: Content, root: borrowing RootKey) throws(CeremonyError) {
    self.content = content
    do {
      var note = try SignedNote(text: content.text)
      root.sign(&note)
      self.note = note
    } catch { throw .malformed("minutes", error.description) }
  }

  /// Reads minutes. Who signed them is asked with `isSigned`.
  /// - Throws: `CeremonyError` with the line that is wrong.
  public init(_ bytes: some Collection<UInt8>) throws(CeremonyError) {
    guard bytes.count <= Self.longest else { throw .malformed("minutes", "longer than \(Self.longest) bytes") }
    do { note = try SignedNote(bytes) } catch { throw .malformed("minutes", error.description) }
    do { content = try Content(text: note.text) } catch { throw .malformed("minutes", error.description) }
    guard note.bytes.elementsEqual(bytes) else { throw .malformed("minutes", "not in canonical form") }
  }

  /// Whether this root, of the minutes' own country, signed them.
  public func isSigned(by root: NoteKey) -> Bool {
    RootKey.isRoot(root, realm: content.realm, country: content.country) && (try? note.isSigned(by: root)) == true
  }

  /// The minutes as a signed note.
  public var bytes: [UInt8] { note.bytes }
}

extension Minutes.Content {
  /// The note text.
  public var text: String {
    """
    \(Minutes.title)
    Realm: \(realm)
    Country: \(country)
    Countries: \(a) and \(b)
    Agreement: \(agreement)
    Code: \(code)
    Offer of \(a): \(offerA)
    Offer of \(b): \(offerB)
    Time: \(time.wholeSeconds)

    """ + officials.map { "Official: \($0)\n" }.joined() + witnesses.map { "Witness: \($0)\n" }.joined()
  }

  /// Reads the note text.
  /// - Throws: `TextError` with the line that is wrong.
  init(text: String) throws(TextError) {
    var lines = try TextLines(text, what: "minutes", longest: Minutes.longest)
    try lines.literal(Minutes.title)
    realm = try lines.realm()
    country = try lines.country("Country")
    (a, b) = try lines.pair("Countries")
    agreement = try lines.digest("Agreement")
    code = try lines.value("Code", "twelve groups of five digits") { CeremonyCode(canonical: $0) }
    (offerA, offerB) = (try lines.digest("Offer of \(a)"), try lines.digest("Offer of \(b)"))
    time = try lines.time("Time")
    officials = try Self.people("Official", least: 1, &lines)
    witnesses = try Self.people("Witness", least: 0, &lines)
    try lines.finish()
    guard country == a || country == b, self.text.utf8.elementsEqual(text.utf8) else {
      throw lines.error("not in canonical form")
    }
  }

  private static func people(_ label: String, least: Int, _ lines: inout TextLines) throws(TextError) -> [Official] {
    var out: [Official] = []
    while let text = lines.valueIfNext(label) {
      guard let person = try? Official(text), out.count < Minutes.mostPeople else {
        throw lines.error("\(label): NAME, ROLE expected, at most \(Minutes.mostPeople) times")
      }
      out.append(person)
    }
    guard out.count >= least else { throw lines.error("no \(label.lowercased()) is named") }
    return out
  }
}
