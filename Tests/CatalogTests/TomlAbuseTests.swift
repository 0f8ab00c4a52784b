import Testing

@testable import Catalog

/// Files that no editor makes: a fault comes back, in bounded work, and nothing crosses from C++ but that.
@Suite struct TomlAbuseTests {
  private func faults(_ text: String) -> [Diagnostic] { Faulty.read(text).faults }

  private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  @Test func aFileThatIsNotUTF8IsToldWhere() {
    for (bytes, column) in [
      ([0xFF], 4), ([0xC3, 0x28], 4), ([0xED, 0xA0, 0x80], 4), ([0xC0, 0x80], 4), ([0xC3, 0xB1, 0xF1], 5),
    ] as [([UInt8], Int)] {
      for line in ["# \"", "k=\"", "kkk"] {
        let text = Array("a = 1\n".utf8) + Array(line.utf8) + bytes + [0x0A]
        #expect(
          Faulty.read(text).faults == [
            Diagnostic(
              file: "t.toml", line: 2, column: column, problem: "not UTF-8",
              whatToDo: "save the file as UTF-8 text; an editor offers it as the file's encoding")
          ])
      }
    }
    let plain = Faulty.topology.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    let utf16: [UInt8] = [0xFF, 0xFE] + plain
    #expect(Faulty.read(utf16).faults.map(\.problem) == ["not UTF-8"])
    #expect(Faulty.read(plain).faults.map(\.problem) == ["not TOML: a zero byte"])
  }

  @Test func aByteOrderMarkAndLineEndsOfWindowsAreTaken() {
    #expect(faults("\u{FEFF}" + Faulty.topology).isEmpty)
    #expect(faults(Faulty.topology.replacing("\n", with: "\r\n")).isEmpty)
    let faulty = Faulty.topology.replacing("\n", with: "\r\n").replacing("kind = \"port\"", with: "kind = \"prot\"")
    #expect(faults(faulty).map(\.line) == [26])
  }

  @Test func columnsCountCharacters() {
    let name = "ñandú😀"
    let text = Faulty.topology.replacing(
      #"{ es = "El Salvador", en = "El Salvador" }"#, with: #"{ es = "\#(name)", en = 7 }"#)
    #expect(faults(text).map { "\($0.line):\($0.column)" } == ["8:30"])
  }

  @Test func nestingIsBounded() {
    for text in [
      "a = " + times("[", 2000), "a = " + times("{b = ", 400), times("a.", 600) + "a = 1",
      "[" + times("a.", 600) + "a]", "a = " + times("[", 500) + times("]", 500),
    ] { #expect(faults(text).map(\.problem) == ["not TOML: nested deeper than 16"], "\(text.prefix(20))") }
    let deep = times("[", 1900)
    // A string in three quotes may end in one or two quotes of its own; they must not hide what comes after.
    for quotes in ["\"\"\"", "'''"] {
      let quote = quotes.prefix(1)
      for end in ["", quote, quote + quote] {
        for begin in ["", "x", "\n"] {
          let text = "a = [\(quotes)\(begin)\(quotes)\(end), \(deep)"
          #expect(faults(text + "\n").count == 1)
          #expect(faults(text + quote + "]\n").count == 1)
        }
      }
    }
    for text in [
      "a = \"\\\"\(deep)", "a = '\\' \(deep)", "# \"\na = \(deep)", "a = \"x\" # \"\nb = \(deep)", "\"a\(deep)",
    ] {
      #expect(faults(text).count == 1)
    }
  }

  @Test func lengthIsBounded() {
    #expect(faults("a = \"" + times("x", 2050)).map(\.problem) == ["not TOML: a line longer than 2048 bytes"])
    #expect(faults("a = 1\n" + times(" ", 4000)).map(\.line) == [2])
    #expect(faults(times("#\n", 131_073)).map(\.problem) == ["not TOML: longer than 256 KiB"])
    #expect(faults(times("#\n", 131_071)).allSatisfy { $0.problem.hasPrefix("topology has no") })
    let long = Faulty.topology.replacing("purpose = \"Trial.\"", with: "purpose = \"\"\"\(times("x\n", 1500))\"\"\"")
    #expect(faults(long).map(\.problem) == ["a text longer than 2000 bytes"])
    let list = Faulty.topology.replacing("roles = [", with: "roles = [\n" + times("\"r\",\n", 256))
    #expect(faults(list).map(\.problem) == ["a list of more than 256 values"])
  }

  @Test func noMoreFaultsAreToldThanAreRead() {
    let many = faults(Faulty.topology + (0..<3000).map { "[[pair]]\nkey\($0) = 1\n" }.joined())
    #expect(many.count == Topology.faultsMax)
    let datasets = faults(
      Faulty.topology.replacing("[dataset]\n", with: "[dataset]\n" + (0..<300).map { "d\($0) = 1\n" }.joined()))
    #expect(datasets.contains { $0.problem == "more than 100 datasets" })
    let pairs = faults(Faulty.topology + times("[[pair]]\ncountries = [\"GT\", \"HN\"]\nneighbours = false\n", 1000))
    #expect(pairs.contains { $0.problem == "more than 1000 pairs" } || pairs.count == Topology.faultsMax)
  }

  @Test func whatIsToldFitsOnALineOfATerminal() {
    for key in ["\"a\\nb\"", "\"\\u001b[2J\"", "\"\\u202e\"", "\"\(times("k", 1500))\"", "'\u{9B}'"] {
      let all = faults("\(key) = 1\n" + Faulty.topology)
      #expect(all.count == 1)
      for fault in all {
        #expect(fault.description.unicodeScalars.allSatisfy { !ShownText.isHidden($0.value) })
        #expect(fault.description.utf8.count < 1000)
      }
    }
  }

  @Test func keysWithEscapesAreFoundInBoundedWork() {
    let keys = (0..<140).map { "\"\\u\(String(0x4E00 + $0, radix: 16))\" = 1" }.joined(separator: ", ")
    let all = faults(Faulty.topology + times("[[crossing]]\nx = { \(keys) }\n", 5))
    #expect(!all.isEmpty)
  }

  @Test(arguments: UInt64(0)..<6) func alteredFilesAreTakenOrTold(seed: UInt64) {
    var random = Seeded(seed)
    let alphabet = Array("[]{}=\"'.,#\n\r\t\\0aé\u{0}".utf8)
    for _ in 0..<250 {
      let (topology, faults) = Faulty.read(random.altered(Array(Faulty.topology.utf8), with: alphabet))
      #expect((topology == nil) == !faults.isEmpty, "seed \(seed)")
      let definition = random.altered(Array(Faulty.definition.utf8), with: alphabet)
      let read = Definition.read(definition, file: "trial.toml")
      #expect((read.definition == nil) == !read.faults.isEmpty, "seed \(seed)")
    }
  }

  @Test func everyTruncationIsTakenOrTold() {
    let bytes = Array(Faulty.topology.utf8)
    for count in 0..<bytes.count {
      let (topology, faults) = Faulty.read(Array(bytes.prefix(count)))
      #expect((topology == nil) == !faults.isEmpty, "\(count)")
    }
  }

  @Test func aFileThatCannotBeReadIsToldWhy() {
    #expect(Topology.check("/nonexistent/t.toml").map(\.problem) == ["there is no such file"])
    #expect(Topology.check("/").map(\.problem) == ["this is a folder"])
    #expect(Topology.check("/dev/zero").map(\.problem) == ["not TOML: longer than 256 KiB"])
    #expect(throws: TopologyFaults.self) { try Topology.load("/nonexistent/t.toml") }
  }

  @Test func aDefinitionStandsBesideItsTopology() {
    for path in ["a.toml", "datasets/a-b_1.toml", "a/b/c"] { #expect(Topology.isDefinitionPath(path)) }
    for path in ["", "/a", "../a", "a/../b", ".a", "a//b", "a/", "a b", "ñ", "a\\b", times("a", 201)] {
      #expect(!Topology.isDefinitionPath(path), "\(path)")
    }
  }
}
