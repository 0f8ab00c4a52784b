import Ledger
import Terms

/// What one side gives the other after signing: the agreement with its root's signature, and its minutes.
///
/// ```
/// istmo signed v1
/// Agreement: <bytes>
/// Minutes: <bytes>
///
/// <the agreement's note><the minutes' note>
/// ```
public struct SignedFile: Hashable, Sendable {
  /// The longest file that is read, in bytes.
  public static let longest = Agreement.longest + Minutes.longest + 256
  static let title = "istmo signed v1"

  /// The agreement with one root's signature.
  public let agreement: Agreement
  /// The signing side's minutes.
  public let minutes: Minutes

  init(agreement: Agreement, minutes: Minutes) { (self.agreement, self.minutes) = (agreement, minutes) }

  /// Reads a signed file. Whose it is and whether it fits is for `CeremonyState.complete`.
  /// - Throws: `CeremonyError` that says what is wrong.
  public init(_ bytes: some Collection<UInt8>) throws(CeremonyError) {
    guard bytes.count <= Self.longest else { throw .malformed("signed file", "longer than \(Self.longest) bytes") }
    let bytes = Array(bytes)
    let parts = try Self.parts(bytes[...])
    do throws(AgreementError) { agreement = try Agreement(parts.agreement) } catch { throw .agreement(error) }
    minutes = try Minutes(parts.minutes)
    guard self.bytes == bytes else { throw .malformed("signed file", "not in canonical form") }
  }

  private static func parts(
    _ bytes: ArraySlice<UInt8>
  ) throws(CeremonyError) -> (agreement: ArraySlice<UInt8>, minutes: ArraySlice<UInt8>) {
    // The head is four lines: find the fourth newline.
    var rest = bytes
    for _ in 0..<4 {
      guard let newline = rest.prefix(64).firstIndex(of: 0x0A) else {
        throw .malformed("signed file", "it does not begin with \"\(title)\"")
      }
      rest = rest[(newline + 1)...]
    }
    guard let head = String(validating: bytes[..<rest.startIndex], as: UTF8.self) else {
      throw .malformed("signed file", "not UTF-8")
    }
    do throws(TextError) {
      var lines = try TextLines(head, what: "signed file", longest: 256)
      try lines.literal(title)
      let agreement = Int(try lines.number("Agreement", 1...UInt64(Agreement.longest)))
      let minutes = Int(try lines.number("Minutes", 1...UInt64(Minutes.longest)))
      try lines.literal("")
      guard rest.count == agreement + minutes else { throw lines.error("the file is cut off or has bytes too many") }
      return (rest.prefix(agreement), rest.dropFirst(agreement))
    } catch { throw .malformed("signed file", error.description) }
  }

  /// The file's bytes.
  public var bytes: [UInt8] {
    let (agreement, minutes) = (agreement.bytes, minutes.bytes)
    return Array("\(Self.title)\nAgreement: \(agreement.count)\nMinutes: \(minutes.count)\n\n".utf8) + agreement
      + minutes
  }
}
