import Catalog
import Exchange
import Terms

// The bodies of `POST /v1/expected` and `POST /v1/alerts`: the members of a lookup that say who asks what for, and few of their own.

extension ExpectedRequest {
  /// Reads the body of `POST /v1/expected`: `place`, the post, and who asks what for, `since` and `limit` as of a lookup.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    let (own, lookup) = try LookupRequest.asked(json, own: ["place"], shared: ["since", "limit"])
    guard let place = own["place"]?.string, !place.isEmpty, place.utf8.count <= 200 else {
      throw TermError(kind: "lookup", found: own["place"]?.json ?? "no place", expected: "the member \"place\", a post")
    }
    self.init(place: place, by: lookup.asker)
    (since, limit) = (lookup.since, lookup.limit)
  }
}

extension AlertHitsRequest {
  /// Reads the body of `POST /v1/alerts`: perhaps `place` and `open`, and who asks what for, `limit` as of a lookup.
  /// - Throws: `TermError` naming the member that is missing or wrong.
  public init(json: JSONValue) throws(TermError) {
    let (own, lookup) = try LookupRequest.asked(json, own: ["place", "open"], shared: ["limit"])
    self.init(by: lookup.asker)
    limit = lookup.limit
    switch own["place"] {
    case nil, .null: break
    case .text(let text) where !text.isEmpty && text.utf8.count <= 200: place = text
    case .some(let value): throw TermError(kind: "place", found: value.json, expected: "a post or a crossing")
    }
    switch own["open"] {
    case nil, .null: break
    case .boolean(let value): onlyOpen = value
    case .some(let value): throw TermError(kind: "open", found: value.json, expected: "true or false")
    }
  }
}

extension LookupRequest {
  /// Divides a body into members of its own and those of a lookup, which are read.
  fileprivate static func asked(
    _ json: JSONValue, own: [String], shared: [String]
  ) throws(TermError) -> (own: JSONValue, lookup: LookupRequest) {
    guard case .object(let members) = json else {
      throw TermError(kind: "lookup", found: "", expected: "a JSON object")
    }
    let known = own + ["officer", "role", "post", "purpose"] + shared
    for member in members where !known.contains(member.name) {
      throw TermError(kind: "member of a lookup", found: member.name, expected: known.joined(separator: ", "))
    }
    let rest = members.filter { !own.contains($0.name) }
    return (
      .object(members.filter { own.contains($0.name) }),
      try LookupRequest(json: .object(rest + [.init(name: "dataset", value: "any")]))
    )
  }
}
