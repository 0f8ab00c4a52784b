import HTTP
import Officers
import Testing

@testable import Desk

/// Behind a proxy with TLS.
@Suite struct ProxyTests {
  @Test func cookiesAreForTLSAloneAndTheClientsAddressIsTheProxysWord() throws {
    let desk = try TestDesk(proxy: "127.0.0.1")
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"])])
    let stranger = desk.browser()
    // What a client writes itself comes before what the proxy appends.
    stranger.extra = [("X-Forwarded-For", "198.51.100.7, 203.0.113.9")]
    for _ in 0..<3 { #expect(try stranger.login("ana", password: "otra frase bastante larga").status == 403) }
    stranger.extra = [("X-Forwarded-For", "198.51.100.8, 203.0.113.9")]
    #expect(try stranger.login("ana").status == 429)
    let officer = desk.browser()
    officer.extra = [("X-Forwarded-For", "203.0.113.9, 10.0.0.7")]
    let page = try officer.login("ana")
    #expect(page.status == 303 && page.headers["Strict-Transport-Security"] != nil)
    for cookie in page.headers.all("Set-Cookie") {
      #expect(cookie.hasPrefix("__Host-") && cookie.contains("; Secure") && cookie.contains("; Path=/;"), "\(cookie)")
    }
    #expect(try officer.get("/search").status == 200)
  }

  @Test func whoComesPastTheProxySeesNoPage() throws {
    let desk = try TestDesk(proxy: "10.9.9.9")
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"])])
    let browser = desk.browser()
    #expect(try browser.get("/login").status == 403)
    let page = try browser.login("ana")
    #expect(page.status == 403 && page.headers["Set-Cookie"] == nil)
  }
}
