import Synchronization
import Terms

/// A dataset's definition: what a record of it is, which both ends enforce. Read from a TOML file whose SHA-256 the
/// agreement names, so that both ends mean the same. Never changes once made; a class, so that passing it about while records
/// are checked costs nothing.
public final class Definition: Hashable, Sendable {
  /// The dataset.
  public let dataset: DatasetName
  /// The version of this definition, from 1.
  public let version: UInt32
  /// SHA-256 of the definition file's bytes.
  public let digest: Digest
  /// What the dataset is called.
  public let title: Translated
  /// What it is for.
  public let description: Translated
  /// Days after which bodies are destroyed, unless an agreement says fewer.
  public let retentionDays: UInt32
  /// How records reach a recipient, unless an agreement says otherwise.
  public let mode: StreamTerms.Mode
  /// The fields in the order of the file; `reference`, which every dataset has, last.
  public let fields: [Field]
  /// Every field that holds a value, those in groups too, in the order of the file.
  public let leaves: [Field]
  /// The field that holds the record's own time.
  public let timeField: String?
  /// The field that holds the record this one is about.
  public let refersField: String?
  /// The field that names the country which is to refer to the record. Where that is the record's own origin, as at a
  /// crossing whose single control is in the country of entry, nothing more is to come.
  public let awaitsField: String?
  /// A record awaits another country's only when one of these holds; empty for always.
  public let awaitsWhen: [Field.Condition]
  /// Whether a country may refer to records of its own too, as customs tells the way of a declaration that it published.
  public let refersOwn: Bool
  /// Whether an observer may receive it: then none of its fields says something of a person.
  public let isObservable: Bool
  /// Rules over several fields.
  let rules: [Rule]
  /// Records that few roles see.
  public let restrictions: [Restriction]
  /// The names that can stand before `=` in a search.
  public let searchNames: [String]
  /// The same as the file has them.
  let namedRules: [NamedRule]

  /// The fields by alphabet, as bodies have them, their names for looking up, and the places of some among them.
  let sorted: [Field]
  let names: FieldNames
  let named: [NamedPlace]
  let timeIndex: Int?
  let refersIndex: Int?
  let awaitsIndex: Int?
  let choices = Mutex<[(fields: [String], shared: SharedFields)]>([])
  let referenceIndex: Int?
  /// The fields that make search keys, or whose own fields may.
  let findable: [Int]
  /// The fields that conditions of others name.
  let decidingIndices: [Int]
  let reasonIndex: Int?

  /// The longest reference a publisher may give.
  public static let referenceLengthMax = 128

  /// The publisher's own name for a record; in every dataset, in its body, shared only by agreements that name it.
  static let reference = Field(
    name: "reference", title: Translated(es: "Referencia", en: "Reference"),
    description: Translated(
      es: "Nombre propio del registro en el sistema que lo publica; repetirlo no lo guarda dos veces.",
      en: "The publishing system's own name for the record; repeating it does not store it twice."),
    type: .text(TextField(length: 1...referenceLengthMax, isName: false)), isShared: false)

  init(
    dataset: DatasetName, version: UInt32, digest: Digest, title: Translated, description: Translated,
    retentionDays: UInt32, mode: StreamTerms.Mode, fields: [Field], timeField: String?, refersField: String?,
    awaitsField: String?, awaitsWhen: [Field.Condition], refersOwn: Bool, isObservable: Bool,
    rules: [NamedRule], restrictions: [Restriction] = []
  ) {
    (self.dataset, self.version, self.digest) = (dataset, version, digest)
    (self.title, self.description) = (title, description)
    (self.retentionDays, self.mode) = (retentionDays, mode)
    (self.timeField, self.refersField, self.awaitsField) = (timeField, refersField, awaitsField)
    (self.refersOwn, self.isObservable) = (refersOwn, isObservable)
    let all = fields + [Self.reference]
    let alphabetical = all.sorted { $0.nameBytes.lexicographicallyPrecedes($1.nameBytes) }
    func index(_ name: String?) -> Int? { alphabetical.firstIndex { $0.name == name } }
    var numbers = ConditionNumbers()
    self.fields = all.map { $0.bound(to: index, &numbers) }
    let sorted = alphabetical.map { $0.bound(to: index, &numbers) }
    self.sorted = sorted
    findable = sorted.indices.filter { sorted[$0].isSearchable || sorted[$0].inner != nil }
    names = FieldNames(sorted.map(\.nameBytes))
    named = Self.named(sorted)
    timeIndex = index(timeField)
    refersIndex = index(refersField)
    awaitsIndex = index(awaitsField)
    self.awaitsWhen = awaitsWhen.map { $0.bound(to: index) }
    referenceIndex = index("reference")
    reasonIndex = index("reason")
    // Those that every record has come first: others may hang on them.
    let deciding = Set(
      sorted.flatMap { $0.requiredWhen + $0.onlyWhen }.flatMap(\.parts).map(\.index))
    decidingIndices = deciding.sorted { (sorted[$0].isRequired ? 0 : 1, $0) < (sorted[$1].isRequired ? 0 : 1, $1) }
    self.restrictions = restrictions.map { Restriction(when: $0.when.map { $0.bound(to: index) }, roles: $0.roles) }
    namedRules = rules
    self.rules = rules.compactMap { Rule($0, index: index, sorted: sorted) }
    leaves = self.fields.flatMap { $0.inner ?? [$0] }
    searchNames = (leaves.filter(\.isSearchable).map(\.name) + self.rules.compactMap(\.keyName)).sorted()
  }

  /// The field of this name; one in a group is named with it, `lines.net_kg`.
  public func field(_ name: String) -> Field? {
    guard let place = place(of: name) else { return nil }
    guard let inner = place.inner else { return sorted[place.top] }
    return group(place.top)?.sorted[inner]
  }

  /// The fields that an agreement shares when it names none.
  public var sharedFields: [String] { leaves.filter(\.isShared).map(\.name).sorted() }

  /// Definitions are the same when their files are.
  public static func == (a: Definition, b: Definition) -> Bool { a.digest == b.digest && a.dataset == b.dataset }

  /// Feeds what makes a definition the same to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
