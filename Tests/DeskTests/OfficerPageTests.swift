import HTTP
import Officers
import Sodium
import Terms
import Testing

@testable import Desk

/// Who may use the desk is kept durably, and counts at once.
@Suite struct OfficerPageTests {
  private func desk() throws -> (TestDesk, TestBrowser) {
    let desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("olga", ["node-operator"]), try TestDesk.officer("luis", ["migration-officer"]),
    ])
    let browser = desk.browser()
    #expect(try browser.login("olga").status == 303)
    return (desk, browser)
  }

  private func password(_ page: TestBrowser.Page) throws -> String {
    String(try #require(page.text.firstMatch(of: /class="code password">([a-z0-9-]+)</)).1)
  }

  @Test func anOfficerIsAddedWithAPasswordThatIsShownOnce() throws {
    let (desk, browser) = try desk()
    let page = try browser.submit(
      "/officers/add",
      [
        "id": "eva.paz", "name": "Eva Paz", "post": "GT-SV/la-hachadura/GT", "role-committee": "yes",
        "role-auditor": "yes",
        "dataset-measures": "yes", "role-aggregates": "yes",
      ], from: "/officers")
    #expect(page.status == 200)
    let password = try password(page)
    #expect(password.utf8.count == 23 && password.utf8.count >= Officer.shortestPassword)
    #expect(try !browser.get("/officers").text.contains(password))
    // On the disk, and sealed there: as the command line would read it.
    let kept = try #require(try desk.home.officers(try desk.home.storageKey(.file)).first { $0.id == "eva.paz" })
    #expect(kept.roles == ["auditor", "committee"] && kept.datasets.map(\.description) == ["measures"])
    #expect(try desk.browser().login("eva.paz", password: password).status == 303)
    #expect(try desk.browser().login("eva.paz", password: "otra contraseña larga").status == 403)
  }

  @Test(arguments: [
    ["id": "Mayúscula", "name": "X", "post": "GT-SV/la-hachadura/GT", "role-auditor": "yes"],
    ["id": "x", "name": "", "post": "GT-SV/la-hachadura/GT", "role-auditor": "yes"],
    ["id": "x", "name": "X", "post": "GT-SV/la-hachadura/GT"],
    ["id": "x", "name": "X", "post": "GT-SV/la-hachadura/SV", "role-auditor": "yes"],
    ["id": "x", "name": "X", "post": "../../etc", "role-auditor": "yes"],
    ["id": "x", "name": "X\u{202E}<script>", "post": "GT-SV/la-hachadura/GT", "role-auditor": "yes"],
    ["id": "luis", "name": "Otro", "post": "GT-SV/la-hachadura/GT", "role-auditor": "yes"],
  ]) func whoCannotBeAddedIsNot(_ fields: [String: String]) throws {
    let (desk, browser) = try desk()
    let page = try browser.submit("/officers/add", fields, from: "/officers")
    #expect([409, 422].contains(page.status) && page.text.contains("role=\"alert\""), "\(page.status)")
    #expect(!page.text.contains("<script>"))
    #expect(desk.node.officers.all.map(\.id) == ["luis", "olga"])
    #expect(try desk.browser().login("luis").status == 303)
  }

  @Test func aDisabledOfficerIsOutAtOnceAndComesBack() throws {
    let (desk, browser) = try desk()
    let luis = desk.browser()
    #expect(try luis.login("luis").status == 303)
    #expect(try luis.get("/search").status == 200)
    #expect(try browser.submit("/officers/state", ["id": "luis", "disabled": "yes"], from: "/officers").status == 303)
    #expect(try luis.get("/search").status == 303)
    #expect(try desk.browser().login("luis").status == 403)
    #expect(try browser.get("/officers").text.contains("deshabilitado"))
    #expect(try browser.submit("/officers/state", ["id": "luis", "disabled": "no"], from: "/officers").status == 303)
    #expect(try desk.browser().login("luis").status == 303)
  }

  @Test func nobodyDisablesHimselfAndAnUnknownOfficerIsSaid() throws {
    let (desk, browser) = try desk()
    #expect(try browser.submit("/officers/state", ["id": "olga", "disabled": "yes"], from: "/officers").status == 422)
    #expect(desk.node.officers.officer("olga")?.isDisabled == false)
    #expect(try browser.submit("/officers/state", ["id": "nadie", "disabled": "yes"], from: "/officers").status == 404)
    #expect(try browser.submit("/officers/password", ["id": "nadie"], from: "/officers").status == 404)
  }

  @Test func aNewPasswordEndsSessionsAndTheOldOne() throws {
    let (desk, browser) = try desk()
    let luis = desk.browser()
    #expect(try luis.login("luis").status == 303)
    let given = try password(try browser.submit("/officers/password", ["id": "luis"], from: "/officers"))
    #expect(try luis.get("/search").status == 303)
    #expect(try desk.browser().login("luis").status == 403)
    #expect(try desk.browser().login("luis", password: given).status == 303)
  }

  @Test func whatTheCommandLineChangedMeanwhileIsNotLost() throws {
    let (desk, browser) = try desk()
    // Written beside the running node, which was not told.
    let key = try desk.home.storageKey(.file)
    let all = try desk.home.officers(key) + [try TestDesk.officer("nuevo", ["auditor"])]
    try desk.home.keep(officers: all, key, SystemEntropy())
    #expect(try browser.submit("/officers/state", ["id": "luis", "disabled": "yes"], from: "/officers").status == 303)
    #expect(try desk.home.officers(try desk.home.storageKey(.file)).map(\.id).sorted() == ["luis", "nuevo", "olga"])
  }
}

/// Committees and operators are nowhere: they need no post.
@Suite struct PostlessOfficerTests {
  private func without(_ id: String, _ roles: [String]) throws -> Officer {
    try Officer(
      id: id, name: "Sin puesto", roles: roles, post: "",
      password: PasswordHash(SecretBytes(copying: Array(TestDesk.password.utf8)), work: .least))
  }

  @Test func onlyRolesThatAreNowhereDoWithoutAPost() throws {
    for role in Right.table.keys.sorted() + ["inspector-of-bees"] {
      let isNowhere = ["committee", "statistician", "node-operator"].contains(role)
      #expect(((try? without("x", [role])) != nil) == isNowhere, "\(role)")
    }
    #expect((try? without("x", ["committee", "auditor"])) == nil)
  }

  @Test func aCommitteesOfficerIsMadeWithoutAPostAndSeesTheFigures() throws {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("olga", ["node-operator"])])
    let olga = desk.browser()
    #expect(try olga.login("olga").status == 303)
    let made = try olga.submit(
      "/officers/add", ["id": "comite", "name": "Comité", "post": "", "role-committee": "yes"], from: "/officers")
    #expect(made.status == 200 && made.text.contains("— sin puesto —"))
    let password = String(try #require(made.text.firstMatch(of: /class="code password">([a-z0-9-]+)</)).1)
    let member = desk.browser()
    #expect(try member.login("comite", password: password).status == 303)
    _ = try member.submit("/purpose", ["purpose": "sesión"], from: "/account")
    for path in ["/indicators", "/measures", "/projects", "/account"] {
      #expect(try member.get(path).status == 200, "\(path)")
    }
    for path in ["/search", "/expected", "/alerts", "/forms"] { #expect(try member.get(path).status == 403, "\(path)") }
    // What was looked at is logged without a post.
    let line = try #require(try desk.node.lookupLog(by: "comite", about: nil, limit: 10).first)
    #expect(line["post"] == nil || line["post"] == .null)
    // Somebody at a post cannot be made without one.
    for roles in [["role-migration-officer": "yes"], ["role-committee": "yes", "role-auditor": "yes"]] {
      let fields = ["id": "otra", "name": "Otra", "post": ""].merging(roles) { $1 }
      #expect(try olga.submit("/officers/add", fields, from: "/officers").status == 422)
    }
  }

  @Test func aPageOfAPostSaysSoToWhoHasNone() throws {
    let desk = try TestDesk()
    var officer = try TestDesk.officer("ana", ["migration-officer"])
    officer.post = ""
    // Kept by an earlier program, or by hand: the file would not be read again, the session is.
    desk.node.officers.replace([officer])
    let browser = desk.browser()
    #expect(try browser.login("ana").status == 303)
    let page = try browser.get("/arrivals")
    #expect(page.status == 403 && page.text.contains("Esta página es de un puesto y usted no tiene ninguno"))
  }
}
