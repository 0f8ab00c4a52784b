/// A machine-readable zone of ICAO Doc 9303, read with all its check digits.
public struct MRZ: Hashable, Sendable {
  /// The five layouts.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// A card: three lines of 30 (Doc 9303-5).
    case td1 = "TD1"
    /// A larger card: two lines of 36 (Doc 9303-6).
    case td2 = "TD2"
    /// A passport: two lines of 44 (Doc 9303-4).
    case td3 = "TD3"
    /// A visa of passport width: two lines of 44 (Doc 9303-7).
    case mrvA = "MRV-A"
    /// A visa of card width: two lines of 36 (Doc 9303-7).
    case mrvB = "MRV-B"
  }

  /// A date of two-digit year; parts that are unknown are nil (Doc 9303-3 section 4.8).
  public struct Date: Hashable, Sendable {
    /// The last two digits of the year.
    public let year: Int?
    /// The month, 1 to 12.
    public let month: Int?
    /// The day of the month, 1 to 31.
    public let day: Int?
  }

  /// The layout.
  public let format: Format
  /// All lines joined, without line ends.
  let characters: [UInt8]
  /// One or two letters that say what the document is, such as `P` or `ID`.
  public let documentCode: String
  /// The issuing State or organisation: up to three letters, fillers left out.
  public let issuer: String
  /// The document's number, fillers left out; for cards that use it, with the part beyond nine characters.
  public let number: String
  /// The nationality: up to three letters, fillers left out.
  public let nationality: String
  /// The birth date.
  public let birth: Date
  /// `F`, `M`, or nil when unspecified.
  public let sex: Character?
  /// The date of expiry.
  public let expiry: Date
  /// Optional data, fillers at the end left out; on TD1 both fields, joined by a space when both hold something.
  public let optional: String
  /// The primary identifier, words divided by `<`.
  public let surname: String
  /// The secondary identifier, words divided by `<`; empty when there is none.
  public let given: String
  /// Whether the names fill their field, so that they may be cut short (Doc 9303-3 section 4.6).
  public let mayBeTruncated: Bool

  /// The lines.
  public var lines: [String] {
    let width = format.width
    return stride(from: 0, to: characters.count, by: width).map {
      String(decoding: characters[$0..<min($0 + width, characters.count)], as: UTF8.self)
    }
  }

  /// Reads a zone: lines divided by line ends, or all in one.
  /// - Throws: `MRZFault` saying which part is wrong.
  public init(_ text: some StringProtocol) throws(MRZFault) { try self.init(Array(text.utf8)[...]) }

  init(_ text: ArraySlice<UInt8>) throws(MRZFault) {
    let (characters, format) = try Self.layout(text)
    let reader = MRZReader(characters: characters, format: format)
    self.characters = characters
    self.format = format
    documentCode = reader.text(format.documentCode)
    issuer = try reader.letters(format.issuer, "the issuing State")
    nationality = try reader.letters(format.nationality, "the nationality")
    let number = try reader.number()
    self.number = number.text
    birth = try reader.date(format.birth, "the birth date")
    expiry = try reader.date(format.expiry, "the date of expiry")
    sex = try reader.sex()
    optional = number.isLong ? reader.optional(skippingFirst: number.optionalUsed) : reader.optional(skippingFirst: 0)
    try reader.checkOptional()
    try reader.checkComposite()
    (surname, given, mayBeTruncated) = try reader.names()
  }

  /// The check digit of a field (Doc 9303-3 section 4.9): weights 7, 3, 1; digits as they are, A to Z 10 to 35, `<` 0.
  public static func checkDigit(of field: some Sequence<UInt8>) -> UInt8 {
    var sum = 0
    var weight = 7
    for character in field {
      let value =
        switch character {
        case 0x30...0x39: Int(character) - 0x30
        case 0x41...0x5A: Int(character) - 0x37
        default: 0
        }
      sum = (sum + value * weight) % 10
      weight = weight == 7 ? 3 : weight == 3 ? 1 : 7
    }
    return 0x30 + UInt8(sum)
  }

  /// The characters without line ends, and the layout they have.
  private static func layout(_ text: ArraySlice<UInt8>) throws(MRZFault) -> ([UInt8], Format) {
    guard text.count <= 100 else { throw .layout }
    var lineLengths: [Int] = []
    var characters: [UInt8] = []
    characters.reserveCapacity(90)
    var length = 0
    for byte in text {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x3C:
        characters.append(byte)
        length += 1
      case 0x0A:
        lineLengths.append(length)
        length = 0
      case 0x0D: break
      default: throw .characters
      }
    }
    if length > 0 { lineLengths.append(length) }
    let isVisa = characters.first == 0x56
    let format: Format
    switch characters.count {
    case 90: format = .td1
    case 72: format = isVisa ? .mrvB : .td2
    case 88: format = isVisa ? .mrvA : .td3
    default: throw .layout
    }
    guard lineLengths.count == 1 || lineLengths.allSatisfy({ $0 == format.width }) else { throw .layout }
    guard let first = characters.first, (0x41...0x5A).contains(first), format != .td3 || first == 0x50,
      format != .td1 || !isVisa
    else { throw .documentCode }
    return (characters, format)
  }
}

/// What is wrong with a machine-readable zone. Holds no character of it.
public enum MRZFault: Error, Hashable, Sendable {
  /// Not three lines of 30, two of 36 or two of 44.
  case layout
  /// Something other than A to Z, 0 to 9 and `<`.
  case characters
  /// The first letter is none of such a document.
  case documentCode
  /// A check digit does not fit its field.
  case checkDigit(String)
  /// A part is not written as its kind is.
  case part(String)

  /// What is wrong, in words.
  public var problem: String {
    switch self {
    case .layout: "not three lines of 30, two of 36 or two of 44 characters"
    case .characters: "something other than A-Z, 0-9 and <"
    case .documentCode: "the first letter fits no such document (P for passports, V for visas)"
    case .checkDigit(let part): "the check digit of \(part) does not fit"
    case .part(let part): "\(part) is not written as ICAO Doc 9303 has it"
    }
  }
}
