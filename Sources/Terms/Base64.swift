/// Base64 with padding (RFC 4648 section 4), read strictly: no white space, no missing padding, no stray bits.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// The text of the bytes.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    var out: [UInt8] = []
    Array(bytes).withUnsafeBytes { append($0, to: &out) }
    return String(decoding: out, as: UTF8.self)
  }

  /// The length of the text of so many bytes.
  public static func byteCount(of count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Appends the ASCII text of the bytes.
  public static func append(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: byteCount(of: bytes.count), alignment: 1) { text in
      write(bytes, to: text)
      out.append(contentsOf: text)
    }
  }

  /// Writes the ASCII text of the bytes into memory of its length: every entry's canonical bytes come by here.
  public static func write(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableRawBufferPointer) {
    precondition(text.count == byteCount(of: bytes.count), "base64 has four characters for three bytes")
    alphabet.withUnsafeBufferPointer { alphabet in
      var (from, to) = (0, 0)
      while bytes.count - from >= 3 {
        let group = Int(bytes[from]) << 16 | Int(bytes[from + 1]) << 8 | Int(bytes[from + 2])
        text[to] = alphabet[group >> 18]
        text[to + 1] = alphabet[group >> 12 & 63]
        text[to + 2] = alphabet[group >> 6 & 63]
        text[to + 3] = alphabet[group & 63]
        (from, to) = (from + 3, to + 4)
      }
      let left = bytes.count - from
      guard left > 0 else { return }
      let group = Int(bytes[from]) << 16 | (left == 2 ? Int(bytes[from + 1]) << 8 : 0)
      text[to] = alphabet[group >> 18]
      text[to + 1] = alphabet[group >> 12 & 63]
      text[to + 2] = left == 2 ? alphabet[group >> 6 & 63] : 0x3D
      text[to + 3] = 0x3D
    }
  }

  /// The bytes of the text, or nil when it is not exactly what `encode` writes.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(bytes: Array(text.utf8)[...]) }

  /// The bytes of the ASCII text, or nil when it is not exactly what `append` writes.
  public static func decode(bytes characters: ArraySlice<UInt8>) -> [UInt8]? {
    guard characters.count.isMultiple(of: 4) else { return nil }
    let padding = characters.reversed().prefix(while: { $0 == 0x3D }).count
    guard padding <= 2 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(characters.count / 4 * 3)
    var group: UInt32 = 0
    // Looked up once: a global is asked each time whether it is there already.
    let values = values
    var place = 0
    for character in characters.dropLast(padding) {
      let value = values[Int(character)]
      guard value != 0xFF else { return nil }
      group = group << 6 | UInt32(value)
      place += 1
      if place & 3 == 0 {
        out.append(UInt8(truncatingIfNeeded: group >> 16))
        out.append(UInt8(truncatingIfNeeded: group >> 8))
        out.append(UInt8(truncatingIfNeeded: group))
        group = 0
      }
    }
    switch padding {
    case 1:
      guard group & 3 == 0 else { return nil }
      out.append(UInt8(truncatingIfNeeded: group >> 10))
      out.append(UInt8(truncatingIfNeeded: group >> 2))
    case 2:
      guard group & 15 == 0 else { return nil }
      out.append(UInt8(truncatingIfNeeded: group >> 4))
    default: break
    }
    return out
  }
}
