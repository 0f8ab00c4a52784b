import Foundation
import Testing

/// Package.swift lists the targets from top to bottom: a target may use what stands below it, and nothing else.
@Suite struct GraphTests {
  /// What comes with Swift.
  static let toolchain: Set<String> = [
    "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Swift", "Synchronization",
  ]
  /// Who may import a module in C beside its owner, and why. Nothing that a node is made of belongs here.
  static let comparisons: [String: [String: String]] = [
    "StoreBench": ["CSQLite": "measures the store beside the same library without it"]
  ]

  let graph: Graph
  let sources: [Repository.File]

  init() throws {
    graph = try Graph()
    sources = try Repository.files(in: ["Sources"], ending: ".swift")
  }

  @Test func everyFolderIsATargetAndEveryTargetHasAFolder() throws {
    #expect(try Repository.folders(in: "Sources") == Set(graph.targets.filter { !$0.isTest }.map(\.name)))
    let tests = try Repository.folders(in: "Tests").filter { $0.hasSuffix("Tests") }
    #expect(tests == Set(graph.targets.filter(\.isTest).map(\.name)))
    #expect(Set(graph.targets.map(\.name)).count == graph.targets.count)
  }

  @Test func arrowsPointDownward() throws {
    let places = Dictionary(graph.targets.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
    for (place, target) in graph.targets.enumerated() where !target.isTest {
      for use in target.uses {
        let below = try #require(places[use], "\(target.name) uses \(use), which is no target")
        #expect(below > place, "\(target.name) uses \(use), which does not stand below it in Package.swift")
      }
      #expect(Set(target.uses).count == target.uses.count, "\(target.name) names a dependency twice")
    }
  }

  @Test func thereIsNoCycle() {
    // Follows from the order; told apart so that a cycle is named as one.
    for target in graph.targets {
      var (seen, next) = (Set<String>(), target.uses)
      while let name = next.popLast() {
        #expect(name != target.name, "\(target.name) uses itself by a detour")
        if seen.insert(name).inserted { next += graph.target(name)?.uses ?? [] }
      }
    }
  }

  @Test func nothingUsesATestTarget() {
    for target in graph.targets {
      for use in target.uses { #expect(graph.target(use)?.isTest != true, "\(target.name) uses \(use)") }
    }
  }

  @Test func aModuleInCHasOneOwner() {
    for foreign in graph.targets where foreign.isForeign {
      let users = graph.targets.filter { $0.uses.contains(foreign.name) && !$0.isTest }.map(\.name)
      let owners = users.filter { Self.comparisons[$0]?[foreign.name] == nil }
      #expect(owners.count == 1, "\(foreign.name) is wrapped once, by one target; now by \(owners)")
      let importers = Set(sources.filter { imports(of: $0).contains(foreign.name) }.map { String($0.target) })
      #expect(importers.isSubset(of: users), "\(foreign.name) is imported by \(importers.sorted())")
    }
  }

  @Test func aComparisonIsAnExecutableThatNothingUses() throws {
    for (name, modules) in Self.comparisons {
      let target = try #require(graph.target(name), "\(name) is no target any more")
      #expect(target.isExecutable && name != "istmo", "\(name) is no executable of its own")
      #expect(!graph.targets.contains { $0.uses.contains(name) }, "\(name) is used by a target")
      for module in modules.keys { #expect(target.uses.contains(module), "\(name) does not use \(module) any more") }
    }
  }

  @Test func everyImportIsADeclaredDependency() throws {
    #expect(!sources.isEmpty)
    for file in sources {
      let target = try #require(graph.target(file.target), "\(file.path) belongs to no target")
      for module in imports(of: file) where !Self.toolchain.contains(module) {
        #expect(target.uses.contains(module), "\(file.path) imports \(module), which \(target.name) does not declare")
      }
    }
  }

  @Test func whatComesWithSwiftIsNotFoundationInTheCore() {
    // The core takes bytes and gives bytes: no files, no clock, no sockets.
    let outside = Self.toolchain.subtracting(["Swift", "Synchronization"])
    for file in sources where ["Terms", "Ledger", "Noise", "Exchange", "Indicators", "Traffic"].contains(file.target) {
      #expect(imports(of: file).isDisjoint(with: outside), "\(file.path)")
    }
  }

  /// The modules that a file imports: `import A`, `@testable import A`, `private import A`, `import struct A.B`.
  private func imports(of file: Repository.File) -> Set<String> {
    let pattern =
      /^\s*(?:@\w+(?:\(\w+\))?\s+|(?:public|package|internal|fileprivate|private)\s+)*import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?<name>\w+)/
      .anchorsMatchLineEndings()
    return Set(file.text.matches(of: pattern).map { String($0.name) })
  }
}
