import Testing

@testable import Catalog

/// Text from outside on one line: nothing moves the cursor or hides, and its length is that of its scalars.
@Suite struct ShownTextTests {
  @Test func whatIsPlainStaysAsItIs() {
    for text in ["", " ", "document=A1234567", String(repeating: "~", count: 40), "Martínez Peña, 李"] {
      #expect(ShownText.line(text, longest: 40) == text)
    }
  }

  @Test func whatMovesOrHidesBecomesASpace() {
    #expect(ShownText.line("a\nb\r\u{1B}[2Jc\u{7F}\u{202E}d\u{200B}", longest: 40) == "a b  [2Jc  d ")
  }

  @Test func whatIsTooLongEndsInAnEllipsis() {
    for text in ["abcdef", "ábcdéf", "a\nb\nc\n", "e\u{301}\u{301}\u{301}\u{301}\u{301}"] {
      let line = ShownText.line(text, longest: 5)
      #expect(line.unicodeScalars.count == 5 && line.unicodeScalars.last == "…", "\(line)")
      #expect(ShownText.line(text, longest: 6).unicodeScalars.last != "…")
    }
  }
}
