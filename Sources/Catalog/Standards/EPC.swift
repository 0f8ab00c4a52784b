/// What the EPC memory of an RFID tag holds (GS1 EPC Tag Data Standard 1.13). SGTIN-96, GRAI-96 and GIAI-96 are decoded and
/// encoded (sections 14.6.1, 14.6.4, 14.6.5); anything else is kept as it is.
public struct EPC: Hashable, Sendable {
  /// The bytes of the EPC, an even number.
  public let bytes: [UInt8]

  /// What is wrong with a text that shall be an EPC.
  public struct Fault: Error, Hashable, Sendable {
    /// What is wrong, without the text itself.
    public let problem: String
    /// What to write instead.
    public let whatToDo: String
  }

  /// Memory is counted in words of 16 bits, and its protocol word counts at most 31 (section 15.1).
  static let byteCountMax = 62

  /// Reads hexadecimal digits, spaces and hyphens among them being skipped, or one of the URIs
  /// `urn:epc:tag:giai-96:3.0614141.5678` and `urn:epc:raw:96.x3474257BF40000000000162E` (section 12).
  public init(_ text: String) throws(Fault) {
    guard text.hasPrefix("urn:") else {
      guard let digits = HexText.capitals(Array(text.utf8)[...]), let bytes = [UInt8](hex: HexText.string(digits)),
        !bytes.isEmpty, bytes.count <= Self.byteCountMax, bytes.count.isMultiple(of: 2)
      else {
        throw Fault(
          problem: "not an EPC: 4 to 124 hexadecimal digits in fours, or a tag URI",
          whatToDo: "write it as the reader gives it, such as 3474257BF40000000000162E")
      }
      self.bytes = bytes
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, parts[1] == "epc" else {
      throw Fault(problem: "a URI, and none of an EPC", whatToDo: "write urn:epc:tag:... or hexadecimal digits")
    }
    switch parts[2] {
    case "tag" where parts.count == 5: bytes = try EPCScheme.encode(parts[3], parts[4])
    case "raw" where parts.count == 4: bytes = try Self.raw(parts[3])
    case "id":
      throw Fault(
        problem: "a pure identity URI, which lacks the tag's filter value",
        whatToDo: "write the tag URI, urn:epc:tag:..., or the tag's hexadecimal digits")
    default: throw Fault(problem: "a URI, and none of a tag", whatToDo: "write urn:epc:tag:... or hexadecimal digits")
    }
  }

  /// `96.x3474257BF40000000000162E`
  private static func raw(_ text: String) throws(Fault) -> [UInt8] {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].first == "x", let bits = Int(parts[0]),
      let bytes = [UInt8](hex: parts[1].dropFirst()), bytes.count * 8 == bits, !bytes.isEmpty,
      bytes.count <= byteCountMax, bytes.count.isMultiple(of: 2)
    else {
      throw Fault(
        problem: "a raw URI whose length does not fit its digits",
        whatToDo: "write it as urn:epc:raw:96.x and 24 hexadecimal digits")
    }
    return bytes
  }

  /// Capital hexadecimal digits.
  public var hex: String { bytes.hex.uppercased() }

  /// The tag URI; the raw URI where the bytes are of no scheme that is known here, or break its rules.
  public var uri: String { EPCScheme.decode(bytes) ?? "urn:epc:raw:\(bytes.count * 8).x\(hex)" }
}
