import CQRencode

/// A text as a QR code (ISO/IEC 18004), made by libqrencode: a square of dark and light modules.
///
/// ```swift
/// let code = QRCode("otpauth://totp/...")
/// code?.path      // what stands in the attribute `d` of an SVG path
/// ```
public struct QRCode: Hashable, Sendable {
  /// Modules along a side, without the quiet zone.
  public let width: Int
  /// Row by row, whether each module is dark.
  private let modules: [Bool]

  /// Light modules that must stand around the code (ISO/IEC 18004 section 6.3.8).
  public static let quietZone = 4
  /// The most bytes of a text: what the largest code holds at the lowest level of correction (ISO/IEC 18004 table 7).
  public static let longest = 2_953

  /// How much of a code may be soiled or hidden and it is still read.
  public enum Correction: Sendable {
    /// Some 7 %: for a screen, and for long texts.
    case low
    /// Some 15 %: for paper.
    case medium

    var level: QRecLevel { self == .low ? QR_ECLEVEL_L : QR_ECLEVEL_M }
  }

  /// The code of a text; nil when the text is empty or longer than a code holds.
  public init?(_ text: String, correction: Correction = .medium) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= Self.longest,
      let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, correction.level)
    else { return nil }
    defer { QRcode_free(code) }
    width = Int(code.pointee.width)
    // The lowest bit of a module tells whether it is dark.
    modules = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
  }

  /// Whether a module is dark; those outside the code are light.
  public func isDark(row: Int, column: Int) -> Bool {
    (0..<width).contains(row) && (0..<width).contains(column) && modules[row * width + column]
  }

  /// The side of the picture in modules, quiet zone included.
  public var side: Int { width + 2 * Self.quietZone }

  /// The dark modules as the path of an SVG picture of `side` by `side`: a stroke for each run of a row.
  public var path: String {
    var path = ""
    for row in 0..<width {
      var column = 0
      while column < width {
        guard isDark(row: row, column: column) else {
          column += 1
          continue
        }
        let start = column
        while isDark(row: row, column: column) { column += 1 }
        let length = column - start
        path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(length)v1h-\(length)z"
      }
    }
    return path
  }
}
