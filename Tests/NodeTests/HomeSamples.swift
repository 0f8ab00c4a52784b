import Ceremony
import Foundation
import Glibc
import Ledger
import Node
import Sodium
import Terms
import Testing

/// A folder of its own for each test, removed with it, and homes in it.
final class Scratch {
  static let now = Instant(milliseconds: 1_790_000_000_000)  // 2026-09-21
  let folder: String
  let entropy = SystemEntropy()

  init() throws {
    folder = NSTemporaryDirectory() + "istmo-home-" + SystemEntropy().bytes(8).hex
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static func phrase(_ text: String = "six quiet words for a root key") -> SecretBytes {
    SecretBytes(copying: Array(text.utf8))
  }

  static let topology: [String: [UInt8]] = [
    "central-america.toml": Array("# countries\n".utf8), "datasets/migration.toml": Array("# fields\n".utf8),
  ]

  func home(
    _ country: String = "SV", storage: StorageKeySource = .file, topology: [String: [UInt8]] = Scratch.topology,
    now: Instant = Scratch.now
  ) throws -> Home {
    try Home.create(
      "\(folder)/\(country)",
      config: HomeConfig(realm: Realm("istmo.sieca.int"), country: CountryCode(country)), topology: topology,
      passphrase: Self.phrase(), storage: storage, work: .least(entropy), entropy, now: now)
  }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  static func terms(until: String = "2028-08-31") throws -> AgreementTerms {
    try AgreementTerms(
      realm: Realm("istmo.sieca.int"), between: CountryCode("GT"), and: CountryCode("SV"),
      streams: [
        StreamTerms(
          stream: StreamName("SV/GT/migration"), version: 1, definition: SHA256.hash([1]), filter: [],
          fields: ["names", "document"], mode: .replicate, purpose: "Control migratorio", roles: ["migration-officer"],
          retentionDays: 1095)
      ], validFrom: CalendarDay("2026-09-01"), validUntil: CalendarDay(until))
  }

  /// A whole ceremony between two homes, each step kept in the home.
  static func ceremony(
    _ sv: Home, _ gt: Home, replacing: Bool = false, terms: AgreementTerms? = nil, now: Instant = Scratch.now
  ) throws -> (sv: CeremonyResult, gt: CeremonyResult) {
    let terms = try terms ?? Self.terms()
    for home in [sv, gt] {
      let root = try home.rootKeyFile().open(passphrase: phrase())
      try home.keep(CeremonyState.offer(root: root, card: home.card(), terms: terms, SystemEntropy(), now: now))
    }
    func step<R>(_ home: Home, with other: Home, _ body: (inout CeremonyState) throws -> R) throws -> R {
      var state = try #require(try home.ceremony(with: other.config.country))
      let result = try body(&state)
      try home.keep(state)
      return result
    }
    let svOffer = try step(sv, with: gt) { $0.offer.bytes }
    let gtOffer = try step(gt, with: sv) { $0.offer.bytes }
    var files: [[UInt8]] = []
    for (home, other, offer) in [(sv, gt, gtOffer), (gt, sv, svOffer)] {
      let pinned = try home.pinnedRoot(of: other.config.country)
      let root = try home.rootKeyFile().open(passphrase: phrase())
      files.append(
        try step(home, with: other) { state in
          let code = try state.compare(offer, pinned: pinned, replacingPinnedRoot: replacing, now: now)
          return try state.sign(
            offer: offer, code: code.description, officials: [Official("Ana Morales, Directora")], root: root, now: now
          ).bytes
        })
    }
    let (svFile, gtFile) = (files[0], files[1])
    return (
      try step(sv, with: gt) { try $0.complete(gtFile, now: now) },
      try step(gt, with: sv) { try $0.complete(svFile, now: now) }
    )
  }
}
