import QR
import Testing

@Suite struct QRCodeTests {
  /// ISO/IEC 18004 section 6.3.3: three squares of seven modules, and never a fourth.
  @Test func threeCornersHaveThePatternByWhichAReaderFindsTheCode() throws {
    let code = try #require(QRCode("otpauth://totp/Istmo:luis.paz?secret=GEZDGNBVGY3TQOJQ"))
    func corner(_ row: Int, _ column: Int) -> [String] {
      (row..<row + 7).map { row in
        (column..<column + 7).map { code.isDark(row: row, column: $0) ? "#" : "." }.joined()
      }
    }
    let pattern = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
    let far = code.width - 7
    #expect(corner(0, 0) == pattern)
    #expect(corner(0, far) == pattern)
    #expect(corner(far, 0) == pattern)
    #expect(corner(far, far) != pattern)
  }

  @Test func theWidthIsThatOfTheSmallestVersionThatHoldsTheText() throws {
    // ISO/IEC 18004 table 7, level M, bytes: 14 fit into version 1 (21 modules), 15 need version 2 (25).
    #expect(try #require(QRCode(String(repeating: "a", count: 14))).width == 21)
    #expect(try #require(QRCode(String(repeating: "a", count: 15))).width == 25)
    #expect(try #require(QRCode(String(repeating: "a", count: 2_953), correction: .low)).width == 177)
  }

  @Test func aTextThatNoCodeHoldsGivesNone() {
    #expect(QRCode("") == nil)
    #expect(QRCode(String(repeating: "a", count: 2_954), correction: .low) == nil)
    #expect(QRCode(String(repeating: "a", count: 2_953)) == nil)
  }

  @Test func thePathCoversTheDarkModulesAndNoOther() throws {
    let code = try #require(QRCode("Ñandú 3 € 𝄞"))
    var drawn: Set<[Int]> = []
    for run in code.path.split(separator: "z") {
      let numbers = run.split { !"0123456789".contains($0) }.compactMap { Int($0) }
      let (column, row, length) = (numbers[0], numbers[1], numbers[2])
      for place in column..<column + length { drawn.insert([row - QRCode.quietZone, place - QRCode.quietZone]) }
    }
    for row in -1...code.width {
      for column in -1...code.width {
        #expect(drawn.contains([row, column]) == code.isDark(row: row, column: column))
      }
    }
  }
}
