import HTTP
import Officers
import Testing

@testable import Desk

/// Every route by every role, from one table.
@Suite struct AuthorisationTests {
  /// Who may: nil for everybody, without login too.
  static let table: [String: Set<String>?] = {
    let search: Set<String> = [
      "migration-officer", "migration-supervisor", "customs-officer", "customs-supervisor", "quarantine-officer",
      "risk-analyst", "security-officer", "auditor", "inspector-of-bees",
    ]
    let migration: Set<String> = ["migration-officer", "migration-supervisor"]
    let board: Set<String> = ["migration-supervisor", "customs-supervisor", "auditor", "node-operator"]
    let expected: Set<String> = [
      "customs-officer", "customs-supervisor", "quarantine-officer", "risk-analyst", "post-operator", "auditor",
    ]
    let record: Set<String> = [
      "migration-officer", "migration-supervisor", "customs-officer", "customs-supervisor", "quarantine-officer",
      "risk-analyst", "security-officer", "post-operator",
    ]
    // Incidents are what the addresses below name; a right to record is of some datasets.
    let incidents = record.subtracting(["risk-analyst"])
    let outages: Set<String> = ["migration-supervisor", "customs-supervisor", "post-operator"]
    let figures: Set<String> = ["committee", "statistician", "auditor"]
    let node: Set<String> = ["node-operator", "auditor"]
    let officers: Set<String> = ["node-operator"]
    let all = Set(roles)
    return [
      "GET /": nil, "GET /login": nil, "POST /login": nil, "GET /desk.css": nil, "GET /desk.js": nil,
      "GET /icon.svg": nil, "POST /logout": all, "POST /role": all, "POST /purpose": all, "GET /search": search,
      "POST /search": search, "GET /file/": search, "GET /attachment/": search, "GET /record/": search,
      "GET /expected": expected,
      "GET /arrivals": migration,
      "GET /forms": record, "GET /form/": incidents, "POST /form/": incidents, "POST /draft/delete": record,
      "GET /correct/": incidents, "GET /withdraw/": incidents, "POST /withdraw/": incidents, "GET /stored/": record,
      "GET /act/": incidents, "POST /act/": incidents, "GET /upload/": incidents,
      "POST /upload/": incidents, "POST /upload-store": record, "GET /refused/": record, "GET /outages": outages,
      "GET /alerts": search, "GET /account": all, "POST /account/password": all, "POST /account/factor": all,
      "POST /login/code": nil,
      "POST /decide": migration, "GET /board": board, "GET /streams": board, "GET /agreement/": board,
      "GET /keys": node, "GET /tokens": node, "GET /retention": node, "GET /store": node, "GET /lookups": node,
      "GET /ceremonies": node, "GET /officers": officers, "POST /officers/add": officers,
      "POST /tokens/add": officers, "POST /tokens/remove": officers,
      "POST /officers/state": officers, "POST /officers/password": officers, "GET /events": all,
      "GET /proposals": node, "POST /proposals/make": officers, "POST /proposals/decide": officers,
      "GET /indicators": figures, "GET /indicators.csv": figures, "GET /measures": figures,
      "GET /measures.csv": figures, "GET /projects": figures, "GET /projects.csv": figures, "GET /gaps.csv": figures,
    ]
  }()

  static let roles = Right.table.keys.sorted() + ["inspector-of-bees"]

  @Test func everyRouteStandsInTheTable() {
    #expect(Set(Pages.routes.map { "\($0.method) \($0.path)" }) == Set(Self.table.keys))
  }

  @Test func everyRouteAsksForTheRoleThatTheTableSays() throws {
    let desk = try TestDesk()
    try desk.keep(Self.roles.map { try TestDesk.officer($0, [$0]) })
    for role in Self.roles {
      let browser = desk.browser()
      #expect(try browser.login(role).status == 303)
      let token = try #require(try browser.get("/search").token)
      let kept = browser.cookies
      // Logging out last: it ends the session that the others need. News never end by themselves; EventTests asks for them.
      for route in Self.table.keys.sorted(by: {
        ($0 == "POST /logout" ? 1 : 0, $0) < ($1 == "POST /logout" ? 1 : 0, $1)
      })
      where route != "POST /login" && route != "GET /events" {
        browser.cookies = kept
        let status = try ask(browser, route, token: token).status
        let allowed = Self.table[route]?.map { $0.contains(role) } ?? true
        #expect((status == 403) == !allowed, "\(role): \(route) answered \(status)")
        #expect(status < 500, "\(role): \(route) answered \(status)")
      }
    }
  }

  @Test func withoutALoginEverythingLeadsToIt() throws {
    let desk = try TestDesk()
    var disabled = try TestDesk.officer("ana", ["migration-supervisor"])
    try desk.keep([disabled])
    let stranger = desk.browser()
    let ended = desk.browser()
    #expect(try ended.login("ana").status == 303)
    disabled.isDisabled = true
    try desk.keep([disabled])
    for browser in [stranger, ended] {
      let kept = browser.cookies
      for (route, roles) in Self.table where roles != nil {
        browser.cookies = kept
        let page = try ask(browser, route, token: "")
        #expect(page.status == 303 && page.location?.hasPrefix("/login") == true, "\(route) answered \(page.status)")
        #expect(page.text.isEmpty)
      }
    }
    #expect(try desk.browser().login("ana").status == 403)
  }

  @Test func aSessionOpensNoneOfTheAPI() throws {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("ana", ["migration-supervisor", "node-operator"])])
    let browser = desk.browser()
    #expect(try browser.login("ana").status == 303)
    for route in Router.routes where route.access != .open {
      let path = route.path.hasSuffix("/") ? route.path + "0" : route.path
      let page = route.method == .get ? try browser.get(path) : try browser.post(path, [:])
      #expect([401, 403].contains(page.status), "\(route.method) \(path) answered \(page.status)")
    }
  }

  private func ask(_ browser: TestBrowser, _ route: String, token: String) throws -> TestBrowser.Page {
    let words = route.split(separator: " ").map(String.init)
    let last = [
      "/file/": "1", "/attachment/": "1", "/agreement/": "SV", "/form/": "incidents", "/upload/": "incidents",
      "/stored/": "1",
      "/refused/": "1", "/record/": "incidents.019ab7e2-5a00-7000-8000-0123456789ab",
      "/correct/": "incidents.019ab7e2-5a00-7000-8000-0123456789ab",
      "/withdraw/": "incidents.019ab7e2-5a00-7000-8000-0123456789ab",
      "/act/": "close.019ab7e2-5a00-7000-8000-0123456789ab",
    ]
    let path = words[1] + (last[words[1]] ?? "")
    if words == ["POST", "/upload/"] {
      return try browser.upload(path, ["token": token], file: ("a.csv", Array("event\nx\n".utf8)))
    }
    return words[0] == "GET" ? try browser.get(path) : try browser.post(path, ["token": token])
  }
}
