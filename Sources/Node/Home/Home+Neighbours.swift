import Ceremony
import Ledger
import Sodium
import Terms

// Roots and cards: whom this node believes.
extension Home {
  static func rootPath(_ country: CountryCode, _ home: String) -> String { "\(home)/roots/\(country).root" }

  static func pinnedRoot(_ country: CountryCode, _ home: String, _ realm: Realm) throws(HomeError) -> NoteKey? {
    let path = rootPath(country, home)
    guard Files.exists(path) else { return nil }
    let bytes = try Files.read(path, longest: 512, what: "the root key of \(country)")
    guard bytes.last == 0x0A, let text = String(validating: bytes.dropLast(), as: UTF8.self),
      let key = try? NoteKey(text), key == NoteKey(.root, of: country, in: realm, key: key.key)
    else { throw .damaged(path, problem: "one line with the root key of \(realm)/\(country) expected") }
    return key
  }

  /// The root key pinned for a country by a ceremony; nil when there has been none.
  /// - Throws: `HomeError.damaged` when the file was altered.
  public func pinnedRoot(of country: CountryCode) throws(HomeError) -> NoteKey? {
    try Self.pinnedRoot(country, path, config.realm)
  }

  func pin(_ root: NoteKey, of country: CountryCode) throws(HomeError) {
    try Files.write(Array("\(root)\n".utf8), to: Self.rootPath(country, path))
  }

  private func cardFolder(_ country: CountryCode) -> String { "\(path)/cards/\(country)" }

  func write(_ card: Card) throws(HomeError) {
    let folder = cardFolder(card.content.country)
    try Files.makeFolder(folder)
    // Nineteen digits hold every serial, so that the order of names is the order of serials.
    var name: [UInt8] = []
    name.appendDecimal(card.content.serial, width: 19)
    try Files.write(card.bytes, to: "\(folder)/\(String(decoding: name, as: UTF8.self)).card")
  }

  /// All cards held of a country, oldest first. Their signatures are checked, their dates are not: old ones are needed for
  /// what was signed under them.
  /// - Throws: `HomeError.damaged` naming the file that was altered.
  public func cards(of country: CountryCode) throws(HomeError) -> [Card] {
    guard let root = try pinnedRoot(of: country) else { return [] }
    var cards: [Card] = []
    for name in try Files.names(in: cardFolder(country)) where name.hasSuffix(".card") {
      let file = "\(cardFolder(country))/\(name)"
      let bytes = try Files.read(file, longest: Card.longest, what: "a card of \(country)")
      do throws(CardError) {
        let card = try Card(bytes)
        try card.verifySignature(root: root)
        cards.append(card)
      } catch { throw .damaged(file, problem: error.description) }
    }
    return cards.sorted { $0.content.serial < $1.content.serial }
  }

  /// The newest card of a country; nil when there is none.
  public func card(of country: CountryCode) throws(HomeError) -> Card? { try cards(of: country).last }

  /// This country's newest card.
  public func card() throws(HomeError) -> Card {
    guard let card = try card(of: config.country) else {
      throw .noFile("\(path)/cards/\(config.country)", what: "this country's card")
    }
    return card
  }

  /// Takes a card that was pushed over the link, or issued here, in place of the newest one held.
  /// - Throws: `HomeError.card` that says which rule it breaks; nothing is stored then.
  public func accept(_ card: Card, now: Instant) throws(HomeError) -> Card.Renewal {
    let country = card.content.country
    guard let root = try pinnedRoot(of: country), let held = try self.card(of: country) else {
      throw .noFile(cardFolder(country), what: "an earlier card of \(country), from a ceremony,")
    }
    let renewal: Card.Renewal
    do { renewal = try Card.accept(card, replacing: held, root: root, now: now) } catch { throw .card(error) }
    if renewal != .unchanged { try write(card) }
    return renewal
  }

  /// Pins the neighbour's root and keeps its card, as a ceremony gave them. Doing it again is harmless.
  func adopt(_ result: CeremonyResult) throws(HomeError) {
    let country = result.neighbour
    if let pinned = try pinnedRoot(of: country), pinned != result.neighbourRoot {
      guard result.replacesPinnedRoot else {
        throw .rootChanged(country, pinned: pinned, found: result.neighbourRoot)
      }
      // Cards of the old root stay, aside: what was signed under them can still be proven. Cards go first, so that a crash
      // in between leaves the old root without cards, and repeating the step mends it.
      if Files.exists(cardFolder(country)) {
        try Files.move(cardFolder(country), to: "\(cardFolder(country))-\(pinned.id)")
      }
      try Files.write(Array("\(pinned)\n".utf8), to: "\(path)/roots/\(country)-\(pinned.id).retired")
    }
    try pin(result.neighbourRoot, of: country)
    // The neighbour may have pushed a newer card since it made its offer.
    if let held = try card(of: country), held.content.serial >= result.neighbourCard.content.serial {
      guard held.content.serial > result.neighbourCard.content.serial || held.content == result.neighbourCard.content
      else { throw .card(.twoWithOneSerial(country: country, serial: held.content.serial)) }
      return
    }
    try write(result.neighbourCard)
  }
}
