/// What a record is about, in the form in which it is matched: its documents, plates, containers and so on, and the crossings
/// that it names.
public struct RecordSubjects: Hashable, Sendable {
  /// A value of a field that alerts can be on.
  public struct Value: Hashable, Sendable {
    /// What kind of value.
    public let subject: Subject
    /// The field it stands in.
    public let field: String
    /// The value in the form of the search index; with its country before a stroke where it has one.
    public let key: [UInt8]
  }

  /// The values; where a country is known, once with it and once without.
  public private(set) var values: [Value] = []
  /// Crossings of the way that is still ahead.
  public let ahead: Set<String>
  /// The crossing at which it took place.
  public private(set) var here: Set<String> = []

  /// What a body of this definition is about.
  public init(_ definition: Definition, _ body: ReadBody) {
    let watched = definition.watchedFields
    for key in definition.searchKeys(of: body) {
      guard let subject = watched[key.field] else { continue }
      values.append(Value(subject: subject, field: key.field, key: key.value))
    }
    ahead = Self.crossingsAhead(definition, body)
    guard let draft = try? definition.draft(of: body) else { return }
    for (index, field) in definition.sorted.enumerated() {
      guard let node = draft.node(index) else { continue }
      switch field.type {
      case .crossing: here.insert(draft.document.string(node))
      case .post: here.insert(Self.crossing(ofPost: draft.document.string(node)))
      default: continue
      }
    }
  }

  /// The crossings of the way that is still ahead of what a body tells.
  public static func crossingsAhead(_ definition: Definition, _ body: ReadBody) -> Set<String> {
    guard definition.namesCrossingsAhead, let draft = try? definition.draft(of: body) else { return [] }
    var ahead: Set<String> = []
    for (index, field) in definition.sorted.enumerated() {
      guard case .list(.crossing, _) = field.type, let node = draft.node(index) else { continue }
      var child = draft.document.firstChild(node)
      let end = draft.document.end(node)
      while child < end {
        ahead.insert(draft.document.string(child))
        child = draft.document.end(child)
      }
    }
    return ahead
  }

  /// `GT-SV/la-hachadura` of `GT-SV/la-hachadura/SV`.
  public static func crossing(ofPost post: String) -> String {
    post.lastIndex(of: "/").map { String(post[..<$0]) } ?? post
  }

  /// The keys of one kind of value.
  public func keys(_ subject: Subject) -> Set<[UInt8]> {
    Set(values.lazy.filter { $0.subject == subject }.map(\.key))
  }

  /// The keys of one kind with their country where it is known, else without: each value once.
  public func wholeKeys(_ subject: Subject) -> [[UInt8]] {
    let all = keys(subject)
    let isPartOfAnother: ([UInt8]) -> Bool =
      subject == .tariff
      ? { key in all.contains { $0.count > key.count && $0.starts(with: key) } }
      : { key in all.contains { $0.count > key.count && $0.ends(withNumber: key) } }
    return all.filter { !isPartOfAnother($0) }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Whether both are about the same thing of this kind.
  public func share(_ subject: Subject, with other: RecordSubjects) -> Bool {
    !Set(wholeKeys(subject)).isDisjoint(with: other.wholeKeys(subject))
  }
}

extension [UInt8] {
  /// Whether it is this number with a country before it: `SV/P123456` and `P123456`.
  func ends(withNumber number: [UInt8]) -> Bool {
    count > number.count && self[count - number.count - 1] == 0x2F && suffix(number.count).elementsEqual(number)
  }

  /// The number without the country before its stroke.
  var withoutCountry: [UInt8] { firstIndex(of: 0x2F).map { Array(self[($0 + 1)...]) } ?? self }
}
