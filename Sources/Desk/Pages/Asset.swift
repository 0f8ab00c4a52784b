import Catalog
import HTTP
import Sodium

/// A file that the program itself makes, as pages need: nothing is fetched from elsewhere. Its address holds its digest, so that a browser keeps
/// it until the program changes it.
struct Asset: Sendable {
  private let path: String
  private let type: String
  private let bytes: [UInt8]
  private let version: String
  private let caching: String

  private init(
    _ path: String, _ type: String, _ text: String, caching: String = "public, max-age=31536000, immutable"
  ) {
    (self.path, self.type, self.caching) = (path, type, caching)
    bytes = Array(text.utf8)
    version = String(SHA256.hash(bytes).description.prefix(12))
  }

  /// The description of the API: kept by clients too, who ask each time whether it is still the same.
  init(description: JSONValue) {
    self.init("/v1/openapi.json", "application/json", description.json + "\n", caching: "no-cache")
  }

  /// How pages look.
  static let style = Asset(
    "/desk.css", "text/css; charset=utf-8", styleText + chartStyleText + boardStyleText + formStyleText)
  /// What makes typing quicker; all works without it.
  static let script = Asset("/desk.js", "text/javascript; charset=utf-8", scriptText + liveText)
  /// The icon.
  static let icon = Asset("/icon.svg", "image/svg+xml", iconText)

  /// Where a page finds it.
  var address: String { "\(path)?v=\(version)" }

  /// How many bytes it has.
  var size: Int { bytes.count }

  /// The answer that carries it, or says that the browser has it.
  func response(to request: Request) -> Response {
    Response(
      status: 200,
      headers: [
        "Content-Type": type, "Cache-Control": caching, "ETag": "\"\(version)\"",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
      ], body: .bytes(bytes)
    ).orNotModified(for: request)
  }

  private static let iconText = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#12395b"/>\
    <path d="M5 13c5-4 8 1 11 3s7 6 11 2" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/>\
    <circle cx="16" cy="16" r="3.2" fill="#f4b942"/></svg>
    """
}
