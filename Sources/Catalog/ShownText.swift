/// Text from outside made fit to be shown on one line of a terminal.
public enum ShownText {
  /// The text with a space for each character that moves the cursor, breaks the line or hides, at most so long.
  public static func line(_ text: String, longest: Int) -> String {
    if text.utf8.count <= longest, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var scalars = String.UnicodeScalarView()
    // Counted in scalars: one character can have any number of marks.
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < longest else {
        scalars.removeLast()
        scalars.append("…")
        break
      }
      scalars.append(isHidden(scalar.value) ? " " : scalar)
      count += 1
    }
    return String(scalars)
  }

  /// Control characters, and marks that show as nothing or turn the direction of writing, with which a text can show as
  /// something it is not (UAX 9 section 2, UTS 39 section 5.4).
  static func isHidden(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7F...0x9F, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFFE, 0xFFFF,
      0xE0000...0xE007F:
      true
    default: false
    }
  }
}
