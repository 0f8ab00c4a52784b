import HTTP
import Officers
import Terms
import Testing

@testable import Desk

/// Logging in, and what a session's pages take and give.
@Suite struct SessionPageTests {
  let desk: TestDesk

  init() throws {
    desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("ana", ["migration-officer", "auditor"]),
      try TestDesk.officer("luis", ["migration-officer"]),
    ])
  }

  private func loggedIn(_ officer: String = "ana") throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  @Test func whoIsUnknownAndWhoTypesAWrongPasswordSeeTheSame() throws {
    let wrong = try desk.browser().login("ana", password: "otra frase bastante larga")
    let unknown = try desk.browser().login("nobody", password: "otra frase bastante larga")
    #expect(wrong.status == 403 && unknown.status == 403)
    #expect(wrong.text.replacing("ana", with: "") == unknown.text.replacing("nobody", with: ""))
    #expect(wrong.headers["Set-Cookie"] == nil)
  }

  @Test func whoFailsWaitsAndAKnownDeviceDoesNotWaitForStrangers() throws {
    let known = try loggedIn()
    let stranger = desk.browser()
    for _ in 0..<3 { #expect(try stranger.login("ana", password: "otra frase bastante larga").status == 403) }
    let put = try stranger.login("ana")
    #expect(put.status == 429 && put.headers["Retry-After"] != nil && !put.text.contains(TestDesk.password))
    known.cookies["istmo-session"] = nil
    #expect(try known.login("ana").status == 303)
    desk.clock.advance(milliseconds: 6_000)
    #expect(try stranger.login("ana").status == 303)
  }

  @Test func aSessionEndsByIdlenessLogoutAndAChangedPassword() throws {
    let (idle, out, changed) = (try loggedIn(), try loggedIn(), try loggedIn("luis"))
    #expect(try out.submit("/logout", [:]).location == "/login")
    #expect(out.cookies["istmo-session"] == nil)
    #expect(try idle.get("/search").status == 200)
    try desk.keep([
      try TestDesk.officer("ana", ["migration-officer", "auditor"]),
      try TestDesk.officer("luis", ["migration-officer"]),
    ])
    #expect(try changed.get("/search").location == "/login?over=1")
    let again = try loggedIn()
    desk.clock.advance(milliseconds: SessionTable.idle)
    #expect(try again.get("/search").location == "/login?over=1")
  }

  @Test func aFormWithoutTheSessionsTokenOrFromAnotherSiteIsRefused() throws {
    let browser = try loggedIn()
    let other = try #require(try loggedIn("luis").get("/search").token)
    let own = try #require(try browser.get("/search").token)
    let form = ["key": "A100", "purpose": "prueba"]
    for token in ["", other, own + "0"] {
      #expect(try browser.post("/search", form.merging(["token": token]) { $1 }).status == 403)
    }
    for header in [
      ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"),
      ("Origin", "null"),
    ] {
      browser.extra = [header]
      #expect(try browser.post("/search", form.merging(["token": own]) { $1 }).status == 403, "\(header)")
      browser.extra = [header]
      #expect(try browser.login("luis").status == 400, "\(header)")
    }
    browser.extra = [("Sec-Fetch-Site", "same-origin")]
    #expect(try browser.post("/search", form.merging(["token": own]) { $1 }).status == 303)
  }

  @Test func everyPageForbidsScriptsFromElsewhereAndIsKeptNowhere() throws {
    let browser = try loggedIn()
    for path in ["/login", "/search", "/arrivals", "/nowhere", "/expected", "/"] {
      let page = try browser.get(path)
      let policy = page.headers["Content-Security-Policy"] ?? ""
      #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(path)")
      #expect(!policy.contains("unsafe"), "\(path)")
      #expect(page.headers["Cache-Control"] == "no-store", "\(path)")
      #expect(page.headers["X-Content-Type-Options"] == "nosniff" && page.headers["Referrer-Policy"] != nil, "\(path)")
      #expect(page.text.matches(of: /<script(?! src="\/desk\.js\?v=[0-9a-f]+" defer><\/script>)/).isEmpty, "\(path)")
      #expect(page.text.matches(of: #/\s(style|on\w+)=|https?:/#).isEmpty, "\(path)")
    }
  }

  @Test func aCookieIsForThisServerAlone() throws {
    let page = try desk.browser().login("ana")
    let cookies = page.headers.all("Set-Cookie")
    #expect(cookies.count == 2)
    for cookie in cookies {
      #expect(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), "\(cookie)")
    }
  }

  @Test func onlyOnesOwnRolesAreTakenAndFormsCannotSayWhoOneIs() throws {
    let browser = try loggedIn()
    _ = try browser.submit("/role", ["role": "node-operator"])
    #expect(try browser.get("/board").status == 403)
    #expect(try browser.submit("/role", ["role": "auditor"]).status == 303)
    #expect(try browser.get("/board").status == 200)
    _ = try desk.publish(desk.departure("A7000001"))
    let before = try desk.node.lookupLog(by: "ana", about: nil, limit: 1000).count
    let found = try browser.submit(
      "/search",
      [
        "key": "A7000001", "purpose": "auditoría 7", "officer": "luis", "role": "migration-officer",
        "post": "GT-SV/anguiatu/GT",
      ])
    #expect(try browser.get(try #require(found.location)).text.contains("A7000001"))
    let lines = try desk.node.lookupLog(by: "ana", about: nil, limit: 1000)
    #expect(lines.count > before)
    for line in lines {
      #expect(line["role"]?.string == "auditor" && line["post"]?.string == "GT-SV/la-hachadura/GT")
      #expect(line["purpose"]?.string == "auditoría 7")
    }
    #expect(try desk.node.lookupLog(by: "luis", about: nil, limit: 10).isEmpty)
  }

  @Test func everyViewOfAFileIsALookupAndNoAddressHoldsWhatWasTyped() throws {
    let browser = try loggedIn()
    _ = try desk.publish(desk.departure("A7000002", surname: "Marcada"))
    let sent = try browser.submit("/search", ["key": "a 700-0002", "purpose": "control"])
    let address = try #require(sent.location)
    #expect(address.wholeMatch(of: /\/file\/\d+/) != nil)
    var counts: [Int] = []
    for _ in 0..<3 {
      let page = try browser.get(address)
      #expect(page.status == 200 && page.text.contains("Marcada"))
      counts.append(try desk.node.lookupLog(by: "ana", about: nil, limit: 10_000).count)
    }
    #expect(counts[0] > 0 && counts[1] > counts[0] && counts[2] > counts[1])
    // Nobody else's session knows the number.
    #expect(try loggedIn("luis").get(address).location == "/search")
    #expect(try browser.get("/file/999999999999999999999999").location == "/search")
  }

  @Test func anOfficersDatasetsBoundWhatIsShown() throws {
    _ = try desk.publish(desk.departure("A7000003", surname: "Marcada"))
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"], datasets: ["manifests"])])
    let browser = try loggedIn()
    let sent = try browser.submit("/search", ["key": "A7000003", "purpose": "control"])
    let page = try browser.get(try #require(sent.location))
    #expect(page.status == 200 && !page.text.contains("Marcada"))
    #expect(page.text.contains("no está entre los datos que se le asignaron"))
  }

  @Test func whatIsTypedIsShownAsTyped() throws {
    let browser = try loggedIn()
    let hostile = #"<script>alert(1)</script>"><img src=x onerror=alert(1)>'"#
    let missing = try browser.submit("/search", ["key": hostile, "purpose": ""])
    #expect(missing.status == 422 && missing.text.contains("&lt;script&gt;"))
    #expect(!missing.text.contains("<script>") && !missing.text.contains("<img"))
    let sent = try browser.submit("/search", ["key": "A1", "purpose": hostile])
    let page = try browser.get(try #require(sent.location))
    #expect(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>") && !page.text.contains("<img"))
    for path in ["/login", "/search", "/nowhere"] {
      let page = try browser.get(path, query: [("lang", hostile), ("over", hostile), ("x", hostile)])
      #expect(!page.text.contains("<script>") && !page.text.contains("<img"), "\(path)")
    }
  }

  @Test func aMisreadZoneIsSaidAndALongOrOddFormIsRefused() throws {
    let browser = try loggedIn()
    let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    let read = try browser.submit("/search", ["key": zone, "purpose": "control"])
    #expect(try browser.get(try #require(read.location)).text.contains("ERIKSSON, ANNA MARIA, UTO L898902C3"))
    let misread = try browser.submit(
      "/search", ["key": zone.replacing("L898902C3", with: "L898902C8"), "purpose": "c"])
    #expect(misread.status == 422 && misread.text.contains("no cuadra"))
    let token = try #require(try browser.get("/search").token)
    #expect(
      try browser.post("/search", ["token": token, "purpose": "c", "key": String(repeating: "A", count: 501)]).status
        == 422)
    #expect(try browser.post("/search", ["token": token, "key": String(repeating: "A", count: 20_000)]).status == 413)
    #expect(try browser.post("/search", raw: "token=\(token)&" + String(repeating: "a=b&", count: 70)).status == 403)
    #expect(try browser.post("/search", raw: "token=\(token)&key=%zz").status == 403)
  }

  @Test func aRefusalNeedsAReasonAndOnlyWhatAwaitsThisPostIsDecided() throws {
    let browser = try loggedIn("luis")
    let own = try desk.publish(desk.departure("A7000004"))
    _ = try browser.submit("/purpose", ["purpose": "control", "next": "/arrivals"])
    let none = try browser.submit("/decide", ["record": "\(own)", "decision": "confirm", "back": "/arrivals"])
    #expect(none.status == 409)
    #expect(try browser.submit("/decide", ["record": "x", "decision": "confirm"]).status == 400)
    #expect(try browser.submit("/decide", ["record": "\(own)", "decision": "admit"]).status == 400)
    _ = try browser.submit("/decide", ["record": "\(own)", "decision": "refuse", "reason": "  "])
    #expect(try browser.get("/arrivals").text.contains("Un rechazo necesita una razón."))
    // Nothing leads a browser away from here.
    let away = try browser.submit("/decide", ["record": "\(own)", "decision": "refuse", "back": "//evil.example"])
    #expect(away.location == "/arrivals")
  }
}
