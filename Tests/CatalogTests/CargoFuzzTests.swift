import Testing

@testable import Catalog

/// Spoilt declarations are refused with a sentence and never stop the program; what is taken is taken again as it is kept.
@Suite struct CargoFuzzTests {
  @Test(arguments: UInt64(1)...2) func aSpoiltDeclarationIsRefusedOrWhole(seed: UInt64) throws {
    let definition = try Sample.definition("manifests")
    let topology = try Sample.topology()
    var random = Seeded(seed)
    let good = Array(ManifestTests.good.utf8)
    let alphabet = Array(#"{}[]",:.-0123456789eAZ \u"#.utf8)
    var taken = 0
    for _ in 0..<1000 {
      let line = random.altered(good, with: alphabet)
      do throws(Refusal) {
        let body = try definition.check(line, from: Sample.salvador, topology: topology, now: Sample.now).body
        taken += 1
        let again = try definition.check(body, from: Sample.salvador, topology: topology, now: Sample.now)
        #expect(again.body == body)
        let few = definition.leaves.map(\.name).filter { _ in random.below(3) > 0 }
        let shared = definition.project(body, onto: few)
        #expect(definition.project(shared, onto: few) == shared)
        _ = definition.searchKeys(of: shared)
      } catch { #expect(!error.problem.isEmpty && !error.whatToDo.isEmpty) }
    }
    #expect(taken > 15, "\(taken)")
  }

  @Test func noTextMakesATagOrANumberTrap() throws {
    let trial = try Trial()
    var random = Seeded(7)
    let seeds =
      EPCTests.known.flatMap { [$0.uri, $0.hex] } + [
        "CSQU3054383", "1234.50", "0901.11.20.00", "3-5, 8", "urn:epc:raw:96.x30", "99999999999999999999",
      ]
    let fields = ["box", "seen_box", "tag", "chip", "sum", "rate", "free", "code", "duca"]
    for _ in 0..<2000 {
      let text = random.altered(Array(random.pick(seeds).utf8), with: Array("0123456789ABCDEFx.:-, ".utf8))
      guard let valid = String(validating: text, as: UTF8.self) else { continue }
      _ = LineRangeRule.last(of: text[...])
      _ = try? EPC(valid)
      for field in fields {
        _ = try? trial.canonical(field, JSONValue.text(valid).json)
        if trial.definition.searchNames.contains(field) {
          _ = try? trial.definition.searchKey(field: field, typed: valid)
        }
      }
    }
  }
}
