import Catalog
import Sodium
import Terms

/// The officers of a home as they lie on the disk: names are personal, so all is sealed under a key that only the storage key
/// gives. Bound to the country: another home's file does not open.
public enum OfficerFile {
  /// The longest file that is read, in bytes.
  public static let longest = 8 << 20
  private static let keyLabel = "istmo officers"

  /// What is wrong with a file.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// It does not open with this storage key, or it was altered.
    case doesNotOpen
    /// What was sealed is not what this program writes.
    case malformed(String)

    /// One sentence for a person.
    public var description: String {
      switch self {
      case .doesNotOpen: "it does not open with this home's storage key"
      case .malformed(let what): "what was sealed cannot be read: \(what)"
      }
    }
  }

  private static func head(_ subject: String) -> [UInt8] { Array("istmo officers v1\n\(subject)\n".utf8) }

  /// Seals officers for a home; `subject` names realm and country.
  public static func seal(
    _ officers: [Officer], subject: String, storage: borrowing SymmetricKey, _ entropy: some Entropy
  ) throws(SodiumError) -> [UInt8] {
    let head = head(subject)
    let text = Array(JSONValue.list(officers.map(\.json)).json.utf8)
    return head + (try storage.derived(keyLabel).sealBox(text, associatedData: head, entropy))
  }

  /// Opens a file.
  /// - Throws: what is wrong with it.
  public static func open(
    _ bytes: [UInt8], subject: String, storage: borrowing SymmetricKey
  ) throws(Fault) -> [Officer] {
    let head = head(subject)
    guard bytes.starts(with: head), let key = try? storage.derived(keyLabel),
      let text = try? key.openBox(Array(bytes.dropFirst(head.count)), associatedData: head)
    else { throw .doesNotOpen }
    do {
      guard case .list(let values) = try JSONValue(parsing: text, longest: longest) else {
        throw Fault.malformed("no list")
      }
      return try values.map { try Officer(json: $0) }
    } catch { throw .malformed("\(error)") }
  }
}
