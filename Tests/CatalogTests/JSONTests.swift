import Foundation
import Terms
import Testing

@testable import Catalog

/// The JSON reader refuses what RFC 8259 does not have, and what a record never needs, by a typed error.
@Suite struct JSONTests {
  private func reads(_ text: String) -> String? { try? JSONValue(parsing: Array(text.utf8)).json }

  private func fault(_ bytes: [UInt8]) -> String? {
    do {
      _ = try JSONScanner.scan(bytes)
      return nil
    } catch { return error.problem }
  }

  @Test func whatRFC8259HasIsRead() {
    for text in [
      "null", "true", "false", "0", "-1", "\"\"", "[]", "{}", "[null,[],{}]", #"{"a":{"b":[1,2]}}"#, #"{"":1}"#,
    ] { #expect(reads(text) == text) }
    #expect(reads(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n") == #"{"a":[1,2]}"#)
    #expect(reads(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#) == #""\"\\/\b\f\n\r\té😀""#)
    #expect(reads(#""\u0000\u001f\u007f""#) == "\"\\u0000\\u001f\u{7F}\"")
    for number in ["0.5", "-0.0", "1e5", "1E+5", "1e-5", "123456789012345678901234567890", "1e999999999"] {
      #expect(fault(Array(number.utf8)) == nil, "\(number)")
    }
  }

  @Test func anObjectIsWrittenAsTheValueOfItsMembers() throws {
    let ids = (1...3).map { RecordID(time: Instant(milliseconds: $0), random: (0, UInt64($0))) }
    let text = "a \"quoted\" \\ line\nñ😀\u{0}"
    var object = JSONObjectWriter(capacity: 8)
    object.add("text", text: text)
    object.add("id") { ids[0].append(to: &$0) }
    object.add("zero", number: 0)
    object.add("most", number: UInt64(Int64.max))
    object.add("ids", ids: ids)
    object.add("none", ids: [])
    object.add("body", json: Array(#"{"a":[1]}"#.utf8))
    object.add("null", nil)
    let value: JSONValue = [
      "text": .text(text), "id": .text(ids[0].description), "zero": 0, "most": .number(.max),
      "ids": .list(ids.map { .text($0.description) }), "none": .list([]), "body": ["a": .list([1])], "null": nil,
    ]
    #expect(String(decoding: object.finish(), as: UTF8.self) == value.json)
    #expect(JSONObjectWriter(capacity: 0).finish() == Array("{}".utf8))
  }

  @Test func whatItHasNotIsRefused() {
    for text in [
      "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1_0",
      "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\t\"", "\"\n\"", "'a'", "[", "[1", "[1,", "[1,]", "[,1]",
      "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{1:1}",
      "{\"a\" 1}",
      "{\"a\":1 \"b\":2}", "}", "1 1", "{}{}", "[]]", "//x\n1", "/**/1", "1\u{0}", "\u{0}", "\u{FEFF}1", "\u{A0}1",
      "\u{2028}1", "\u{B}1",
    ] { #expect(fault(Array(text.utf8)) != nil, "\(text)") }
  }

  @Test func surrogatesComeInPairs() {
    #expect(reads(#""\ud83d\ude00""#) == "\"😀\"")
    for text in [
      #""\ud83d""#, #""\ude00""#, #""\ude00\ud83d""#, #""\ud83d\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#,
      #""\ud83d\u0041""#,
      #""\ud83d\""#, #""\ud83d\u""#, #""\ud83d\ude0""#,
    ] { #expect(fault(Array(text.utf8)) != nil, "\(text)") }
  }

  @Test func onlyUTF8IsRead() {
    let bad: [[UInt8]] = [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xF0, 0x9F, 0x98],
    ]
    for bytes in bad {
      #expect(fault([0x22] + bytes + [0x22])?.contains("not UTF-8") == true, "\(bytes)")
      #expect(fault([0x22] + bytes) != nil)
      #expect(UTF8Reader.firstFault(in: [0x61] + bytes) == 1, "\(bytes)")
    }
    for scalar in ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"] {
      #expect(fault(Array("\"\(scalar)\"".utf8)) == nil)
      #expect(UTF8Reader.firstFault(in: Array(scalar.utf8)) == nil)
    }
  }

  @Test func nestingLengthAndMembersAreBounded() {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
    }
    #expect(fault(nested(9)) == nil)
    #expect(fault(nested(10))?.contains("nested deeper than 8") == true)
    #expect(fault([UInt8](repeating: 0x5B, count: 65_536))?.contains("nested deeper than 8") == true)
    #expect(fault(Array(String(repeating: #"{"a":"#, count: 10_000).utf8))?.contains("nested deeper") == true)
    let space = [UInt8](repeating: 0x20, count: 65_535)
    #expect(fault(space + [0x31]) == nil)
    #expect(fault(space + [0x31, 0x20]) == "longer than 64 KiB")
    func members(_ count: Int) -> [UInt8] {
      Array("{\((0..<count).map { "\"m\($0)\":0" }.joined(separator: ","))}".utf8)
    }
    #expect(fault(members(128)) == nil)
    #expect(fault(members(129))?.contains("more than 128 members") == true)
    #expect(fault(members(6000))?.contains("more than 128 members") == true)
  }

  @Test func noMemberStandsTwice() {
    for text in [
      #"{"a":1,"a":2}"#, #"{"a":1,"b":{"x":[1,2,{"a":3}]},"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"":1,"":2}"#,
      #"{"é":1,"e\u0301":2}"#, #"{"x":{"b":1,"b":1}}"#, #"[{"b":1,"b":1}]"#,
    ] { #expect(fault(Array(text.utf8)) == "a member stands twice", "\(text)") }
    for text in [#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}"#, #"{"a":1,"A":2,"á":3,"":4," ":5}"#] {
      #expect(fault(Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test func theFaultSaysWhere() {
    #expect(fault(Array(#"{"a":tru}"#.utf8)) == "not JSON at byte 6: an unknown word")
    #expect(fault(Array(#"{"a" 1}"#.utf8)) == "not JSON at byte 6: a colon must stand here")
    #expect(fault(Array("{\"a\":1".utf8))?.hasPrefix("not JSON at byte 7: ") == true)
  }

  @Test func numbersOfAValueAreWhole() {
    #expect(reads("9223372036854775807") == "9223372036854775807")
    #expect(reads("-9223372036854775808") == "-9223372036854775808")
    for text in ["9223372036854775808", "1.5", "1e2", "[1.0]"] { #expect(reads(text) == nil) }
  }

  static let whole = Array(
    #" {"a":[1,-2.5e+10,null,true,false],"é\u00e9\n":{"x":"\ud83d\ude00 ñ","":[[],{}]},"z":"e\u0301"} "#.utf8)

  @Test func everyTruncationIsRefused() throws {
    #expect(fault(Self.whole) == nil)
    for count in 0..<(Self.whole.count - 2) {
      #expect(fault(Array(Self.whole.prefix(count))) != nil, "\(count)")
    }
    let line = Sample.line()
    let (definition, topology) = (try Sample.definition(), try Sample.topology())
    for count in 0..<line.count {
      #expect(throws: Refusal.self) {
        try definition.check(Array(line.prefix(count)), from: Sample.salvador, topology: topology, now: Sample.now)
      }
    }
  }

  /// Whatever comes, a value or a refusal comes back; and what is taken holds together.
  @Test(arguments: UInt64(0)..<8) func alteredLinesAreTakenWholeOrRefused(seed: UInt64) throws {
    let (definition, topology) = (try Sample.definition(), try Sample.topology())
    let terms = try Sample.terms()
    let zone = ["mrz": MRZRuleTests.zone, "document": MRZRuleTests.passport]
    let lines = [Sample.line(), Sample.line(zone), Sample.line(base: RecordTests.confirmation), Self.whole]
    let alphabet = Array("{}[]\":,\\ue0159.-<Ñ\u{301}\u{202E} \u{0}".utf8)
    var random = Seeded(seed)
    for round in 0..<1500 {
      let line = random.altered(random.pick(lines), with: alphabet)
      if let value = try? JSONValue(parsing: line) {
        #expect(try JSONValue(parsing: Array(value.json.utf8)) == value, "seed \(seed), round \(round)")
      }
      // The bytes of a stranger reach these without having been checked.
      _ = definition.project(line, onto: terms.fields)
      _ = definition.searchKeys(of: line)
      _ = definition.admits(line, filter: terms.filter)
      _ = definition.fields(of: line)
      try? definition.verify(body: line, terms: terms)
      for author in [Sample.salvador, Sample.guatemala] {
        guard let record = try? definition.check(line, from: author, topology: topology, now: Sample.now) else {
          continue
        }
        let shared = definition.project(record.body, onto: terms.fields)
        if definition.admits(record.body, filter: terms.filter) {
          #expect(throws: Never.self, "seed \(seed), round \(round)") {
            try definition.verify(body: shared, terms: terms, isWithdrawal: record.change.isWithdrawal)
          }
        }
        guard !record.change.isWithdrawal else { continue }
        let again = try definition.check(record.body, from: author, topology: topology, now: Sample.now)
        #expect(again.body == record.body, "seed \(seed), round \(round)")
      }
    }
  }

  /// A recipient looks at places instead of writing a body anew; both say the same of whatever comes.
  @Test(arguments: UInt64(0)..<8) func theCanonicalFormIsKnownWithoutWritingIt(seed: UInt64) throws {
    let (definition, topology) = (try Sample.definition(), try Sample.topology())
    let lines = [Sample.line(), Sample.line(base: RecordTests.confirmation), Self.whole]
    let bodies = lines.flatMap { line in
      [Sample.salvador, Sample.guatemala].compactMap {
        try? definition.check(line, from: $0, topology: topology, now: Sample.now).body
      }
    }
    try #require(bodies.count >= 2)
    let alphabet = Array("{}[]\":,\\ue0159.-<Ñ\u{301} aZ".utf8)
    var random = Seeded(seed)
    var (canonical, other) = (0, 0)
    for round in 0..<4000 {
      var body = random.pick(bodies)
      if round % 10 == 1 {
        // A space where it changes nothing but the form.
        let signs = body.indices.filter { "{}[]:,".utf8.contains(body[$0]) }
        body.insert(0x20, at: random.pick(signs) + 1)
      } else if round % 10 > 1 {
        body = random.altered(body, with: alphabet)
      }
      guard let draft = try? definition.draft(of: ReadBody(body)) else { continue }
      let written = try? definition.write(draft, in: FieldContext())
      let isWritten = try? draft.isWritten(definition.sorted, byteCount: body.count, in: FieldContext())
      #expect((written == nil) == (isWritten == nil), "seed \(seed), round \(round)")
      guard let written, let isWritten else { continue }
      #expect(isWritten == (written == body), "seed \(seed), round \(round)")
      if isWritten { canonical += 1 } else { other += 1 }
    }
    #expect(canonical > 400 && other > 200)
  }

  @Test(
    .enabled(if: ForeignProgram.python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"),
    arguments: [UInt64(1), 2, 3])
  func pythonAgrees(seed: UInt64) async throws {
    var random = Seeded(seed)
    let alphabet = Array("{}[]\":,\\ue01d8.-+E/\t \u{301}é\u{0}\u{7F}".utf8)
    var texts: [[UInt8]] = []
    for _ in 0..<2000 {
      let text = Array(Self.text(&random, depth: 0).utf8)
      texts.append(text)
      texts.append(random.altered(text, with: alphabet))
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "istmo-json-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(texts.map { $0.hex + "\n" }.joined().utf8).write(to: file)
    let script = Sample.root + "/Tests/Interop/catalog-python/texts.py"
    let run = try await ForeignProgram(
      #require(ForeignProgram.python), [script, file.path(percentEncoded: false)],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    #expect(run.status == 0, "\(run.output.suffix(2000))")
    let answers = run.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    try #require(answers.count == texts.count)
    var (taken, refused) = (0, 0)
    for (text, answer) in zip(texts, answers) {
      let shown = "\(String(decoding: text, as: UTF8.self)) (\(text.hex))"
      #expect((fault(text) == nil) == answer.hasPrefix("yes"), "\(shown): \(fault(text) ?? "taken"), Python: \(answer)")
      if answer.hasPrefix("yes ") {
        #expect(try JSONValue(parsing: text).json.utf8.elementsEqual(answer.dropFirst(4).utf8), "\(shown): \(answer)")
        taken += 1
      } else if answer == "no" {
        refused += 1
      }
    }
    #expect(taken > 1000 && refused > 500)
  }

  /// A random JSON text, mostly good.
  private static func text(_ random: inout Seeded, depth: Int) -> String {
    func space() -> String { random.pick(["", "", "", " ", "\n\t"]) }
    switch random.below(depth > 8 ? 5 : 8) {
    case 0: return random.pick(["null", "true", "false"])
    case 1: return "\(Int64(bitPattern: random.next()) >> Int64(random.below(64)))"
    case 2:
      return random.pick([
        "-0", "0.0", "1e3", "-1.5E-7", "9223372036854775808", "01", "1.", "1e400", "NaN", "-Infinity",
      ])
    case 3, 4: return string(&random)
    case 5, 6:
      let values = (0..<random.below(5)).map { _ in space() + text(&random, depth: depth + 1) + space() }
      return "[\(values.joined(separator: ","))]"
    default:
      let members = (0..<random.below(5)).map { _ in
        "\(space())\(string(&random))\(space()):\(space())\(text(&random, depth: depth + 1))\(space())"
      }
      return "{\(members.joined(separator: ","))}"
    }
  }

  private static func string(_ random: inout Seeded) -> String {
    let parts = [
      "a", "b", "é", "e\u{301}", "ñ", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\u0000", "\\ud83d\\ude00",
      "\\ud83d",
      "\u{7F}", "\u{2028}", "\u{1E9B}\u{323}", "\u{AC00}", "\u{1100}\u{1161}", "\u{FB01}", "\u{212B}", "",
    ]
    return "\"\((0..<random.below(6)).map { _ in random.pick(parts) }.joined())\""
  }
}

extension RecordChange {
  /// Whether it withdraws a record.
  var isWithdrawal: Bool { if case .withdraws = self { true } else { false } }
}

/// A body shown as a line of JSON.
@Suite struct BodyLineTests {
  @Test func aCanonicalBodyStandsAsItIs() {
    let body = Array(#"{"document":"A0100","names":["Ana","José"],"tab":"\t"}"#.utf8)
    #expect(ReadBody(body).json == body)
  }

  @Test(arguments: ["{\"a\":\n\"b\"}", "{\r\n\t\"a\": \"b\"}\n"])
  func aBodyOnSeveralLinesIsWrittenOnOne(body: String) {
    #expect(ReadBody(Array(body.utf8)).json == Array(#"{"a":"b"}"#.utf8))
  }

  @Test(arguments: ["", "[]", "\"a\"", "{\"a\":", "{\"a\":\"\n\"}"]) func whatIsNoObjectIsNoLine(body: String) {
    #expect(ReadBody(Array(body.utf8)).json == nil)
  }
}
