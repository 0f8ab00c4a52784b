/// Says in a person's words why a file is not TOML. The parser's own words name its grammar; what helps is what to write.
struct TomlFault {
  let problem: String
  let whatToDo: String
  let offset: Int

  /// - Parameters:
  ///   - said: what the parser says, which chooses among the words below; anything else is passed on.
  ///   - offset: the byte the parser points at.
  init(_ said: String, at offset: Int, in bytes: [UInt8]) {
    let rest = bytes[min(offset, bytes.count)...].prefix { $0 != 0x0A && $0 != 0x0D }
    let start = bytes[..<min(offset, bytes.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let line = Array(bytes[start..<rest.endIndex])
    func says(_ words: String...) -> Bool { words.contains { said.contains($0) } }
    self.offset = offset
    (problem, whatToDo) =
      if says("longer than 256 KiB") {
        (said, "leave out what is not of the topology; dataset definitions stand in files of their own")
      } else if says("a line longer") {
        (said, "divide the line: lists may go over several")
      } else if says("nested deeper") {
        (said, "a bracket too many, or one that is not closed before")
      } else if says("zero byte") {
        (said, "save the file as UTF-8 text")
      } else if says("array of table") {
        (
          "\(Self.name(in: said)) is headed once in single and once in double brackets",
          "head what there are several of in double brackets each time, such as [[pair]]"
        )
      } else if says("already exists", "cannot be defined", "conflicts", "inserting") {
        ("\(Self.name(in: said)) stands twice", "remove one, or write both as one")
      } else if says("array separator", "array did not closed") {
        ("a list is not closed, or a comma is missing", "write a comma after each element, and ] at the end")
      } else if says("curly brace", "table separator", "inline_table") && !says("trailing comma") {
        ("a table in braces is not closed, or a comma is missing", "write it on one line, with } at its end")
      } else if says("trailing comma") {
        ("a comma before the closing brace", "leave the comma out")
      } else if says("key-value separator `=`") {
        ("no = after the key", "write key = value; a comment begins with #")
      } else if says("missing value") {
        ("nothing stands after the =", "write a value, such as \(Self.key(of: line)) = \"...\"")
      } else if says("invalid format for key") {
        ("a key has a character other than A-Z, a-z, 0-9, _ and -", "write it in these only, or = after it")
      } else if says("invalid key", "table_key", "empty key") {
        line.first { $0 != 0x20 } == 0x5B
          ? ("a table's header is not closed", "write it on a line of its own, such as [country.GT] or [[pair]]")
          : ("no key stands here", "write key = value, and { ... } on one line")
      } else if says("invalid line format", "newline required") {
        ("something stands after the end of the value", "put it on a line of its own, or # before it as a comment")
      } else if says("string", "escape") && (rest.first == 0x22 || rest.first == 0x27 || says("escape")) {
        (
          "a text is not closed, or has a \\ that means nothing",
          "end it with the quote it began with; write \\ as \\\\"
        )
      } else {
        Self.value(rest, line)
      }
  }

  /// Something that no value can be.
  private static func value(_ rest: ArraySlice<UInt8>, _ line: [UInt8]) -> (String, String) {
    let example = "write a text in quotes, such as \(key(of: line)) = \"...\"; only numbers, true and false have none"
    // Quotation marks of word processors: U+2018 to U+201F, and the angled ones.
    if rest.starts(with: [0xE2, 0x80]) || rest.starts(with: [0xC2, 0xAB]) {
      return ("quotation marks of a word processor", "write straight ones: \(key(of: line)) = \"...\"")
    }
    return ("this is no value", example)
  }

  /// The key before `=`, for an example.
  private static func key(of line: [UInt8]) -> String {
    let key = line.prefix { $0 != 0x3D }.filter { $0 != 0x20 && $0 != 0x09 }
    let isPlain = key.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F }
    return isPlain && (1...32).contains(key.count) && line.contains(0x3D) ? String(decoding: key, as: UTF8.self) : "key"
  }

  /// What the parser quotes, such as `("pair")`.
  private static func name(in said: String) -> String {
    let parts = said.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.count >= 3 ? "\"\(parts[1])\"" : "a key"
  }
}
