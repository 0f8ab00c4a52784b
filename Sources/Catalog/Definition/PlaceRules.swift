import Terms

/// The post must be the one that acts at the crossing in the direction (one control in the country left, unless the
/// topology says otherwise).
struct ActingPostRule: Hashable, Sendable {
  let crossing: Int
  let post: Int
  let from: Int
  let to: Int

  func check(_ draft: borrowing Draft, _ definition: Definition, _ topology: Topology) throws(Refusal) {
    guard let crossingID = draft.text(crossing), let postID = draft.text(post), let from = draft.string(from),
      let to = draft.string(to), let place = topology.crossing(crossingID.span), let fromCode = try? CountryCode(from),
      let toCode = try? CountryCode(to)
    else { return }
    let field = definition.sorted[self.from]
    guard fromCode != toCode else {
      throw definition.sorted[self.to].refusal("a direction leads from one country to another", "write both", found: to)
    }
    guard place.connects(fromCode, toCode) else {
      throw field.refusal(
        "the direction is not one of the crossing \(place.id)",
        place.countries.count == 2
          ? "write from and to as \(place.countries.map(\.description).joined(separator: " and ")), in either order"
          : "write \(place.countries.map(\.description).joined()) as from or as to", found: "\(from) to \(to)")
    }
    guard let acting = topology.actingPost(at: place, from: fromCode, to: toCode, dataset: definition.dataset) else {
      return
    }
    guard acting.id.isSame(as: postID.span) else {
      throw definition.sorted[post].refusal(
        "not the post that acts for \(definition.dataset) at this crossing in this direction",
        "the control is made at \(acting.id)", found: draft.string(post))
    }
  }
}

/// The post must be one of the crossing's; a crossing that is absent is the post's.
struct PostOfCrossingRule: Hashable, Sendable {
  let crossing: Int
  let post: Int

  func derive(_ draft: inout Draft) {
    guard draft.node(crossing) == nil, let post = draft.text(post), PlaceName.isPost(post.span),
      let stroke = post.lastIndex(of: 0x2F)
    else { return }
    draft.slots[crossing] = draft.document.addText(Array(post[..<stroke]))
  }

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    guard let crossing = draft.text(crossing), let post = draft.text(post) else { return }
    guard let stroke = post.lastIndex(of: 0x2F), post[..<stroke] == crossing else {
      throw definition.sorted[self.post].refusal(
        "not a post of the crossing", "write a post whose id begins with the crossing's, or correct the crossing",
        found: String(decoding: post, as: UTF8.self))
    }
  }
}

/// The post must be one of the publishing country: nobody records what another country's officers did.
struct OwnPostRule: Hashable, Sendable {
  let post: Int

  func check(
    _ draft: borrowing Draft, _ definition: Definition, _ author: CountryCode, _ topology: Topology
  ) throws(Refusal) {
    guard let id = draft.string(post), let post = topology.post(id) else { return }
    guard post.country == author else {
      throw definition.sorted[self.post].refusal(
        "a post of \(post.country), not of \(author)", "records of that post are published by \(post.country)",
        found: id)
    }
  }
}

/// The country must be the one that publishes: a registry's entries are its own country's to make.
struct OwnCountryRule: Hashable, Sendable {
  let country: Int

  func check(_ draft: borrowing Draft, _ definition: Definition, _ author: CountryCode) throws(Refusal) {
    guard let code = draft.string(country), code != author.description else { return }
    throw definition.sorted[country].refusal(
      "not \(author), which publishes", "records of another country are published by it", found: code)
  }
}

/// One moment or day may not lie after another.
struct OrderRule: Hashable, Sendable {
  let earlier: Int
  let later: Int

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    guard let first = draft.text(earlier), let second = draft.text(later), let a = day(first), let b = day(second),
      a > b
    else { return }
    throw definition.sorted[earlier].refusal(
      "after \(definition.sorted[later].name)", "correct one of the two",
      found: String(decoding: first, as: UTF8.self))
  }

  /// The day of a date, or the latest day anywhere of a moment (offsets reach fourteen hours).
  private func day(_ text: ArraySlice<UInt8>) -> CalendarDay? {
    if let parts = DateField.parts(text.span, partial: true) {
      guard let year = parts.year else { return nil }
      return CalendarDay(year: Int64(year), month: Int64(parts.month ?? 1), day: Int64(parts.day ?? 1))
    }
    return Instant(parsing: text).map { CalendarDay(of: $0.advanced(byMilliseconds: 14 * 3_600_000)) }
  }
}
