import Ceremony
import Ledger
import Sodium
import Terms

// Agreements and the ceremonies that make them.
extension Home {
  private func agreementFolder(_ country: CountryCode) -> String { "\(path)/agreements/\(country)" }
  private func statePath(_ country: CountryCode) -> String { "\(path)/ceremonies/\(country).state" }

  /// Keeps what a complete ceremony gave: the neighbour's root and card, both minutes, then the agreement, which is in
  /// force from the moment its name stands in `current`. Doing it again is harmless.
  /// - Throws: `HomeError.rootChanged` when another root is pinned and the ceremony was not told to replace it.
  public func keep(_ result: CeremonyResult) throws(HomeError) {
    try adopt(result)
    let (folder, digest) = (agreementFolder(result.neighbour), result.agreement.digest)
    try Files.makeFolder(folder)
    for minutes in [result.minutes, result.otherMinutes] {
      try Files.write(minutes.bytes, to: "\(folder)/\(digest).\(minutes.content.country).minutes")
    }
    try Files.write(result.agreement.bytes, to: "\(folder)/\(digest).agreement")
    try Files.write(Array("\(digest)\n".utf8), to: "\(folder)/current")
  }

  /// The countries with which an agreement was ever signed, in alphabetical order.
  public func partners() throws(HomeError) -> [CountryCode] {
    try countries(in: "\(path)/agreements", suffix: "")
  }

  /// The agreement that was signed last with a country; nil when there is none. Whether its dates cover the moment is for
  /// `Agreement.isInForce`.
  /// - Throws: `HomeError.damaged` naming the file that was altered.
  public func agreement(with country: CountryCode) throws(HomeError) -> Agreement? {
    let pointer = "\(agreementFolder(country))/current"
    guard Files.exists(pointer) else { return nil }
    let bytes = try Files.read(pointer, longest: 128, what: "the name of the agreement with \(country)")
    guard bytes.last == 0x0A, let digest = Digest(hex: String(decoding: bytes.dropLast(), as: UTF8.self)) else {
      throw .damaged(pointer, problem: "64 hexadecimal digits expected")
    }
    return try agreement(digest, with: country)
  }

  /// Every agreement ever signed with a country, in order of digest. Those under a root that was replaced since verify
  /// under the roots they name; the one in force verifies under the pinned ones.
  /// - Throws: `HomeError.damaged` naming the file that was altered.
  public func agreements(with country: CountryCode) throws(HomeError) -> [Agreement] {
    var out: [Agreement] = []
    for name in try Files.names(in: agreementFolder(country)) where name.hasSuffix(".agreement") {
      guard let digest = Digest(hex: name.dropLast(10)) else {
        throw .damaged("\(agreementFolder(country))/\(name)", problem: "it is not named after a digest")
      }
      out.append(try read(digest, with: country, pinned: nil))
    }
    return out
  }

  /// Both sides' minutes of an agreement, in alphabetical order of country.
  /// - Throws: `HomeError.damaged` naming the file that was altered.
  public func minutes(of agreement: Agreement) throws(HomeError) -> [Minutes] {
    guard let partner = agreement.terms.partner(of: config.country) else { return [] }
    var out: [Minutes] = []
    for country in [agreement.terms.a, agreement.terms.b] {
      let file = "\(agreementFolder(partner))/\(agreement.digest).\(country).minutes"
      let bytes = try Files.read(file, longest: Minutes.longest, what: "the minutes of \(country)")
      guard let minutes = try? Minutes(bytes), let root = agreement.root(of: country), minutes.isSigned(by: root),
        minutes.content.agreement == agreement.digest
      else { throw .damaged(file, problem: "they are not the minutes that \(country) signed") }
      out.append(minutes)
    }
    return out
  }

  private func agreement(_ digest: Digest, with country: CountryCode) throws(HomeError) -> Agreement {
    guard let other = try pinnedRoot(of: country) else {
      throw .noFile(Self.rootPath(country, path), what: "the root key of \(country)")
    }
    return try read(digest, with: country, pinned: other)
  }

  private func read(_ digest: Digest, with country: CountryCode, pinned: NoteKey?) throws(HomeError) -> Agreement {
    let file = "\(agreementFolder(country))/\(digest).agreement"
    let bytes = try Files.read(file, longest: Agreement.longest, what: "the agreement with \(country)")
    do throws(AgreementError) {
      let agreement = try Agreement(bytes)
      guard agreement.digest == digest, agreement.terms.partner(of: config.country) == country else {
        throw .notANote("it is another agreement than its name says")
      }
      let other = pinned ?? agreement.root(of: country) ?? root
      let first = config.country < country
      try agreement.verify(rootA: first ? root : other, rootB: first ? other : root)
      return agreement
    } catch { throw .damaged(file, problem: error.description) }
  }

  /// The ceremony with a country as its last step left it; nil when there is none.
  /// - Throws: `HomeError.damaged` when the file was altered.
  public func ceremony(with country: CountryCode) throws(HomeError) -> CeremonyState? {
    let file = statePath(country)
    guard Files.exists(file) else { return nil }
    let bytes = try Files.read(file, longest: CeremonyState.longest, what: "the ceremony with \(country)")
    do throws(CeremonyError) {
      let state = try CeremonyState(bytes)
      guard state.country == config.country, state.neighbour == country, state.offer.root == root else {
        throw .stateDamaged("it is of \(state.country) with \(state.neighbour)")
      }
      return state
    } catch { throw .damaged(file, problem: error.description) }
  }

  /// Keeps a ceremony until its next step.
  public func keep(_ ceremony: CeremonyState) throws(HomeError) {
    try Files.write(ceremony.bytes, to: statePath(ceremony.neighbour))
  }

  /// Forgets a ceremony, so that another can begin.
  public func forgetCeremony(with country: CountryCode) throws(HomeError) { try Files.remove(statePath(country)) }

  /// The countries with which a ceremony is kept, in alphabetical order.
  public func ceremonies() throws(HomeError) -> [CountryCode] {
    try countries(in: "\(path)/ceremonies", suffix: ".state")
  }

  private func countries(in folder: String, suffix: String) throws(HomeError) -> [CountryCode] {
    try Files.names(in: folder).filter { $0.hasSuffix(suffix) }.compactMap {
      try? CountryCode($0.dropLast(suffix.count))
    }
  }
}
