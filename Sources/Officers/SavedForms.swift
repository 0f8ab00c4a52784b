import Catalog
import Sodium
import Terms

/// A form that an officer filled in and did not send yet.
public struct SavedForm: Hashable, Sendable {
  /// Its number among the officer's.
  public let number: Int
  /// Of which dataset a record is to become of it.
  public let dataset: DatasetName
  /// When it was kept.
  public let saved: Instant
  /// What was typed, by place.
  public let texts: [String: String]
}

/// The drafts of one officer, bounded in number, size and age; on the disk sealed under a key that only the storage key gives.
public struct SavedForms: Hashable, Sendable {
  /// Drafts of one officer.
  public static let most = 20
  /// Bytes of what was typed, over all drafts of one officer.
  public static let mostBytes = 512 << 10
  /// Milliseconds that a draft is kept: a fortnight.
  public static let age: Int64 = 14 * 86_400_000
  /// The longest file, in bytes: every byte may be written as six.
  public static let longest = 4 << 20
  private static let keyLabel = "istmo drafts"

  /// The drafts, the latest first.
  public private(set) var forms: [SavedForm]

  /// No draft.
  public init() { forms = [] }

  /// Why a draft is not kept.
  public enum Fault: Error, Hashable, Sendable {
    /// There are `most` already, or they would have more than `mostBytes`.
    case full
  }

  /// The draft of this number.
  public subscript(number: Int) -> SavedForm? { forms.first { $0.number == number } }

  /// Keeps a draft, in the place of that of `number` where there is one.
  /// - Returns: its number.
  public mutating func keep(
    _ texts: [String: String], of dataset: DatasetName, at now: Instant, as number: Int? = nil
  ) throws(Fault) -> Int {
    var rest = forms
    rest.removeAll { $0.number == number }
    let own = number.flatMap { self[$0] }?.number ?? (forms.map(\.number).max() ?? 0) + 1
    rest.insert(SavedForm(number: own, dataset: dataset, saved: now, texts: texts), at: 0)
    let bytes = rest.reduce(0) { $0 + $1.texts.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }
    guard rest.count <= Self.most, bytes <= Self.mostBytes else { throw .full }
    forms = rest
    return own
  }

  /// Takes a draft away.
  public mutating func remove(_ number: Int) { forms.removeAll { $0.number == number } }

  /// Takes away what is too old.
  public mutating func expire(at now: Instant) {
    forms.removeAll { now.milliseconds(since: $0.saved) >= Self.age }
  }

  // MARK: On the disk

  private static func head(_ officer: String) -> [UInt8] { Array("istmo drafts v1\n\(officer)\n".utf8) }

  /// The sealed file of an officer.
  public func seal(
    officer: String, storage: borrowing SymmetricKey, _ entropy: some Entropy
  ) throws(SodiumError) -> [UInt8] {
    let value = JSONValue.list(
      forms.map { form in
        [
          "number": JSONValue(form.number), "dataset": .text(form.dataset.description),
          "saved": .text(form.saved.description),
          "texts": .list(
            form.texts.sorted { $0.key < $1.key }.map { .list([.text($0.key), .text($0.value)]) }),
        ]
      })
    let key = try storage.derived(Self.keyLabel)
    return try key.sealBox(Array(value.json.utf8), associatedData: Self.head(officer), entropy)
  }

  /// Opens an officer's file; nil when it is not this officer's, was altered, or is of another storage key.
  public init?(sealed: [UInt8], officer: String, storage: borrowing SymmetricKey) {
    guard let key = try? storage.derived(Self.keyLabel),
      let text = try? key.openBox(sealed, associatedData: Self.head(officer)),
      case .list(let values)? = try? JSONValue(parsing: text, longest: Self.longest)
    else { return nil }
    forms = values.compactMap { value in
      guard case .number(let number)? = value["number"], case .list(let pairs)? = value["texts"],
        let dataset = value["dataset"]?.string.flatMap({ try? DatasetName($0) }),
        let saved = value["saved"]?.string.flatMap({ try? Instant($0) })
      else { return nil }
      var texts: [String: String] = [:]
      for case .list(let pair) in pairs {
        if pair.count == 2, let place = pair[0].string, let text = pair[1].string { texts[place] = text }
      }
      return SavedForm(number: Int(clamping: number), dataset: dataset, saved: saved, texts: texts)
    }
  }
}
