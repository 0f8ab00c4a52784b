/// Container numbers (ISO 6346), kept as eleven capitals and digits: `CSQU3054383`.
///
/// An unchecked one is what a camera read: its check digit may be missing or wrong, and it is kept all the same. Both are
/// found by the first ten characters, which name the container; the eleventh only follows from them.
enum ContainerField {
  private static let example = "four letters, the last U, J or Z, and seven digits, such as CSQU3054383"

  static func write(
    _ text: ArraySlice<UInt8>, isChecked: Bool, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    out.appendJSONText(try read(text, isChecked: isChecked, field)[...])
  }

  private static func read(
    _ text: ArraySlice<UInt8>, isChecked: Bool, _ field: Field
  ) throws(Refusal) -> [UInt8] {
    let found = String(decoding: text.prefix(80), as: UTF8.self)
    guard let number = ISO6346.compact(text), ISO6346.isWellFormed(number), !isChecked || number.count == 11 else {
      throw field.refusal("not the form of a container number (ISO 6346)", "write \(example)", found: found)
    }
    guard !isChecked || number[10] == ISO6346.checkDigit(of: number) else {
      throw field.refusal(
        "the container number's check digit does not fit", "read the number from the container again", found: found)
    }
    return number
  }

  static func key(_ text: ArraySlice<UInt8>) -> [UInt8] { Array((ISO6346.compact(text) ?? []).prefix(10)) }

  /// With the check digit, which must fit then, or without.
  static func key(typed: ArraySlice<UInt8>, isChecked: Bool, _ field: Field) throws(Refusal) -> [UInt8] {
    let hasDigit = ISO6346.compact(typed)?.count == 11
    return Array(try read(typed, isChecked: isChecked && hasDigit, field).prefix(10))
  }
}
