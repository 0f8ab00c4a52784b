/// The 96-bit schemes: header (8 bits), filter value (3), partition (3), company prefix and reference sharing 44 bits or 82,
/// and with two of them a serial number (38). TDS 1.13 tables 14-2 to 14-19.
enum EPCScheme: String, CaseIterable {
  /// Trade items.
  case sgtin = "sgtin-96"
  /// Returnable assets: trailers, containers.
  case grai = "grai-96"
  /// Individual assets: vehicles.
  case giai = "giai-96"

  private var header: UInt8 {
    switch self {
    case .sgtin: 0x30
    case .grai: 0x33
    case .giai: 0x34
    }
  }

  /// Bits of the company prefix by partition; its digits are twelve less the partition.
  private static let companyBits = [40, 37, 34, 30, 27, 24, 20]
  private static let serialBits = 38

  private func referenceBits(_ partition: Int) -> Int {
    (self == .giai ? 82 : 44) - Self.companyBits[partition]
  }

  /// Digits of the reference: as many as these, or for a GIAI as many at most.
  private func referenceDigits(_ partition: Int) -> Int {
    switch self {
    case .sgtin: 1 + partition
    case .grai: partition
    case .giai: 13 + partition
    }
  }

  /// The tag URI of 96 bits; nil when they are of no scheme or a part is larger than its digits.
  static func decode(_ bytes: [UInt8]) -> String? {
    guard bytes.count == 12, let scheme = allCases.first(where: { $0.header == bytes[0] }) else { return nil }
    var rest = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } << 40
    func take(_ bits: Int) -> UInt64 {
      defer { rest <<= UInt128(bits) }
      return UInt64(truncatingIfNeeded: rest >> UInt128(128 - bits))
    }
    let filter = take(3)
    let partition = Int(take(3))
    guard partition < companyBits.count else { return nil }
    let company = take(companyBits[partition])
    let reference = take(scheme.referenceBits(partition))
    let (companyDigits, digits) = (12 - partition, scheme.referenceDigits(partition))
    guard company < power(companyDigits), reference < power(digits) else { return nil }
    let start = "urn:epc:tag:\(scheme.rawValue):\(filter).\(padded(company, companyDigits))."
    if scheme == .giai { return start + String(reference) }
    return start + "\(padded(reference, digits)).\(take(serialBits))"
  }

  /// The 96 bits of a tag URI's last two parts, such as `giai-96` and `3.0614141.5678`.
  static func encode(_ name: String, _ text: String) throws(EPC.Fault) -> [UInt8] {
    guard let scheme = EPCScheme(rawValue: name) else {
      throw EPC.Fault(
        problem: "a tag URI of another scheme than \(allCases.map(\.rawValue).joined(separator: ", "))",
        whatToDo: "write the tag's hexadecimal digits")
    }
    func wrong(_ part: String, _ rule: String) -> EPC.Fault {
      EPC.Fault(problem: "the tag URI's \(part) is not \(rule)", whatToDo: "write it as \(scheme.example)")
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == (scheme == .giai ? 3 : 4) else { throw wrong("number of parts", "that of the scheme") }
    guard let filter = number(parts[0]), filter < 8 else { throw wrong("filter value", "0 to 7") }
    guard let company = number(parts[1], isPadded: true), (6...12).contains(parts[1].utf8.count) else {
      throw wrong("company prefix", "6 to 12 digits")
    }
    let partition = 12 - parts[1].utf8.count
    let (bits, digits) = (scheme.referenceBits(partition), scheme.referenceDigits(partition))
    // A GRAI of a company prefix with twelve digits has no asset type: its part is empty.
    let isEmpty = digits == 0 && parts[2].isEmpty
    guard let reference = isEmpty ? 0 : number(parts[2], isPadded: scheme != .giai), reference >> UInt64(bits) == 0,
      scheme == .giai || parts[2].utf8.count == digits
    else {
      throw wrong(
        "reference",
        scheme == .giai ? "a number without leading zeros below 2^\(bits)" : "\(digits) digits for this company prefix")
    }
    var all = UInt128(scheme.header) << 6 | UInt128(filter) << 3 | UInt128(partition)
    all = all << UInt128(companyBits[partition]) | UInt128(company)
    all = all << UInt128(bits) | UInt128(reference)
    if scheme != .giai {
      guard let serial = number(parts[3]), serial >> UInt64(serialBits) == 0 else {
        throw wrong("serial number", "a number without leading zeros below 2^\(serialBits)")
      }
      all = all << UInt128(serialBits) | UInt128(serial)
    }
    return (0..<12).map { UInt8(truncatingIfNeeded: all >> UInt128(88 - 8 * $0)) }
  }

  private var example: String {
    switch self {
    case .sgtin: "urn:epc:tag:sgtin-96:3.0614141.812345.6789"
    case .grai: "urn:epc:tag:grai-96:3.0614141.12345.5678"
    case .giai: "urn:epc:tag:giai-96:3.0614141.5678"
    }
  }

  /// Decimal digits, at most 19; leading zeros only where a part has a fixed length.
  private static func number(_ text: Substring, isPadded: Bool = false) -> UInt64? {
    guard (1...19).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      isPadded || text == "0" || text.first != "0"
    else { return nil }
    return UInt64(text)
  }

  private static func power(_ digits: Int) -> UInt64 { (0..<min(digits, 19)).reduce(1) { power, _ in power * 10 } }

  private static func padded(_ number: UInt64, _ digits: Int) -> String {
    guard digits > 0 else { return "" }
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
