import HTTP
import Sodium

/// A file that pages need, part of the program: nothing is fetched from elsewhere. Its address holds its digest, so that a browser keeps
/// it until the program changes it.
struct Asset: Sendable {
  private let path: String
  private let type: String
  private let bytes: [UInt8]
  private let version: String

  private init(_ path: String, _ type: String, _ text: String) {
    (self.path, self.type) = (path, type)
    bytes = Array(text.utf8)
    version = String(SHA256.hash(bytes).description.prefix(12))
  }

  /// How pages look.
  static let style = Asset("/desk.css", "text/css; charset=utf-8", styleText + chartStyleText + boardStyleText)
  /// What makes typing quicker; all works without it.
  static let script = Asset("/desk.js", "text/javascript; charset=utf-8", scriptText + liveText)
  /// The icon.
  static let icon = Asset("/icon.svg", "image/svg+xml", iconText)

  /// Where a page finds it.
  var address: String { "\(path)?v=\(version)" }

  /// How many bytes it has.
  var size: Int { bytes.count }

  /// The answer that carries it.
  var response: Response {
    Response(
      status: 200,
      headers: [
        "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
      ], body: .bytes(bytes))
  }

  private static let iconText = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#12395b"/>\
    <path d="M5 13c5-4 8 1 11 3s7 6 11 2" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/>\
    <circle cx="16" cy="16" r="3.2" fill="#f4b942"/></svg>
    """
}
