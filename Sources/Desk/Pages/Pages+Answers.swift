import HTTP
import Markup
import Officers

// How every page is answered: headers, cookies, redirects.
extension Pages {
  static let languageCookie = "istmo-language"
  private static let halfAYear = 15_552_000

  /// `__Host-` binds a cookie to this very host and to TLS (RFC 6265bis section 4.1.3.2).
  var sessionCookie: String { proxy == nil ? "istmo-session" : "__Host-istmo-session" }
  var deviceCookie: String { proxy == nil ? "istmo-device" : "__Host-istmo-device" }

  /// The headers of every page: nothing is kept, nothing from elsewhere is loaded, nothing frames it, no script within it runs.
  func headers(of type: String = "text/html; charset=utf-8") -> Headers {
    var headers: Headers = [
      "Content-Type": type,
      "Content-Security-Policy":
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
      // Not no-referrer: browsers would then send forms with `Origin: null`.
      "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
    ]
    if proxy != nil { headers.add("Strict-Transport-Security", "max-age=31536000") }
    return headers
  }

  /// A page.
  func page(_ html: HTML, status: Int = 200) -> Response {
    Response(status: status, headers: headers(), body: .bytes(html.bytes))
  }

  /// A page that says why there is none.
  func page(_ visit: Visit, status: Int, failure: (Phrase, Phrase), detail: String? = nil) -> Response {
    page(
      Frame(visit, title: visit(failure.0)).page {
        HTML.element("section", .class("box wrong")) {
          HTML.element("h1") { visit(failure.0) }
          if let detail { HTML.element("p") { detail } }
          HTML.element("p") { visit(failure.1) }
          HTML.element("p") { HTML.element("a", .href("/")) { visit(.back) } }
        }
      }, status: status)
  }

  /// A page that says in other words why there is none.
  func page(_ visit: Visit, status: Int, problem: String, help: String) -> Response {
    page(
      Frame(visit, title: problem).page {
        HTML.element("section", .class("box wrong")) {
          HTML.element("h1") { problem }
          HTML.element("p") { help }
          HTML.element("p") { HTML.element("a", .href(visit.request.path)) { visit(.back) } }
        }
      }, status: status)
  }

  /// A table to keep.
  func download(_ text: String, named name: String) -> Response {
    var headers = headers(of: "text/csv; charset=utf-8")
    headers.add("Content-Disposition", "attachment; filename=\"\(name)\"")
    return Response(status: 200, headers: headers, body: .bytes(Array(text.utf8)))
  }

  /// Another page is to be got.
  func redirect(to path: String) -> Response {
    var headers = headers()
    headers.add("Location", path)
    return Response(status: 303, headers: headers)
  }

  /// What goes with every answer to a visitor: the language that was switched to.
  func finished(_ response: Response, _ visit: Visit) -> Response {
    guard visit.request.query("lang") == visit.language.rawValue else { return response }
    var response = response
    response.headers.add(
      "Set-Cookie",
      "\(Self.languageCookie)=\(visit.language.rawValue); Path=/; Max-Age=\(Self.halfAYear); SameSite=Strict")
    return response
  }

  /// Sets a cookie that scripts do not see; nil takes it away.
  func set(_ name: String, _ value: String?, for seconds: Int? = nil, in response: inout Response) {
    var text = "\(name)=\(value ?? ""); Path=/; HttpOnly; SameSite=Strict"
    if proxy != nil { text += "; Secure" }
    if value == nil { text += "; Max-Age=0" } else if let seconds { text += "; Max-Age=\(seconds)" }
    response.headers.add("Set-Cookie", text)
  }

  /// How long a device is remembered, in seconds.
  static let deviceSeconds = halfAYear
}
