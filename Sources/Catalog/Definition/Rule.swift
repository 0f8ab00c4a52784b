import Terms

/// A rule over several fields, bound to their places in the definition. Indirect, as rules are passed about with every record.
indirect enum Rule: Hashable, Sendable {
  case actingPost(ActingPostRule)
  case postOfCrossing(PostOfCrossingRule)
  case ownPost(OwnPostRule)
  case mrz(MRZRule)
  case name(NameRule)
  case order(OrderRule)
  case ownCountry(OwnCountryRule)
  case sum(SumRule)
  case atMost(AtMostRule)
  case equalsSum(EqualsSumRule)
  case lineRange(LineRangeRule)
  case expires(ExpiresRule)
  case ofAge(OfAgeRule)

  /// The kinds, with the parts each needs and may have, as definition files write them. All parts name fields, save
  /// `key`, which names a search key; `terms` names several.
  static let kinds: [(name: String, needed: [String], optional: [String])] = [
    ("acting-post", ["crossing", "post", "from", "to"], []),
    ("post-of-crossing", ["crossing", "post"], []),
    ("own-post", ["post"], []),
    ("mrz", ["mrz", "document", "surname", "given_names", "birth_date", "sex", "nationality"], []),
    ("name", ["key", "surname", "birth_date"], ["given_names"]),
    ("order", ["earlier", "later"], []), ("own-country", ["country"], []), ("sum", ["parts", "total"], []),
    ("at-most", ["value", "limit"], []), ("equals-sum", ["total", "terms"], []),
    ("line-range", ["range", "lines"], []), ("expires", ["expiry", "after"], []),
    ("of-age", ["birth_date", "at", "minor"], []),
  ]

  /// The types that the fields of a rule must have; parts not listed may be any.
  static let types: [String: [String]] = [
    "crossing": ["crossing"], "post": ["post"], "from": ["country"], "to": ["country"], "mrz": ["mrz"],
    "document": ["document"], "surname": ["text"], "given_names": ["text"], "birth_date": ["date"], "sex": ["enum"],
    "nationality": ["country"], "country": ["country"], "parts": amounts, "total": amounts, "value": amounts,
    "limit": amounts, "terms": amounts, "range": ["text"], "lines": ["group"], "expiry": ["date", "time"],
    "after": ["date", "time"], "at": ["time"], "minor": ["enum"],
  ]
  private static let amounts = ["decimal", "number"]

  /// The parts that may name a field in a group, `lines.net_kg`.
  static let partsInGroups: Set = ["parts", "value", "limit", "total", "terms", "range"]

  /// The rule of a description whose parts all name fields; nil when one does not.
  init?(_ named: NamedRule, index: (String?) -> Int?, sorted: [Field]) {
    func place(_ part: String) -> Int? { index(named.parts[part]) }
    func deep(_ name: String?) -> FieldPlace? {
      guard let name else { return nil }
      guard let dot = name.firstIndex(of: ".") else { return index(name).map { FieldPlace(top: $0) } }
      guard let top = index(String(name[..<dot])), case .group(let group) = sorted[top].type,
        let inner = group.sorted.firstIndex(where: { $0.name == name })
      else { return nil }
      return FieldPlace(top: top, inner: inner)
    }
    switch named.kind {
    case "acting-post":
      guard let crossing = place("crossing"), let post = place("post"), let from = place("from"), let to = place("to")
      else { return nil }
      self = .actingPost(ActingPostRule(crossing: crossing, post: post, from: from, to: to))
    case "post-of-crossing":
      guard let crossing = place("crossing"), let post = place("post") else { return nil }
      self = .postOfCrossing(PostOfCrossingRule(crossing: crossing, post: post))
    case "own-post":
      guard let post = place("post") else { return nil }
      self = .ownPost(OwnPostRule(post: post))
    case "mrz":
      guard let mrz = place("mrz"), let document = place("document"), let surname = place("surname"),
        let given = place("given_names"), let birth = place("birth_date"), let sex = place("sex"),
        let nationality = place("nationality")
      else { return nil }
      self = .mrz(
        MRZRule(
          mrz: mrz, document: document, surname: surname, given: given, birth: birth, sex: sex, nationality: nationality
        ))
    case "name":
      guard let key = named.parts["key"], let surname = place("surname"), let birth = place("birth_date") else {
        return nil
      }
      self = .name(NameRule(key: key, surname: surname, given: place("given_names"), birth: birth))
    case "order":
      guard let earlier = place("earlier"), let later = place("later") else { return nil }
      self = .order(OrderRule(earlier: earlier, later: later))
    case "own-country":
      guard let country = place("country") else { return nil }
      self = .ownCountry(OwnCountryRule(country: country))
    case "sum":
      guard let parts = deep(named.parts["parts"]), let total = place("total") else { return nil }
      self = .sum(SumRule(parts: parts, total: total))
    case "at-most":
      guard let value = deep(named.parts["value"]), let limit = deep(named.parts["limit"]) else { return nil }
      self = .atMost(AtMostRule(value: value, limit: limit))
    case "equals-sum":
      guard let total = deep(named.parts["total"]) else { return nil }
      self = .equalsSum(EqualsSumRule(total: total, terms: named.terms.compactMap(deep)))
    case "line-range":
      guard let range = deep(named.parts["range"]), let lines = place("lines") else { return nil }
      self = .lineRange(LineRangeRule(range: range, lines: lines))
    case "expires":
      guard let expiry = place("expiry"), let after = place("after") else { return nil }
      self = .expires(ExpiresRule(expiry: expiry, after: after))
    case "of-age":
      guard let birth = place("birth_date"), let at = place("at"), let minor = place("minor") else { return nil }
      self = .ofAge(OfAgeRule(birth: birth, at: at, minor: minor))
    default: return nil
    }
  }

  /// Fills in fields that are absent and follow from others.
  func derive(_ draft: inout Draft, _ definition: Definition, now: Instant) throws(Refusal) {
    switch self {
    case .postOfCrossing(let rule): rule.derive(&draft)
    case .mrz(let rule): try rule.derive(&draft, definition, now: now)
    default: break
    }
  }

  /// Checks fields against each other; each is well formed by itself.
  func check(
    _ draft: borrowing Draft, _ definition: Definition, author: CountryCode, topology: Topology
  ) throws(Refusal) {
    switch self {
    case .actingPost(let rule): try rule.check(draft, definition, topology)
    case .postOfCrossing(let rule): try rule.check(draft, definition)
    case .ownPost(let rule): try rule.check(draft, definition, author, topology)
    case .ownCountry(let rule): try rule.check(draft, definition, author)
    case .mrz(let rule): try rule.check(draft, definition)
    default: try checkFields(draft, definition)
    }
  }

  /// Checks fields against each other, for the rules that look at nothing but fields.
  func checkFields(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    switch self {
    case .order(let rule): try rule.check(draft, definition)
    case .sum(let rule): try rule.check(draft, definition)
    case .atMost(let rule): try rule.check(draft, definition)
    case .equalsSum(let rule): try rule.check(draft, definition)
    case .lineRange(let rule): try rule.check(draft, definition)
    case .expires(let rule): try rule.check(draft, definition)
    case .ofAge(let rule): try rule.check(draft, definition)
    default: break
    }
  }

  /// Appends the keys it makes.
  func appendKeys(_ draft: borrowing Draft, _ definition: Definition, to keys: inout [SearchKey]) {
    switch self {
    case .mrz(let rule): rule.appendKeys(draft, definition, to: &keys)
    case .name(let rule): rule.appendKeys(draft, to: &keys)
    default: break
    }
  }

  /// The name of the search key it makes, if any.
  var keyName: String? {
    if case .name(let rule) = self { return rule.key }
    return nil
  }

  /// The key of what an officer typed, when this rule makes keys of that name.
  func key(named name: String, typed: String) throws(Refusal) -> SearchKey? {
    guard case .name(let rule) = self, rule.key == name else { return nil }
    return try rule.key(typed: typed)
  }

  /// The field under which zones of field `name` are found.
  func documentName(forZone name: String, _ definition: Definition) -> String? {
    guard case .mrz(let rule) = self, definition.sorted[rule.mrz].name == name else { return nil }
    return definition.sorted[rule.document].name
  }
}

/// A rule as a definition file writes it.
struct NamedRule: Hashable, Sendable {
  var kind: String
  /// Part to field name.
  var parts: [String: String]
  /// The fields of the part `terms`.
  var terms: [String] = []
}
