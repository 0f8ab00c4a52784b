import Catalog
import Ceremony
import Ledger
import Sodium
import Terms

// Agreements and the ceremonies that make them.
extension Home {
  private func agreementFolder(_ country: CountryCode) -> String { "\(path)/agreements/\(country)" }
  private func statePath(_ country: CountryCode) -> String { "\(path)/ceremonies/\(country).state" }

  /// Keeps what a complete ceremony gave: the neighbour's root and card, both minutes, then the agreement, which counts from
  /// the moment it stands last in the order of signing. Doing it again is harmless.
  /// - Throws: `HomeError.rootChanged` when another root is pinned and the ceremony was not told to replace it.
  public func keep(_ result: CeremonyResult) throws(HomeError) {
    try refuseForObservers(result.agreement.terms)
    try adopt(result)
    let (folder, digest) = (agreementFolder(result.neighbour), result.agreement.digest)
    try Files.makeFolder(folder)
    for minutes in [result.minutes, result.otherMinutes] {
      try Files.write(minutes.bytes, to: "\(folder)/\(digest).\(minutes.content.country).minutes")
    }
    try Files.write(result.agreement.bytes, to: "\(folder)/\(digest).agreement")
    // A text that was signed before and is signed again is the newest again.
    let order = try order(of: result.neighbour).filter { $0 != digest } + [digest]
    try Files.write(Array(order.map { "\($0)\n" }.joined().utf8), to: "\(folder)/order")
  }

  /// The countries with which an agreement was ever signed, in alphabetical order.
  public func partners() throws(HomeError) -> [CountryCode] {
    try countries(in: "\(path)/agreements", suffix: "")
  }

  /// The digests of the agreements with a country, in the order in which they were signed.
  private func order(of country: CountryCode) throws(HomeError) -> [Digest] {
    let file = "\(agreementFolder(country))/order"
    guard Files.exists(file) else { return [] }
    let bytes = try Files.read(file, longest: 1 << 20, what: "the order of the agreements with \(country)")
    let digests = bytes.split(separator: 0x0A).compactMap { Digest(hex: String(decoding: $0, as: UTF8.self)) }
    guard digests.map({ "\($0)\n" }).joined().utf8.elementsEqual(bytes) else {
      throw .damaged(file, problem: "lines of 64 hexadecimal digits expected")
    }
    return digests
  }

  /// Every agreement ever signed with a country, in the order of signing. Those under a root that was replaced since verify
  /// under the roots they name.
  /// - Throws: `HomeError.damaged` naming the file that was altered.
  public func agreements(with country: CountryCode) throws(HomeError) -> [Agreement] {
    let folder = agreementFolder(country)
    let order = try order(of: country)
    var unordered: [Agreement] = []
    for name in try Files.names(in: folder) where name.hasSuffix(".agreement") {
      guard let digest = Digest(hex: name.dropLast(10)) else {
        throw .damaged("\(folder)/\(name)", problem: "it is not named after a digest")
      }
      if !order.contains(digest) { unordered.append(try read(digest, with: country)) }
    }
    return try unordered + order.map { (digest) throws(HomeError) in try read(digest, with: country) }
  }

  /// The agreements of these that can be in force: both roots in them are the ones pinned now. What was made under the others
  /// can still be sent, received and proven.
  /// - Throws: `HomeError.damaged` naming the file that was altered.
  public func countingAgreements(with country: CountryCode) throws(HomeError) -> [Agreement] {
    let pinned = try pinnedRoot(of: country)
    return try agreements(with: country).filter { $0.root(of: country) == pinned }
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

  private func refuseForObservers(_ terms: AgreementTerms) throws(HomeError) {
    guard terms.a.isObserver || terms.b.isObserver else { return }
    // Without its definitions nothing is known to be harmless.
    let registry = try? loadRegistry()
    for stream in terms.streams {
      if let fault = ObserverRule.fault(stream, registry?.definition(of: stream)) { throw .observer(fault) }
    }
  }

  private func read(_ digest: Digest, with country: CountryCode) throws(HomeError) -> Agreement {
    let file = "\(agreementFolder(country))/\(digest).agreement"
    let bytes = try Files.read(file, longest: Agreement.longest, what: "the agreement with \(country)")
    do throws(AgreementError) {
      let agreement = try Agreement(bytes)
      guard agreement.digest == digest, agreement.terms.partner(of: config.country) == country else {
        throw .notANote("it is another agreement than its name says")
      }
      let other = agreement.root(of: country) ?? root
      let first = config.country < country
      try agreement.verify(rootA: first ? root : other, rootB: first ? other : root)
      return agreement
    } catch { throw .damaged(file, problem: error.description) }
  }

  /// The ceremony with a country as its last step left it; nil when there is none.
  /// - Throws: `HomeError.ceremonyDamaged` when the file was altered.
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
    } catch { throw .ceremonyDamaged(file, error) }
  }

  /// Keeps a ceremony until its next step, in place of what was kept before, whatever that was.
  /// - Throws: `HomeError.observer` when its terms would bring an observer what it may not have.
  public func keep(_ ceremony: CeremonyState) throws(HomeError) {
    try refuseForObservers(ceremony.offer.terms)
    try Files.write(ceremony.bytes, to: statePath(ceremony.neighbour))
  }

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
