import Terms
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    // RFC 4648 section 10.
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func theExamplesOfTheStandard(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "====", "=", "==", "A===", "Zg==Zg==", "Zm=v", "=m9v", "Zm9v\n", " Zm9v", "Zm9v ",
    "Zm 9v===", "Zm9-", "Zm9_",
    // Bits after the last byte that are not zero: the same bytes could be written in two ways.
    "Zh==", "Zn==", "Zm9=", "Zm+=", "Zm８=",
  ])
  func anythingThatIsNotItsOnlyFormIsRefused(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test func everyCharacterStandsForItsSixBits() {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let bytes = stride(from: UInt32(0), to: 64, by: 4).flatMap { first in
      let group = first << 18 | (first + 1) << 12 | (first + 2) << 6 | (first + 3)
      return [16, 8, 0].map { UInt8(truncatingIfNeeded: group >> $0) }
    }
    #expect(Base64.encode(bytes) == alphabet)
  }

  @Test func whatIsDecodedEncodesToTheSameText() {
    var random = Seeded(4648)
    for _ in 0..<5000 {
      let bytes = random.bytes(upTo: 70)
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(Base64.encode(bytes).utf8.count == Base64.byteCount(of: bytes.count))
      let text = String(
        decoding: random.bytes(upTo: 12).map { "AZaz09+/=".utf8.map { $0 }[Int($0) % 9] }, as: UTF8.self)
      if let decoded = Base64.decode(text) { #expect(Base64.encode(decoded) == text) }
    }
  }
}

@Suite struct HexTests {
  @Test func digitsAreReadInBothCasesAndWrittenInLowerCase() {
    #expect([UInt8](hex: "00ffA0") == [0, 255, 160])
    #expect([UInt8]([0, 255, 160]).hex == "00ffa0")
    #expect([UInt8](hex: "") == [])
    for bad in ["0", "0g", " 0", "0x", "é0", "0\n"] { #expect([UInt8](hex: bad) == nil) }
  }

  @Test func aDigestHasThirtyTwoBytes() throws {
    let text = String(repeating: "0a", count: 32)
    let digest = try #require(Digest(hex: text))
    #expect(digest.description == text)
    #expect(digest.bytes == [UInt8](repeating: 10, count: 32))
    #expect(Digest([UInt8](repeating: 0, count: 31)) == nil)
    #expect(Digest([UInt8](repeating: 0, count: 33)) == nil)
    #expect(Digest(hex: text + "00") == nil)
    #expect(Digest() == Digest([UInt8](repeating: 0, count: 32)))
  }
}

@Suite struct ByteWriterAndReaderTests {
  @Test func numbersAreBigEndian() throws {
    var writer = ByteWriter()
    writer.uint8(0x01)
    writer.uint16(0x0203)
    writer.uint24(0x040506)
    writer.uint32(0x0708_090A)
    writer.uint64(0x0B0C_0D0E_0F10_1112)
    #expect(writer.bytes == Array(1...18))
    var reader = ByteReader(writer.bytes)
    #expect(try reader.uint8("a") == 1)
    #expect(try reader.uint16("b") == 0x0203)
    #expect(try reader.uint24("c") == 0x040506)
    #expect(try reader.uint32("d") == 0x0708_090A)
    #expect(try reader.uint64("e") == 0x0B0C_0D0E_0F10_1112)
    try reader.finish("end")
  }

  @Test func vectorsHaveTheirLengthBeforeThem() throws {
    var writer = ByteWriter()
    writer.vector8([1])
    writer.vector16([2, 3])
    writer.vector24([])
    #expect(writer.bytes == [1, 1, 0, 2, 2, 3, 0, 0, 0])
    var reader = ByteReader(writer.bytes)
    #expect(try Array(reader.vector8("a")) == [1])
    #expect(try Array(reader.vector16("b")) == [2, 3])
    #expect(try reader.vector24("c").isEmpty)
    #expect(reader.remaining == 0)
  }

  @Test func vectorsBeyondTheirLimitAreCutAndStayReadable() throws {
    var writer = ByteWriter()
    writer.vector8([UInt8](repeating: 7, count: 300))
    writer.vector16([UInt8](repeating: 8, count: 70_000))
    var reader = ByteReader(writer.bytes)
    #expect(try reader.vector8("a").count == 255)
    #expect(try reader.vector16("b").count == 65_535)
    try reader.finish("end")
  }

  @Test(
    arguments: [
      (0, [0]), (1, [1]), (127, [127]), (128, [0x80, 1]), (300, [0xAC, 2]), (16_383, [0xFF, 0x7F]),
      (UInt64.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
    ] as [(UInt64, [UInt8])])
  func aVarintHasOneForm(value: UInt64, bytes: [UInt8]) throws {
    var writer = ByteWriter()
    writer.varint(value)
    #expect(writer.bytes == bytes)
    var reader = ByteReader(bytes)
    #expect(try reader.varint("n") == value)
  }

  @Test(
    arguments: [
      [], [0x80], [0x80, 0], [0xFF, 0], [0x81, 0x80, 0],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
    ] as [[UInt8]])
  func aLongerOrTooLargeVarintIsRefused(bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    #expect(throws: ByteError.self) { try reader.varint("n") }
  }

  @Test func readingPastTheEndIsAnErrorThatSaysWhere() {
    var reader = ByteReader([0, 5, 1, 2][...])
    let error = #expect(throws: ByteError.self) { try reader.vector16("name") }
    #expect(error?.description == "name at byte 2: 5 bytes expected, 2 left")
    #expect(throws: ByteError.self) { try reader.raw(-1, "negative") }
    #expect(throws: ByteError.self) { try reader.raw(.max, "huge") }
    #expect(throws: ByteError.self) { try reader.finish("end") }
  }

  @Test func aNumberOfWhichNotAllBytesAreThereIsRefusedAndNothingIsRead() throws {
    for count in 0..<8 {
      var reader = ByteReader([UInt8](repeating: 1, count: 10 + count)[10...])
      if count < 2 { #expect(throws: ByteError.self) { try reader.uint16("n") } }
      if count < 3 { #expect(throws: ByteError.self) { try reader.uint24("n") } }
      if count < 4 { #expect(throws: ByteError.self) { try reader.uint32("n") } }
      let error = #expect(throws: ByteError.self) { try reader.uint64("n") }
      #expect(error?.description == "n at byte 0: 8 bytes expected, \(count) left")
      #expect(reader.remaining == count)
    }
  }

  @Test func aReaderOfASliceStaysInsideIt() throws {
    let all: [UInt8] = [9, 9, 1, 2, 9, 9]
    var reader = ByteReader(all[2..<4])
    #expect(try reader.uint16("n") == 0x0102)
    #expect(reader.offset == 2)
    #expect(throws: ByteError.self) { try reader.uint8("beyond") }
  }

  @Test func recordIDsAndTextsAreChecked() throws {
    var writer = ByteWriter()
    let id = try RecordID(RecordIDTests.example)
    writer.recordID(id)
    writer.raw([UInt8](repeating: 0, count: 16))
    var reader = ByteReader(writer.bytes)
    #expect(try reader.recordID("id") == id)
    #expect(throws: ByteError.self) { try reader.recordID("not a UUIDv7") }
    #expect(try ByteReader.text([0xC3, 0xB1], "t") == "ñ")
    for bad in [[0xC3], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]] {
      #expect(throws: ByteError.self) { try ByteReader.text(bad[...], "t") }
    }
  }

  @Test(arguments: UInt64(0)..<200)
  func noBytesMakeTheReaderTrap(seed: UInt64) {
    var random = Seeded(seed)
    for _ in 0..<50 {
      let bytes = random.bytes(upTo: 80)
      let from = Int.random(in: 0...bytes.count, using: &random)
      var reader = ByteReader(bytes[from...])
      for _ in 0..<20 {
        let before = reader.remaining
        do throws(ByteError) {
          switch Int.random(in: 0..<12, using: &random) {
          case 0: _ = try reader.uint8("x")
          case 1: _ = try reader.uint16("x")
          case 2: _ = try reader.uint24("x")
          case 3: _ = try reader.uint32("x")
          case 4: _ = try reader.uint64("x")
          case 5: _ = try reader.digest("x")
          case 6: _ = try reader.recordID("x")
          case 7: _ = try ByteReader.text(try reader.vector8("x"), "x")
          case 8: _ = try reader.vector16("x")
          case 9: _ = try reader.vector24("x")
          case 10: _ = try reader.raw(Int(truncatingIfNeeded: random.next()), "x")
          default:
            let at = reader.offset
            let value = try reader.varint("x")
            var writer = ByteWriter()
            writer.varint(value)
            #expect(writer.bytes.count == reader.offset - at, "seed \(seed)")
          }
        } catch {
          #expect(error.offset <= bytes.count, "seed \(seed)")
        }
        #expect(reader.remaining <= before && reader.remaining >= 0, "seed \(seed)")
      }
    }
  }
}
