import Ceremony
import Exchange
import HTTP
import Sodium
import Node
import Terms
import Testing

@testable import Desk

/// The operator's pages: what they show is so, and nothing of it is a secret or a traveller's.
@Suite struct BoardPageTests {
  private func desk(_ roles: String...) throws -> (TestDesk, TestBrowser) {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("olga", roles), try TestDesk.officer("luis", ["migration-officer"])])
    let browser = desk.browser()
    #expect(try browser.login("olga").status == 303)
    return (desk, browser)
  }

  @Test func theBoardDrawsEveryPairAndSaysEachInWords() throws {
    let (desk, browser) = try desk("node-operator")
    let page = try browser.get("/board")
    #expect(page.status == 200)
    // Guatemala's topology has five countries and the observer; nothing is agreed with any here.
    #expect(page.text.matches(of: /class="pair none"><title>/).count == 6, "\(page.text)")
    for name in ["El Salvador", "Honduras", "Nicaragua", "Costa Rica", "Panamá"] {
      #expect(page.text.contains("\(name): sin convenio"))
    }
    #expect(page.text.matches(of: /class="land/).count == 6)
    #expect(page.text.contains("<title>Pedro de Alvarado - La Hachadura</title>"))
    #expect(page.text.contains("Mapa</a>") && page.text.contains("Claves</a>") && page.text.contains("Oficiales</a>"))
    _ = desk
  }

  @Test func theStreamsShowTheirLagLately() throws {
    let (desk, browser) = try desk("node-operator")
    #expect(try browser.get("/streams").text.contains("Todavía no hay muestras"))
    _ = try desk.publish(desk.departure("A10000001"))
    desk.node.takeSample()
    desk.clock.advance(milliseconds: 60_000)
    desk.node.takeSample()
    let page = try browser.get("/streams")
    #expect(page.text.contains("GT/GT/migration") && page.text.contains("Las líneas muestran: 60 s"), "\(page.text)")
  }

  @Test func keysAreShownWithTheirDatesAndNoSecret() throws {
    let (desk, browser) = try desk("node-operator")
    let page = try browser.get("/keys")
    let card = desk.node.card.content
    #expect(page.text.contains(card.log.description) && page.text.contains(card.sealing.description))
    #expect(page.text.contains("Tarjeta de Guatemala") && !page.text.contains("La tarjeta venció"))
    let left = card.validUntil.milliseconds(since: desk.clock.now())
    desk.clock.advance(milliseconds: left + 1000)
    #expect(try browser.login("olga").status == 303)
    #expect(try browser.get("/keys").text.contains("La tarjeta venció"))
  }

  @Test func lookupsSayWhoAndWhyAndNeitherWhatNorWhom() throws {
    let (desk, browser) = try desk("node-operator")
    _ = try desk.publish(desk.departure("A55555555"))
    let officer = desk.browser()
    #expect(try officer.login("luis").status == 303)
    let found = try officer.submit("/search", ["key": "A55555555", "purpose": "Control de salida"], from: "/search")
    #expect(try officer.get(try #require(found.location)).text.contains("Marcada"))
    let page = try browser.get("/lookups")
    #expect(
      page.text.contains("luis") && page.text.contains("Control de salida")
        && page.text.contains("Oficial de migración"))
    #expect(!page.text.contains("A55555555") && !page.text.contains("Marcada"))
  }

  @Test func whatIsPastItsTimeIsCountedAndThenErased() throws {
    let (desk, browser) = try desk("auditor")
    _ = try desk.publish(desk.departure("A10000001"))
    #expect(try browser.get("/retention").text.contains("Nada está vencido"))
    let days = try #require(desk.node.registry.definition(DatasetName("migration"))?.retentionDays)
    desk.clock.advance(milliseconds: (Int64(days) + 1) * 86_400_000)
    #expect(try browser.login("olga").status == 303)
    let page = try browser.get("/retention")
    #expect(!page.text.contains("Nada está vencido"))
    let due = try desk.node.retention().streams.first { $0.stream.dataset.description == "migration" }
    // The record, and the entry that announces its epoch.
    #expect(due.map { $0.due >= 1 && $0.due == $0.size && !$0.isAgreed } == true)
    // A clock that went ahead by years is not believed: the page says why nothing is erased.
    _ = try desk.node.eraseDue(isClockRight: false)
    #expect(try browser.get("/retention").text.contains("No se borra por ahora"))
    _ = try desk.node.eraseDue(isClockRight: true)
    #expect(try browser.get("/retention").text.contains("Nada está vencido"))
    let erased = try desk.node.retention().streams.first { $0.stream.dataset.description == "migration" }
    #expect(erased.map { $0.erased == 2 && $0.due == 0 && $0.lastErasure != nil } == true)
  }

  @Test func diskAndTokensAreShownAsTheyAre() throws {
    let (desk, browser) = try desk("node-operator")
    let page = try browser.get("/store")
    #expect(page.text.contains("Libre en el disco") && page.text.contains("Base de datos"))
    #expect(
      page.text.contains("Nunca se hizo una copia")
        && desk.node.metrics().contains("istmo_backup_timestamp_seconds 0\n"))
    #expect(try browser.get("/board").text.contains("Nunca se hizo una copia"))
    #expect(try browser.get("/tokens").text.contains("Ningún sistema tiene ficha"))
    desk.node.tokens.replace([
      .init(
        name: "dgme <b>", scopes: ["publish"], until: desk.clock.now().advanced(byMilliseconds: -1000), hash: Digest())
    ])
    let tokens = try browser.get("/tokens").text
    #expect(tokens.contains("dgme &lt;b&gt;") && tokens.contains("(vencida)"))
    #expect(Pages.bytes(1023) == "1023 B" && Pages.bytes(1 << 30) == "1.0 GiB" && Pages.bytes(.max) == "16.0 EiB")
  }

  private func step<R>(
    _ home: Home, with other: Home, _ body: (inout CeremonyState, borrowing RootKey) throws -> R
  ) throws -> R {
    let root = try home.rootKeyFile().open(passphrase: TestDesk.passphrase())
    var state = try #require(try home.ceremony(with: other.config.country))
    let result = try body(&state, root)
    try home.keep(state)
    return result
  }

  @Test func aCeremonyStandsForPrintAndItsAgreementOnTheBoard() throws {
    let (desk, browser) = try desk("node-operator")
    #expect(try browser.get("/ceremonies").text.contains("No hay ninguna ceremonia"))
    let (gt, sv) = (desk.home, try desk.neighbour("SV"))
    let now = desk.clock.now()
    let topology = desk.node.registry.topology
    let today = CalendarDay(of: now)
    let terms = try AgreementTerms(
      realm: topology.realm, between: gt.config.country, and: sv.config.country,
      streams: topology.terms(between: gt.config.country, and: sv.config.country), validFrom: today,
      validUntil: CalendarDay(daysSinceEpoch: today.daysSinceEpoch + 365))
    for home in [gt, sv] {
      let root = try home.rootKeyFile().open(passphrase: TestDesk.passphrase())
      try home.keep(CeremonyState.offer(root: root, card: home.card(), terms: terms, SystemEntropy(), now: now))
    }
    let offers = try (
      gt: #require(try gt.ceremony(with: sv.config.country)).offer,
      sv: #require(try sv.ceremony(with: gt.config.country)).offer
    )
    var page = try browser.get("/ceremonies").text
    #expect(page.contains("1. Oferta hecha") && page.contains(offers.gt.digest.description))
    #expect(page.contains("El código aparece cuando") && page.contains("class=\"qr\""))

    let code = try step(gt, with: sv) { state, _ in try state.compare(offers.sv.bytes, pinned: nil, now: now) }
    _ = try step(sv, with: gt) { state, _ in try state.compare(offers.gt.bytes, pinned: nil, now: now) }
    page = try browser.get("/ceremonies").text
    #expect(page.contains("2. Ofertas comparadas") && page.contains(offers.sv.digest.description))
    for group in code.groups { #expect(page.contains(">\(group)</b>")) }

    func sign(_ home: Home, with other: Home, _ offer: Offer) throws -> SignedFile {
      try step(home, with: other) { state, root in
        try state.sign(
          offer: offer.bytes, code: code.description, officials: [Official("Ana Morales, Directora")], root: root,
          now: now)
      }
    }
    let signed = try (gt: sign(gt, with: sv, offers.sv), sv: sign(sv, with: gt, offers.gt))
    try gt.keep(step(gt, with: sv) { state, _ in try state.complete(signed.sv.bytes, now: now) })
    try desk.node.reload()
    #expect(try browser.get("/ceremonies").text.contains("4. Firmado por ambos"))

    page = try browser.get("/agreement/SV").text
    #expect(
      page.contains("vigente hasta \(terms.validUntil), vence en 36") && page.contains("dice lo mismo que el convenio"))
    #expect(page.contains("Streams:") || page.contains("migration"))
    // No link runs here: what is agreed does not flow, and the map says so by sign, dashes and words.
    let board = try browser.get("/board").text
    #expect(board.contains("class=\"pair stands\"><title>El Salvador: algo convenido no fluye"), "\(board)")
    #expect(board.matches(of: /class="pair none"><title>/).count == 5)
    #expect(try browser.get("/keys").text.contains("Tarjeta de El Salvador"))
  }

  @Test func anAgreementThatIsNotThereIsNotFound() throws {
    let (desk, browser) = try desk("node-operator")
    defer { _ = desk }
    for country in ["SV", "XX", "sv", "%2e%2e"] { #expect(try browser.get("/agreement/\(country)").status == 404) }
  }
}
