import HTTP
import Node
import Officers
import Terms
import Testing

@testable import Desk

/// Systems' tokens, made and ended from the desk.
@Suite struct TokenPageTests {
  private func desk() throws -> (TestDesk, TestBrowser) {
    let desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("olga", ["node-operator"]), try TestDesk.officer("aud", ["auditor"]),
    ])
    let browser = desk.browser()
    #expect(try browser.login("olga").status == 303)
    return (desk, browser)
  }

  private func token(_ page: TestBrowser.Page) throws -> String {
    String(try #require(page.text.firstMatch(of: /class="code password token">(istmo-[0-9a-f]{64})</)).1)
  }

  private func status(_ desk: TestDesk, _ token: String, _ path: String) throws -> Int {
    let client = Client(.tcp(host: "127.0.0.1", port: desk.server.port ?? 0))
    return try client.send(
      .init(.get, path, headers: ["Authorization": "Bearer \(token)"]), upload: .none, limit: 1 << 20
    ).status
  }

  @Test func aTokenIsMadeShownOnceAndEnded() throws {
    let (desk, browser) = try desk()
    let page = try browser.submit(
      "/tokens/add", ["name": "dgme", "days": "30", "scope-observe": "yes", "scope-publish:migration": "yes"],
      from: "/tokens")
    #expect(page.status == 200)
    let token = try token(page)
    let shown = try browser.get("/tokens").text
    #expect(!shown.contains(token) && shown.contains("dgme") && shown.contains("publicar solo Migración"))
    // It counts at once, for its scopes alone, and is kept as a hash, as the command line would read it.
    #expect(try status(desk, token, "/v1/status") == 200)
    #expect(desk.node.tokens.standing(of: token, scope: "lookup") == .otherScope)
    let other = try DatasetName("manifests")
    #expect(desk.node.tokens.standing(of: token, scope: "publish", dataset: other) == .otherDataset(other))
    let kept = try #require(try desk.home.tokens().first)
    #expect(kept.name == "dgme" && kept.scopes == ["observe", "publish:migration"])
    #expect(kept.until.milliseconds(since: desk.clock.now()) <= 30 * 86_400_000)
    for file in try files(under: desk.folder) { #expect(!file.bytes.contains(token), "\(file.path)") }

    #expect(try browser.submit("/tokens/remove", ["name": "dgme"], from: "/tokens").location == "/tokens")
    #expect(try status(desk, token, "/v1/status") == 401)
    #expect(try desk.home.tokens().isEmpty)
    #expect(try browser.submit("/tokens/remove", ["name": "dgme"], from: "/tokens").status == 404)
  }

  @Test func whatNoTokenCanBeIsRefusedAndStaysTyped() throws {
    let (desk, browser) = try desk()
    for (fields, status) in [
      (["name": "con espacio", "days": "1", "scope-lookup": "yes"], 422),
      (["name": "", "days": "1", "scope-lookup": "yes"], 422), (["name": "x", "days": "1"], 422),
      (["name": "x", "days": "0", "scope-lookup": "yes"], 422),
      (["name": "x", "days": "3651", "scope-lookup": "yes"], 422),
      (["name": "x", "days": "99999999999999999999", "scope-lookup": "yes"], 422),
      (["name": "x", "days": "1", "scope-publish:lookups": "yes"], 422),
      (["name": "<b>x</b>", "days": "1", "scope-nothing": "yes"], 422),
      (["name": "dgme", "days": "1", "scope-lookup": "yes"], 200),
      (["name": "dgme", "days": "1", "scope-lookup": "yes"], 409),
    ] {
      let page = try browser.submit("/tokens/add", fields, from: "/tokens")
      #expect(page.status == status && !page.text.contains("<b>x"), "\(fields): \(page.status)")
    }
    #expect(try desk.home.tokens().map(\.name) == ["dgme"])
    // An auditor sees them and changes none.
    let auditor = desk.browser()
    #expect(try auditor.login("aud").status == 303)
    let seen = try auditor.get("/tokens")
    #expect(seen.status == 200 && seen.text.contains("dgme") && !seen.text.contains("/tokens/remove"))
    #expect(try auditor.submit("/tokens/remove", ["name": "dgme"], from: "/account").status == 403)
    #expect(try desk.home.tokens().count == 1)
  }
}
