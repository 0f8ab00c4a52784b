/// EPCs of RFID tags, kept as capital hexadecimal digits, so that a tag has one form however it was given.
enum EPCField {
  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    out.appendJSONText(try read(text, field).hex)
  }

  /// Hexadecimal digits or a tag URI.
  static func key(typed: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] {
    Array(try read(typed, field).hex.utf8)
  }

  private static func read(_ text: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> EPC {
    do throws(EPC.Fault) { return try EPC(String(decoding: text.prefix(256), as: UTF8.self)) } catch {
      throw field.refusal(error.problem, error.whatToDo, found: String(decoding: text.prefix(256), as: UTF8.self))
    }
  }
}
