import HTTP
import Officers
import Terms
import Testing

@testable import Desk

/// An officer's own password and second factor.
@Suite struct AccountPageTests {
  private func loggedIn(_ desk: TestDesk, _ officer: String = "ana") throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  private func newDesk(_ roles: Set<String> = []) throws -> TestDesk {
    let desk = try TestDesk(secondFactorRoles: roles)
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"])])
    return desk
  }

  /// The code that an app shows now for the secret of a page.
  private func code(_ desk: TestDesk, _ text: String, stepsOn: Int64 = 0) throws -> String {
    let secret = try #require(text.firstMatch(of: /<p class="code secret">([A-Z2-7 ]+)</)).1.replacing(" ", with: "")
    return OneTimeCode.code(try decoded(String(secret)), step: OneTimeCode.step(at: desk.clock.now()) + stepsOn)
  }

  private func decoded(_ base32: String) throws -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (bits, count, bytes) = (UInt32(0), 0, [UInt8]())
    for digit in base32 {
      bits = (bits << 5 | UInt32(try #require(digits.firstIndex(of: digit)))) & 0xFFFF
      count += 5
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(bits >> UInt32(count) & 0xFF))
      }
    }
    return bytes
  }

  /// Sets a second factor up; gives the page with the secret and the recovery codes.
  private func enrol(_ desk: TestDesk, _ browser: TestBrowser) throws -> (page: String, codes: [String]) {
    #expect(try browser.submit("/account/factor", ["do": "begin"], from: "/account").location == "/account")
    let page = try browser.get("/account").text
    #expect(page.contains("<svg") && page.contains("role=\"img\""))
    let typed = try code(desk, page)
    let done = try browser.submit("/account/factor", ["do": "confirm", "code": typed], from: "/account")
    return (page, done.text.matches(of: /<li>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})<\/li>/).map { String($0.1) })
  }

  @Test func anotherPasswordNeedsThePresentOneAndEndsTheOtherSessions() throws {
    let desk = try newDesk()
    let (here, there) = (try loggedIn(desk), try loggedIn(desk))
    let new = "otra frase bastante larga"
    func change(_ fields: [String: String]) throws -> TestBrowser.Page {
      try here.submit("/account/password", fields, from: "/account")
    }
    #expect(try change(["current": "mala frase bastante larga", "new": new, "again": new]).status == 403)
    #expect(try change(["current": TestDesk.password, "new": "corta", "again": "corta"]).status == 422)
    #expect(try change(["current": TestDesk.password, "new": new, "again": new + "x"]).status == 422)
    let same = TestDesk.password
    #expect(try change(["current": same, "new": same, "again": same]).status == 422)
    #expect(try there.get("/search").status == 200)
    #expect(try change(["current": TestDesk.password, "new": new, "again": new]).location == "/account")
    #expect(try here.get("/account").text.contains("La contraseña nueva ya vale"))
    #expect(try there.get("/search").location == "/login?over=1")
    #expect(try desk.browser().login("ana").status == 403)
    #expect(try desk.browser().login("ana", password: new).location == "/")
    // It lies in the home's file, for the next start.
    #expect(try desk.home.officers(try desk.home.storageKey(.file)).first == desk.node.officers.officer("ana"))
  }

  @Test func wrongPresentPasswordsWaitAsLoginsDo() throws {
    let desk = try newDesk()
    let browser = try loggedIn(desk)
    let new = "otra frase bastante larga"
    let fields = ["current": "mala frase bastante larga", "new": new, "again": new]
    for _ in 0..<3 { #expect(try browser.submit("/account/password", fields, from: "/account").status == 403) }
    #expect(try browser.submit("/account/password", fields, from: "/account").status == 429)
  }

  @Test func withASecondFactorThePasswordAloneOpensNothing() throws {
    let desk = try newDesk()
    let browser = try loggedIn(desk)
    let (page, codes) = try enrol(desk, browser)
    #expect(codes.count == SecondFactor.recoveryCount)
    #expect(try browser.get("/search").status == 200, "this session goes on")
    let other = desk.browser()
    let asked = try other.login("ana")
    #expect(asked.status == 200 && other.cookies["istmo-session"] == nil)
    let half = try #require(asked.text.firstMatch(of: /name="half" value="([0-9a-f]+)"/).map { String($0.1) })
    #expect(try other.get("/search").location == "/login")
    // The code that enrolled is used up; the next one is not.
    #expect(try other.post("/login/code", ["half": half, "code": try code(desk, page)]).status == 403)
    #expect(try other.post("/login/code", ["half": half + "0", "code": "000000"]).location == "/login?over=1")
    desk.clock.advance(milliseconds: 30_000)
    let next = try code(desk, page)
    #expect(try other.post("/login/code", ["half": half, "code": next]).location == "/")
    #expect(try other.get("/search").status == 200)
    // Neither the same code nor the same half login again.
    #expect(try other.post("/login/code", ["half": half, "code": next]).location == "/login?over=1")
    let third = desk.browser()
    let again = try #require(
      try third.login("ana").text.firstMatch(of: /name="half" value="([0-9a-f]+)"/).map { String($0.1) })
    #expect(try third.post("/login/code", ["half": again, "code": next]).status == 403)
    #expect(try third.post("/login/code", ["half": again, "code": codes[0].lowercased()]).location == "/")
    let fourth = desk.browser()
    let last = try #require(
      try fourth.login("ana").text.firstMatch(of: /name="half" value="([0-9a-f]+)"/).map { String($0.1) })
    #expect(try fourth.post("/login/code", ["half": last, "code": codes[0]]).status == 403)
  }

  @Test func wrongCodesWaitAndRightPasswordsForgiveThemNot() throws {
    let desk = try newDesk()
    _ = try enrol(desk, try loggedIn(desk))
    let stranger = desk.browser()
    var statuses: [Int] = []
    for _ in 0..<4 {
      let page = try stranger.login("ana")
      guard let half = page.text.firstMatch(of: /name="half" value="([0-9a-f]+)"/).map({ String($0.1) }) else {
        statuses.append(page.status)
        continue
      }
      statuses.append(try stranger.post("/login/code", ["half": half, "code": "000000"]).status)
    }
    #expect(statuses == [403, 403, 403, 429], "\(statuses)")
  }

  @Test func whoMustHaveASecondFactorGetsNoFurtherWithoutOne() throws {
    let desk = try newDesk(["migration-officer"])
    let browser = try loggedIn(desk)
    for path in ["/search", "/forms", "/arrivals", "/file/1"] { #expect(try browser.get(path).location == "/account") }
    #expect(try browser.get("/account").text.contains("Su función necesita un segundo factor"))
    _ = try enrol(desk, browser)
    #expect(try browser.get("/search").status == 200)
  }

  @Test func changingTheTelephoneNeedsACodeAndTheOperatorCanTakeTheFactorAway() throws {
    let desk = try newDesk()
    let browser = try loggedIn(desk)
    let (page, codes) = try enrol(desk, browser)
    #expect(try browser.submit("/account/factor", ["do": "begin", "code": "000000"], from: "/account").status == 403)
    desk.clock.advance(milliseconds: 30_000)
    let present = try code(desk, page)
    #expect(try browser.submit("/account/factor", ["do": "begin", "code": present], from: "/account").status == 303)
    #expect(try browser.get("/account").text.contains("<svg"))
    #expect(!codes.isEmpty)
    var officer = try #require(desk.node.officers.officer("ana"))
    officer.secondFactor = nil
    try desk.keep([officer])
    #expect(try browser.get("/search").location == "/login?over=1")
    #expect(try desk.browser().login("ana").location == "/")
  }
}
