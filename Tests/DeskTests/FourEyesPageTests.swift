import Ceremony
import Exchange
import Foundation
import HTTP
import Node
import Officers
import Sodium
import Terms
import Testing

@testable import Desk

/// What two operators decide: nothing happens before the second word, and every step is kept.
@Suite struct FourEyesPageTests {
  /// A desk with an agreement with El Salvador, operators, and the browsers of two of them.
  private func scene() throws -> (desk: TestDesk, ana: TestBrowser, luis: TestBrowser) {
    let desk = try TestDesk()
    let sv = try desk.neighbour("SV")
    try desk.agree(with: sv)
    try desk.keep(
      try ["ana", "luis", "eva"].map { try TestDesk.officer($0, ["node-operator"]) }
        + [TestDesk.officer("pia", ["auditor"]), TestDesk.officer("rosa", ["migration-officer"])])
    let (ana, luis) = (desk.browser(), desk.browser())
    #expect(try ana.login("ana").status == 303 && luis.login("luis").status == 303)
    return (desk, ana, luis)
  }

  private let suspension = ["act": "suspend", "country": "SV", "reason": "clave robada <b>"]

  private func isPaused(_ desk: TestDesk) -> Bool {
    desk.node.status().streams.contains {
      $0.stream.description == "GT/SV/migration" && $0.obstacle?.words.contains("clave robada") == true
    }
  }

  @Test func aSuspensionHappensWhenAnotherOperatorConfirmsItAndLastsOverARestart() throws {
    let (desk, ana, luis) = try scene()
    let sv = try CountryCode("SV")
    #expect(try ana.get("/agreement/SV").text.contains("Proponer suspender"))
    #expect(try ana.submit("/proposals/make", suspension, from: "/agreement/SV").status == 303)
    #expect(try desk.home.suspension(of: sv) == nil)
    let page = try ana.get("/proposals").text
    #expect(page.contains("Suspender el intercambio con El Salvador") && page.contains("clave robada &lt;b&gt;"))
    #expect(page.contains("Retirar") && !page.contains(">Confirmar<"))
    // Not by the same person, whatever form is sent.
    let own = try ana.submit("/proposals/decide", ["number": "1", "way": "confirm"], from: "/proposals")
    #expect(own.status == 409 && own.text.contains("Quien propone no decide"))
    #expect(try desk.home.suspension(of: sv) == nil)

    #expect(try luis.get("/board").text.contains("Esperan una segunda persona: 1"))
    #expect(try luis.get("/proposals").text.contains("Confirmar"))
    #expect(try luis.submit("/proposals/decide", ["number": "1", "way": "confirm"], from: "/proposals").status == 303)
    #expect(try desk.home.suspension(of: sv)?.contains("clave robada") == true)
    #expect(isPaused(desk))
    let log = try desk.home.operatorLog(desk.home.storageKey(.file)).log
    #expect(
      log.events.map(\.word) == ["proposed", "confirmed", "done"] && log.events.map(\.by) == ["ana", "luis", ""])
    #expect(try luis.get("/proposals").text.contains("luis confirmó; hecho"))
    #expect(try luis.get("/agreement/SV").text.contains("Proponer reanudar"))

    // Back again the same way.
    let resumption = ["act": "resume", "country": "SV", "reason": "clave nueva"]
    #expect(try luis.submit("/proposals/make", resumption, from: "/agreement/SV").status == 303)
    #expect(try desk.home.suspension(of: sv) != nil)
    #expect(try ana.submit("/proposals/decide", ["number": "4", "way": "confirm"], from: "/proposals").status == 303)
    #expect(try desk.home.suspension(of: sv) == nil && !isPaused(desk))
  }

  @Test func whatIsRejectedTakenBackOrLapsedNeverHappens() throws {
    let (desk, ana, luis) = try scene()
    let sv = try CountryCode("SV")
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    #expect(try ana.submit("/proposals/make", suspension, from: "/agreement/SV").status == 409)
    _ = try luis.submit("/proposals/decide", ["number": "1", "way": "reject"], from: "/proposals")
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    _ = try ana.submit("/proposals/decide", ["number": "3", "way": "withdraw"], from: "/proposals")
    for number in ["1", "3"] {
      let late = try luis.submit("/proposals/decide", ["number": number, "way": "confirm"], from: "/proposals")
      #expect(late.status == 409 && late.text.contains("Ya se decidió"))
    }
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    desk.clock.advance(milliseconds: OperatorLog.standingMilliseconds)
    #expect(try luis.login("luis").status == 303)
    #expect(try luis.submit("/proposals/decide", ["number": "5", "way": "confirm"], from: "/proposals").status == 409)
    #expect(try luis.get("/proposals").text.contains("venció sin decisión"))
    #expect(try desk.home.suspension(of: sv) == nil)
  }

  @Test func anAccountThatTheProposerMadeDoesNotCountAsAnother() throws {
    let (desk, ana, _) = try scene()
    let made = try ana.submit(
      "/officers/add",
      ["id": "nuevo", "name": "Nuevo", "post": "GT-SV/la-hachadura/GT", "role-node-operator": "yes"], from: "/officers")
    let password = String(try #require(made.text.firstMatch(of: /class="code password">([a-z0-9-]+)</)).1)
    let nuevo = desk.browser()
    #expect(try nuevo.login("nuevo", password: password).status == 303)
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    let refused = try nuevo.submit("/proposals/decide", ["number": "2", "way": "confirm"], from: "/proposals")
    #expect(refused.status == 409 && refused.text.contains("debe decidir una tercera"))
    #expect(try desk.home.suspension(of: CountryCode("SV")) == nil)
    #expect(try nuevo.get("/proposals").text.contains("cuenta nuevo: hecha"))
  }

  @Test func aProposalFallsWithItsProposer() throws {
    let (desk, ana, luis) = try scene()
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    _ = try luis.submit("/officers/state", ["id": "ana", "disabled": "yes"], from: "/officers")
    let page = try luis.submit("/proposals/decide", ["number": "1", "way": "confirm"], from: "/proposals")
    #expect(page.status == 409 && page.text.contains("ya no tiene esa función"))
    #expect(try desk.home.suspension(of: CountryCode("SV")) == nil)
  }

  @Test func aResumptionLiftsTheSuspensionThatItWasProposedForAndNoLaterOne() throws {
    let (desk, ana, luis) = try scene()
    let sv = try CountryCode("SV")
    try desk.home.suspend(sv, reason: "first")
    try desk.node.reload()
    _ = try ana.submit(
      "/proposals/make", ["act": "resume", "country": "SV", "reason": "mended"], from: "/agreement/SV")
    try desk.home.suspend(sv, reason: "second, worse")
    try desk.node.reload()
    #expect(try luis.submit("/proposals/decide", ["number": "1", "way": "confirm"], from: "/proposals").status == 409)
    #expect(try desk.home.suspension(of: sv)?.contains("second, worse") == true)
  }

  @Test func badFormsChangeNothing() throws {
    let (desk, ana, luis) = try scene()
    for fields in [
      ["act": "suspend", "country": "sv", "reason": "x"], ["act": "erase", "country": "SV", "reason": "x"],
      ["act": "suspend", "reason": "x"], ["number": "1", "way": "confirm"],
    ] { #expect(try ana.submit("/proposals/make", fields, from: "/board").status == 400) }
    #expect(
      try ana.submit("/proposals/make", ["act": "suspend", "country": "SV", "reason": " "], from: "/board").status
        == 422)
    // Nothing is agreed with Honduras, and nothing is suspended.
    for act in [["act": "suspend", "country": "HN"], ["act": "resume", "country": "SV"]] {
      let fields = act.merging(["reason": "x"]) { own, _ in own }
      #expect(try ana.submit("/proposals/make", fields, from: "/board").status == 409)
    }
    for fields in [
      ["number": "-1", "way": "confirm"], ["number": "1", "way": "do"],
      ["number": "99999999999999999999", "way": "confirm"],
      ["way": "confirm"],
    ] { #expect(try luis.submit("/proposals/decide", fields, from: "/board").status == 400) }
    #expect(
      try luis.submit("/proposals/decide", ["number": "7", "way": "confirm"], from: "/board").status == 404)
    // Without the session's token.
    #expect(try ana.post("/proposals/make", suspension).status == 403)
    #expect(try desk.home.operatorLog(desk.home.storageKey(.file)).log.events.isEmpty)
  }

  @Test func othersSeeTheLogOrNothing() throws {
    let (desk, ana, _) = try scene()
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    let pia = desk.browser()
    #expect(try pia.login("pia").status == 303)
    let page = try pia.get("/proposals")
    #expect(page.status == 200 && page.text.contains("clave robada") && !page.text.contains("Confirmar<"))
    #expect(try !pia.get("/agreement/SV").text.contains("Proponer"))
    #expect(
      try pia.submit("/proposals/decide", ["number": "1", "way": "confirm"], from: "/proposals").status == 403)
    let rosa = desk.browser()
    #expect(try rosa.login("rosa").status == 303)
    #expect(try rosa.get("/proposals").status == 403)
  }

  @Test func whatWasConfirmedIsDoneByTheNextStartWhenTheNodeDiedInBetween() throws {
    let (desk, ana, _) = try scene()
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    let storage = try desk.home.storageKey(.file)
    try desk.home.appendToOperatorLog(desk.home.keys(.file).ring, SystemEntropy()) { log in
      try log.decide(1, confirms: true, by: "luis", at: desk.clock.now())
    }
    let sv = try CountryCode("SV")
    #expect(try desk.home.suspension(of: sv) == nil)
    let keys = try desk.home.keys(.file)
    let copy = desk.folder + "/second.db"
    let next = try Installation(
      documents: HomeDocuments(desk.home), registry: try desk.home.loadRegistry(), keys: keys.ring, storePath: copy,
      tokens: TokenBook([], clock: desk.clock), clock: desk.clock, log: { _, _, _ in })
    defer { next.stop() }
    #expect(try desk.home.suspension(of: sv)?.contains("clave robada") == true)
    #expect(try desk.home.operatorLog(storage).log.owed.isEmpty)
  }

  @Test func anAlteredLogIsSaidAndStopsWhatWouldBeDecided() throws {
    let (desk, ana, luis) = try scene()
    _ = try ana.submit("/proposals/make", suspension, from: "/agreement/SV")
    let path = desk.home.path + "/operators"
    var bytes = try #require(files(under: desk.home.path).first { $0.path == "operators" }?.bytes)
    #expect(!bytes.contains("clave robada"))
    bytes[bytes.count - 20] ^= 1
    try bytes.write(to: .init(filePath: path))
    #expect(try luis.get("/proposals").status == 503)
    #expect(try luis.get("/board").text.contains("El libro de operadores no se puede leer"))
    #expect(desk.node.verify(progress: { _ in }).problems.contains { $0.hasPrefix("the operators' log:") })
    #expect(try luis.submit("/proposals/decide", ["number": "1", "way": "confirm"], from: "/board").status == 503)
    #expect(try desk.home.suspension(of: CountryCode("SV")) == nil)
  }
}
