import Markup
import QR

/// A QR code as a picture within a page: no style, no script, black on white on paper and on screen.
enum QRPicture {
  /// The picture; `words` says to a reader's software what it is. Nothing when the text is too long for a code.
  static func html(_ text: String, words: String, correction: QRCode.Correction = .medium) -> HTML {
    guard let code = QRCode(text, correction: correction) else { return .empty }
    return HTML.element(
      "svg", .class("qr"), .init("viewBox", "0 0 \(code.side) \(code.side)"), .init("role", "img"),
      .init("aria-label", words), .init("shape-rendering", "crispEdges")
    ) {
      HTML.element(
        "rect", .init("width", "\(code.side)"), .init("height", "\(code.side)"), .init("fill", "#fff")
      ) { "" }
      HTML.element("path", .init("d", code.path), .init("fill", "#000")) { "" }
    }
  }
}
