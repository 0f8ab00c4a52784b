import Testing

@testable import Catalog

/// What looks at eight bytes at a time finds what looking at each finds.
@Suite struct SpecialBytesTests {
  @Test(arguments: [false, true]) func theFirstSpecialByteIsFoundWhereverItStands(isBeyondASCII: Bool) {
    func isSpecial(_ byte: UInt8) -> Bool {
      byte < 0x20 || byte == 0x22 || byte == 0x5C || isBeyondASCII && byte >= 0x80
    }
    // Every byte, alone among others at every place of three words, and with its neighbours by number beside it.
    for byte in UInt8.min...UInt8.max {
      for place in 0..<24 {
        for start in [0, 1, 7, 8, 9] {
          var text = [UInt8](repeating: 0x61, count: 24)
          text[place] = byte
          if place > 0 { text[place - 1] = byte &+ 1 }
          let expected = text[start...].firstIndex(where: isSpecial) ?? text.count
          let found = text.span.bytes.firstSpecial(from: start, isBeyondASCII: isBeyondASCII)
          #expect(found == expected, "byte \(byte) at \(place), from \(start)")
        }
      }
    }
    let none: [UInt8] = []
    let found = none.span.bytes.firstSpecial(from: 0, isBeyondASCII: isBeyondASCII)
    #expect(found == 0)
  }

  private func areSame(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.span.isEqual(to: b.span) }

  @Test func twoRunsAreTheSameOnlyWhenEachByteIs() {
    for count in 0..<20 {
      let text = (0..<count).map { UInt8($0 + 0x41) }
      #expect(areSame(text, Array(text)))
      for place in text.indices {
        var other = text
        other[place] ^= 0x20
        #expect(!areSame(text, other))
      }
      #expect(!areSame(text, text + [0]))
    }
  }

  @Test func namesAreFoundAndNoOthers() {
    let names = ["a", "b", "ab", "ba", "abc", "acc", "adc", "birth_date", "bxxxx_daxe", "", "to", "from"]
    let found = FieldNames(names.map { Array($0.utf8) })
    for (index, name) in names.enumerated() { #expect(found.index(of: name.utf8) == index) }
    for name in ["c", "aa", "aec", "birth_datf", "tom"] { #expect(found.index(of: name.utf8) == nil) }
    // Of two that are the same the first counts.
    #expect(FieldNames([[0x61], [0x62], [0x61]]).index(of: [0x61]) == 0)
  }
}
