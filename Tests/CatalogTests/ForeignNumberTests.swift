import Testing

@testable import Catalog

/// Other people's code gives the same verdict on generated numbers, valid and invalid, save where Docs/Datasets.md says why not.
@Suite(.enabled(if: ForeignProgram.python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"))
struct ForeignNumberTests {
  let trial: Trial

  init() throws { trial = try Trial() }

  /// The lines that a script of Tests/Interop/catalog-python prints, each divided at its tabs.
  private func lines(_ script: String, seed: Int, count: Int) async throws -> [[String]] {
    let python = try #require(ForeignProgram.python)
    let run = try await ForeignProgram(
      python, ["\(Sample.root)/Tests/Interop/catalog-python/\(script)", "\(seed)", "\(count)"],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    try #require(run.status == 0, "\(run.output.suffix(2000))")
    return run.output.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func takes(_ field: String, _ json: String) -> Bool { (try? trial.canonical(field, json)) != nil }

  /// Each kind some 10,000 times. `python-stdnum` says yes, or names the error.
  @Test(arguments: [21]) func containersAndTaxNumbersAgree(seed: Int) async throws {
    var counts: [String: (agreed: Int, explained: Int, valid: Int)] = [:]
    for line in try await lines("numbers.py", seed: seed, count: 5500) {
      try #require(line.count == 3, "\(line)")
      let (kind, number, verdict) = (line[0], line[1], line[2])
      let country = kind.prefix(2).uppercased()
      let isTaken =
        kind == "iso6346"
        ? takes("box", "\"\(number)\"") : takes("firm", "{\"country\":\"\(country)\",\"number\":\"\(number)\"}")
      var count = counts[kind] ?? (0, 0, 0)
      if isTaken { count.valid += 1 }
      if isTaken == (verdict == "yes") {
        count.agreed += 1
      } else if isExplained(kind, number, verdict, isTaken) {
        count.explained += 1
      } else {
        Issue.record("\(kind) \(number): \(verdict), here \(isTaken)")
      }
      counts[kind] = count
    }
    for (kind, count) in counts {
      #expect(count.agreed > 8000 && count.agreed + count.explained >= 10_000, "\(kind) \(count)")
      #expect(count.valid > 2000 && count.valid < 10_000, "\(kind) \(count)")
    }
    #expect(counts.count == 6)
  }

  /// The differences that Docs/Datasets.md explains.
  private func isExplained(_ kind: String, _ number: String, _ verdict: String, _ isTaken: Bool) -> Bool {
    let key = WrittenNumber.key(Array(number.utf8)[...])
    func isCostaRican(_ lengths: ClosedRange<Int>, from first: ClosedRange<UInt8>) -> Bool {
      lengths.contains(key.count) && key.first.map(first.contains) == true
    }
    switch kind {
    case "iso6346":
      // It takes the category R, and digits in the owner's code.
      return !isTaken && verdict == "yes" && !ISO6346.isWellFormed(key)
    case "sv.nit":
      // A DUI has taken the NIT's place for persons.
      return isTaken && key.count == 9
    case "cr.cpf", "cr.cpj", "cr.cr":
      // One field takes all of the country's numbers, and types of company that its list lacks.
      if isTaken { return isCostaRican(9...9, from: 0x31...0x39) || isCostaRican(10...12, from: 0x30...0x35) }
      // It pads nine digits that begin with 0.
      return verdict == "yes" && key.count == 9 && key.first == 0x30
    default: return false
    }
  }

  @Test(arguments: [31]) func tagsAgreeBothWays(seed: Int) async throws {
    var (made, refused, read, raw) = (0, 0, 0, 0)
    for line in try await lines("tags.py", seed: seed, count: 5500) {
      switch line.first {
      case "encode":
        try #require(line.count == 3, "\(line)")
        let hex = (try? EPC(line[1]))?.hex ?? "-"
        #expect(hex == line[2], "\(line)")
        if hex == "-" { refused += 1 } else { made += 1 }
      case "decode":
        try #require(line.count == 4, "\(line)")
        let uri = try EPC(line[1]).uri
        if uri.hasPrefix("urn:epc:raw:") {
          // A part larger than its digits: epcpy refuses it, save the four bits of an asset type without digits, which it
          // drops; epc-encoding-utils writes a URI that cannot be read back.
          let hasNoType = line[2].hasPrefix("urn:epc:tag:grai-96:") && line[2].contains("..")
          #expect(line[2] == "-" || hasNoType && (try? EPC(line[2]).hex) != line[1], "\(line)")
          raw += 1
        } else {
          #expect(uri == line[2] && uri == line[3], "\(line)")
          read += 1
        }
      default: Issue.record("\(line)")
      }
    }
    #expect(made > 5000 && refused > 2000 && made + refused >= 10_000, "\(made) \(refused)")
    #expect(read > 5000 && raw > 500 && read + raw >= 10_000, "\(read) \(raw)")
  }
}
