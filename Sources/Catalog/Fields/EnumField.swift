/// One of the words that the definition lists.
enum EnumField {
  static func check(_ text: Span<UInt8>, _ words: [String], _ field: Field) throws(Refusal) {
    for word in words where word.isSame(as: text) { return }
    throw field.refusal(
      "not one of the words of this field", "write one of \(words.joined(separator: ", "))", found: text.string)
  }
}
