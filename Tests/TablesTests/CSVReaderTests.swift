import Tables
import Testing

/// What a file of comma-separated values says, whatever program wrote it, and what of it cannot be read.
@Suite struct CSVReaderTests {
  private func rows(
    _ bytes: [UInt8], _ separator: CSVReader.Separator = .comma, pieces: Int = 3
  ) throws -> [CSVReader.Row] {
    var rest = bytes[...]
    var reader = CSVReader(separator: separator) {
      defer { rest = rest.dropFirst(pieces) }
      return Array(rest.prefix(pieces))
    }
    var rows: [CSVReader.Row] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  private func cells(_ text: String, _ separator: CSVReader.Separator = .comma) throws -> [[String]] {
    try rows(Array(text.utf8), separator).map(\.cells)
  }

  @Test func cellsAreWhatRFC4180Says() throws {
    #expect(try cells("a,b\r\n1,2\r\n") == [["a", "b"], ["1", "2"]])
    #expect(try cells("a,b\n1,2") == [["a", "b"], ["1", "2"]], "line feeds alone, and no end of the last line")
    #expect(try cells("\"a,\"\"b\"\"\",\"x\ny\"\n,") == [["a,\"b\"", "x\ny"], ["", ""]])
    #expect(try cells("a;\"b;c\"\n", .semicolon) == [["a", "b;c"]])
    #expect(try cells("a\tb\n", .tab) == [["a", "b"]])
    #expect(try cells("a|b\n", .bar) == [["a", "b"]])
    #expect(try cells("ñ,日本\n") == [["ñ", "日本"]])
    #expect(try cells("\n\r\n a \n\n") == [[" a "]], "blank lines are passed over")
    #expect(try cells("") == [])
    #expect(try cells("\"\"\n\"\",\"\"\n") == [["", ""]])
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstCell() throws {
    #expect(try rows([0xEF, 0xBB, 0xBF] + Array("a,b\n".utf8)).map(\.cells) == [["a", "b"]])
    for mark: [UInt8] in [[0xFF, 0xFE], [0xFE, 0xFF]] {
      let error = #expect(throws: TableFault.self) { try rows(mark + Array("a\0b\0".utf8)) }
      #expect(error?.description == "the file is UTF-16; save it as \"CSV UTF-8\"")
    }
  }

  @Test func aFaultyRowIsToldWithItsLineAndTheNextOneIsRead() throws {
    let latin: [UInt8] = Array("1,Mu".utf8) + [0xF1] + Array("oz\n".utf8)
    let bytes = Array("h,i\n".utf8) + latin + Array("2,\"a\"b\n3,c\"d\n4,\"open\n5,ok\n".utf8)
    let found = try rows(bytes)
    #expect(found.map(\.line) == [1, 2, 3, 4, 5, 6])
    #expect(
      found.map { $0.fault?.problem ?? "" } == [
        "", "column 2 is not UTF-8, perhaps Latin-1", "column 2 has a quote in the midst of it",
        "column 2 has a quote in the midst of it", "column 2 begins with a quote that does not end", "",
      ])
    #expect(found.last?.cells == ["5", "ok"])
  }

  @Test func aRowWithoutEndNeitherFillsMemoryNorHidesTheNext() throws {
    let long = [UInt8](repeating: 0x61, count: CSVReader.longestRow * 2)
    let found = try rows(
      Array("a,\"".utf8) + long + Array("\n1,2\n".utf8) + long + Array("\n3,4\n".utf8), pieces: 1 << 16)
    #expect(found.map { $0.fault != nil } == [true, false, true, false])
    #expect(found[2].fault?.problem == "the row is longer than 256 KiB")
    #expect(found.map(\.line) == [1, 2, 3, 4])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let table = [["a", "b;c", "d,e"], ["\"q\"", "x\r\ny", " sp "], ["", "ñ", "'"]]
    for separator in CSVReader.Separator.allCases {
      let text = table.map { CSVWriter.row($0, separator: separator) }.joined()
      #expect(try cells(text, separator) == table)
    }
  }

  @Test func anyBytesAreReadWithoutATrap() throws {
    var random = SystemRandomNumberGenerator()
    let alphabet: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D, 0x61, 0x27, 0xF1, 0xC3, 0xB1, 0x3B]
    for _ in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      let found = try rows(bytes, pieces: Int.random(in: 1...7, using: &random))
      #expect(found.count <= bytes.count { $0 == 0x0A } + 1)
    }
  }
}
