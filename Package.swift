// swift-tools-version: 6.2
import PackageDescription

// Arrows point downward only: a target may use what stands below it in this list.
// Tests/StructureTests reads this file's graph and refuses an upward arrow.

// Programs that are used have the runtime in them: calls into it, of which there are thousands a record, go straight there. What is
// generic is made for its types across targets.
let runtime = ["-static-stdlib"]
let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .unsafeFlags(runtime + ["-cross-module-optimization"], .when(configuration: .release)),
]
let program: [LinkerSetting] = [.unsafeFlags(runtime, .when(configuration: .release))]

// Optimised in debug builds too: most of what the tests and the simulation do is done here, and takes a third of the time so. What
// stands above is not: it would take longer to build than it saves.
let optimised: Set = [
  "Simulator", "Store", "Link", "Exchange", "Ceremony", "Tables", "Catalog", "Ledger", "LZ4", "Noise", "Sodium",
  "Terms",
]

func target(_ name: String, _ uses: [String], resources: [Resource] = []) -> Target {
  let settings: [SwiftSetting] = optimised.contains(name) ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []
  return .target(
    name: name, dependencies: uses.map { .byName(name: $0) }, resources: resources, swiftSettings: swift + settings)
}

func tests(_ name: String, _ uses: [String], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: uses.map { .byName(name: $0) }, resources: resources, swiftSettings: swift)
}

let package = Package(
  name: "istmo",
  products: [.executable(name: "istmo", targets: ["istmo"])],
  targets: [
    .executableTarget(name: "istmo", dependencies: ["Commands"], swiftSettings: swift, linkerSettings: program),
    .executableTarget(
      name: "Bench", dependencies: ["Node", "Store", "Exchange", "Programs", "HTTP", "Catalog", "Sodium", "Terms"],
      swiftSettings: swift, linkerSettings: program),
    .executableTarget(name: "Simulate", dependencies: ["Simulator"], swiftSettings: swift, linkerSettings: program),
    .executableTarget(
      name: "StoreBench", dependencies: ["Store", "Exchange", "Terms", "CSQLite"], swiftSettings: swift,
      linkerSettings: program),
    target(
      "Commands",
      [
        "Desk", "Node", "Traffic", "Programs", "HTTP", "Exchange", "Officers", "Indicators", "Tables", "Certificates",
        "Catalog", "Ceremony", "Ledger", "Noise", "Sodium", "Terms",
      ]),
    target(
      "Desk",
      [
        "Node", "Link", "HTTP", "Charts", "Markup", "QR", "Indicators", "Forms", "Tables", "Certificates", "Exchange",
        "Officers", "Catalog", "Ceremony", "Sodium", "Terms",
      ]),
    target(
      "Node",
      [
        "Link", "Noise", "Store", "Exchange", "Officers", "Indicators", "Catalog", "Ceremony", "Ledger", "Sodium",
        "Terms",
      ]),
    target("Simulator", ["Store", "Exchange", "Ledger", "Sodium", "Terms"]),
    target("Store", ["Exchange", "Ledger", "Sodium", "Terms", "CFileSync", "CSQLite"]),
    target("Programs", []),
    target("Traffic", ["Catalog", "Sodium", "Terms"]),
    target("HTTP", ["CMicroHTTPD", "CCurl"]),
    target("Link", ["Noise", "Sodium", "Terms", "CEpoll"]),
    target(
      "Exchange", ["Ledger", "LZ4", "Sodium", "Terms"], resources: [.embedInCode("Coding/body-dictionary-1.txt")]),
    target("Ceremony", ["Ledger", "Sodium", "Terms"]),
    target("Charts", ["Markup"]),
    target("Markup", []),
    target("QR", ["CQRencode"]),
    target("LZ4", ["CLZ4"]),
    target("Officers", ["Catalog", "Ledger", "Sodium", "Terms"]),
    target("Indicators", ["Tables", "Catalog", "Terms"]),
    target("Forms", ["Tables", "Catalog", "Terms"]),
    target("Tables", ["Catalog"]),
    target("Certificates", ["Catalog", "Sodium", "Terms", "CXML2"]),
    target("Catalog", ["CToml", "Sodium", "Terms"]),
    target("Ledger", ["Sodium", "Terms"]),
    target("Noise", ["Sodium", "Terms"]),
    target("Sodium", ["CSodium", "CNettle", "Terms"]),
    target("Terms", []),
    // Every test that makes a home reads a topology, three times faster so.
    .target(name: "CToml", cxxSettings: [.unsafeFlags(["-std=c++17", "-O2"])]),
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "CFileSync"),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    tests("StructureTests", []),
    tests("TermsTests", ["Terms"]),
    tests("SodiumTests", ["Sodium", "CSodium", "Terms"], resources: [.copy("Vectors")]),
    tests("LedgerTests", ["Ledger", "Sodium", "Terms"], resources: [.copy("Vectors")]),
    tests("NoiseTests", ["Noise", "Sodium", "Terms"], resources: [.copy("Vectors")]),
    tests("CatalogTests", ["Catalog", "Sodium", "Terms"]),
    tests("ChartsTests", ["Charts", "Markup"]),
    tests("IndicatorsTests", ["Indicators", "Traffic", "Catalog", "Terms"]),
    tests("CertificatesTests", ["Certificates", "Catalog", "Terms"]),
    tests("OfficersTests", ["Officers", "Catalog", "Ledger", "Sodium", "Terms"]),
    tests("TablesTests", ["Tables", "Catalog", "Terms"]),
    tests("FormsTests", ["Forms", "Catalog", "Terms"]),
    tests("CeremonyTests", ["Ceremony", "Ledger", "Sodium", "Terms"]),
    tests("ExchangeTests", ["Simulator", "Store", "Exchange", "Ledger", "Sodium", "Terms"]),
    tests("SimulationTests", ["Simulator", "Store", "Exchange", "Ledger", "Sodium", "Terms"]),
    tests("StoreTests", ["Store", "Exchange", "Sodium", "Terms"]),
    tests("LinkTests", ["Link", "Noise", "Sodium", "Terms"]),
    tests("HTTPTests", ["HTTP"]),
    tests("QRTests", ["QR"]),
    tests("TrafficTests", ["Traffic", "Catalog", "Terms"]),
    tests(
      "NodeTests",
      [
        "Node", "Traffic", "Indicators", "Store", "Exchange", "Officers", "Certificates", "Catalog", "Ceremony",
        "Ledger",
        "Sodium", "Terms",
      ]),
    tests(
      "DeskTests",
      [
        "Desk", "Node", "Link", "Traffic", "Programs", "HTTP", "Charts", "Markup", "Indicators", "Forms",
        "Certificates",
        "Exchange", "Officers", "Catalog", "Ceremony", "Ledger", "Sodium", "Terms",
      ]),
    tests("DemoTests", ["istmo", "Commands", "Programs", "Catalog", "Sodium", "Terms"]),
    // These run the program `istmo`, which a build of the tests puts beside them; they read stopped homes by the libraries.
    tests("PairTests", ["Node", "HTTP", "Store", "Exchange", "Catalog", "Ceremony", "Ledger", "Sodium", "Terms"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
