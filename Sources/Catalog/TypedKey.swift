import Terms

/// What somebody typed, pasted or read with a document reader into one box. A search tries every field that can take it; this says what
/// it certainly is, so that an officer sees it was understood, and a misread zone is not taken for a name.
public enum TypedKey: Hashable, Sendable {
  /// A machine-readable zone whose check digits fit.
  case zone(MRZ)
  /// Meant as a zone, and read wrong: what is wrong.
  case brokenZone(String)
  /// `SURNAME, GIVEN NAMES YYYY-MM-DD`.
  case name
  /// A record's id.
  case record
  /// A container's number with its check digit.
  case container
  /// A tag, as hexadecimal digits or a URI.
  case tag
  /// A number or a code of any other kind: document, plate, DUCA, certificate.
  case other

  /// Looks at what was typed.
  public init(_ typed: String) {
    let bytes = Array(typed.utf8)
    let lines = typed.split(whereSeparator: \.isNewline)
    let isName = typed.contains(",") || typed.contains("<<")
    if isName, let word = typed.split(separator: " ").last, (try? CalendarDay(word)) != nil {
      self = .name
      return
    }
    do {
      self = .zone(try MRZ(bytes[...]))
      return
    } catch {
      // Fillers stand in nothing else that is searched for.
      if bytes.contains(0x3C), lines.count > 1 || bytes.count >= 30 {
        self = .brokenZone(error.problem)
        return
      }
    }
    if (try? RecordID(typed)) != nil {
      self = .record
    } else if let container = ISO6346.compact(bytes[...]), container.count == 11, ISO6346.isWellFormed(container),
      ISO6346.checkDigit(of: container) == container[10]
    {
      self = .container
    } else if typed.hasPrefix("urn:epc:") || bytes.count >= 16 && bytes.allSatisfy(Self.isHexDigit),
      (try? EPC(typed)) != nil
    {
      self = .tag
    } else {
      self = .other
    }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
}
