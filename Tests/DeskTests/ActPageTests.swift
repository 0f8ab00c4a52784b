import Catalog
import HTTP
import Node
import Officers
import Sodium
import Terms
import Testing

@testable import Desk

/// What officers do about records from the crossing file and the lists.
@Suite struct ActPageTests {
  let desk: TestDesk

  init() throws {
    desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("eva", ["customs-officer"]), try TestDesk.officer("quin", ["quarantine-officer"]),
      try TestDesk.officer("seg", ["security-officer"]), try TestDesk.officer("puesto", ["post-operator"]),
      try TestDesk.officer("aud", ["auditor"]), try TestDesk.officer("riesgo", ["risk-analyst"]),
    ])
  }

  private func loggedIn(_ officer: String) throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  private var time: String { desk.clock.now().wholeSeconds }

  private func declare(_ duca: String = "GT-F-2026-0001234") throws -> RecordID {
    try desk.publish(
      """
      {"event":"declared","duca":"\(duca)","kind":"DUCA-F","route":["GT","SV"],"crossings":["GT-SV/la-hachadura"],\
      "time":"\(time)","destination":"SV","regime":"10","transport_mode":"road","containers":["CSQU3054383"],\
      "exporter":{"company":{"country":"GT","number":"576937-K"},"name":"Café de Ejemplo"},"gross_kg":"1050","net_kg":"1000",\
      "importer":{"company":{"country":"SV","number":"0614-050707-104-8"},"name":"Destino"},\
      "vehicle":{"plate":{"country":"GT","text":"C 900-123"}},\
      "lines":[{"packages":10,"net_kg":"1000","gross_kg":"1050","origin":"GT","tariff":"090121","description":"Café"}]}
      """, of: "manifests")
  }

  private func file(_ browser: TestBrowser, _ key: String) throws -> (address: String, text: String) {
    let address = try #require(try browser.submit("/search", ["key": key, "purpose": "control"]).location)
    return (address, try browser.get(address).text)
  }

  /// The address of an act that a page offers.
  private func offered(_ act: String, in text: String) -> String? {
    let links = text.matches(of: /href="(\/act\/([a-z-]+)\.[0-9a-f-]{36})\?/)
    return links.first { $0.2 == act }.map { String($0.1) }
  }

  @Test func quarantineHoldsAndReleasesAndCustomsReleasesOnlyThen() throws {
    _ = try declare()
    let (quin, eva) = (try loggedIn("quin"), try loggedIn("eva"))
    let (back, seen) = try file(quin, "GT-F-2026-0001234")
    let hold = try #require(offered("quarantine", in: seen))
    #expect(offered("customs-release", in: seen) == nil)
    let form = try quin.get(hold, query: [("back", back)])
    #expect(form.status == 200 && form.text.contains(#"name="f.goods""#) && !form.text.contains(#"name="f.duca""#))
    // The law wants a reason.
    let bare = try quin.submit(hold, ["back": back, "do": "store", "f.goods": "Café", "f.authority": "MAGA"])
    #expect(bare.status == 422 && bare.text.contains(#"id="f-reason-fault""#) && bare.text.contains("MAGA"))
    let held = try quin.submit(
      hold,
      ["back": back, "do": "store", "f.goods": "Café", "f.authority": "MAGA", "f.reason": "HYPOTH", "f.duca": "otra"])
    #expect(held.location == back)
    let after = try quin.get(back).text
    #expect(after.contains("Retener por cuarentena: guardado como") && after.contains("RETENIDA por cuarentena"))

    // Customs may not release what is held, and is told why.
    let (evaBack, evaSees) = try file(eva, "GT-F-2026-0001234")
    let release = try #require(offered("customs-release", in: evaSees))
    let refused = try eva.submit(release, ["back": evaBack, "do": "store"])
    #expect(refused.status == 422 && refused.text.contains("retenida por cuarentena"), "\(refused.text)")
    #expect(offered("release", in: evaSees) == nil)

    let free = try #require(offered("release", in: after))
    #expect(try quin.submit(free, ["back": back, "do": "store", "f.authority": "MAGA"]).location == back)
    #expect(try eva.submit(release, ["back": evaBack, "do": "store"]).location == evaBack)
    #expect(try eva.get(evaBack).text.contains("Liberada"))
  }

  @Test func aHoldBearsTheScannedActThatCameWithItsForm() throws {
    _ = try declare()
    let (quin, seg) = (try loggedIn("quin"), try loggedIn("seg"))
    let (back, seen) = try file(quin, "GT-F-2026-0001234")
    let hold = try #require(offered("quarantine", in: seen))
    let page = try quin.get(hold, query: [("back", back)])
    #expect(page.text.contains(#"enctype="multipart/form-data""#) && page.text.contains(#"name="file.act_digest""#))
    let scan = Array("%PDF-1.7 acta de retención".utf8) + [UInt8](repeating: 0x20, count: 90_000)
    func send(
      _ fields: [String: String], _ bytes: [UInt8]?, field: String = "file.act_digest", by browser: TestBrowser
    ) throws -> TestBrowser.Page {
      let known = ["token": try browser.get("/forms").token ?? "", "back": back, "f.goods": "Café"]
      return try browser.upload(
        hold, known.merging(fields) { $1 }, files: bytes.map { [(field, "acta.pdf", $0)] } ?? [])
    }
    // No such paper; what was typed stays.
    let wrong = try send(["do": "store", "f.authority": "MAGA"], Array("GIF89a".utf8), by: quin)
    #expect(wrong.status == 422 && wrong.text.contains(#"id="f-act_digest-fault""#) && wrong.text.contains("MAGA"))
    // The reason is missing: the file is kept, and goes to and fro as its digest, whose size nobody can say otherwise.
    let bare = try send(["do": "store", "f.authority": "MAGA"], scan, by: quin)
    let digest = SHA256.hash(scan).description
    #expect(bare.status == 422 && bare.text.contains("Archivo guardado") && bare.text.contains(digest))
    let dropped = try send(["do": "drop:act_digest", "f.act_digest": digest, "f.act_bytes": "9"], nil, by: quin)
    #expect(dropped.status == 200 && !dropped.text.contains(digest))
    // A file for another field, and one of an officer who holds nothing, are taken nowhere.
    #expect(try send(["do": "store"], scan, field: "file.goods", by: quin).status == 403)
    #expect(try send(["do": "store"], scan, by: seg).status == 403)
    let held = try send(
      [
        "do": "store", "f.authority": "MAGA", "f.reason": "HYPOTH", "f.act_digest": digest, "f.act_bytes": "9",
        "f.post": "GT-HN/agua-caliente/GT",
      ], nil, by: quin)
    #expect(held.location == back, "\(held.text)")
    let asker = Asker(officer: "t", role: "auditor", purpose: "t")
    let record = try #require(
      try desk.node.lookups.answer(LookupRequest(dataset: DatasetName("quarantine"), by: asker)).records.first)
    let body = try JSONValue(parsing: record.record.body)
    #expect(body["act_digest"]?.string == digest && body["act_bytes"] == .number(Int64(scan.count)))
    #expect(body["post"]?.string == "GT-SV/la-hachadura/GT")
  }

  @Test func anAlertsOutcomeGoesToItsAuthorWithWhatWasFound() throws {
    let alert = try desk.publish(
      """
      {"event":"issued","route":["GT","SV"],"time":"\(time)","subject":"plate","plate":{"country":"SV","text":"P 900-001"},\
      "severity":"inspect","code":"R-7","instruction":"Revisar","expires":"\(desk.clock.now().advanced(byMilliseconds: 86_400_000).wholeSeconds)"}
      """, of: "risk-alerts")
    let seg = try loggedIn("seg")
    let (back, seen) = try file(seg, "P 900-001")
    let outcome = try #require(offered("outcome", in: seen))
    #expect(outcome.hasSuffix(alert.description) && offered("lift", in: seen) == nil)
    #expect(try seg.submit(outcome, ["back": back, "do": "store", "f.outcome": "confirmed"]).location == back)
    #expect(try seg.get(back).text.contains("Confirmado"))
    // Lifting needs a role that issues alerts, and a reason.
    #expect(try seg.get("/act/lift.\(alert)").status == 403)
    let riesgo = try loggedIn("riesgo")
    let lift = try #require(offered("lift", in: try file(riesgo, "P 900-001").text))
    #expect(try riesgo.submit(lift, ["do": "store"]).status == 422)
    #expect(try riesgo.submit(lift, ["do": "store", "f.reason": "aclarado"]).status == 303)
    #expect(try riesgo.get("/alerts").text.contains("Ninguna coincidencia espera respuesta"))
  }

  @Test func anIncidentIsFollowedUpAndClosedAndAnOutageEnds() throws {
    let incident = try desk.publish(
      """
      {"event":"reported","post":"GT-SV/la-hachadura/GT","time":"\(time)","kind":"theft","severity":"high",\
      "visibility":"all","summary":"Robo de carga","plates":[{"country":"SV","text":"P 900-002"}]}
      """, of: "incidents")
    let seg = try loggedIn("seg")
    let (back, seen) = try file(seg, "P 900-002")
    let close = try #require(offered("close", in: seen))
    #expect(close.hasSuffix(incident.description))
    #expect(try seg.submit(close, ["do": "store", "back": back, "f.summary": "Recuperada"]).status == 422)
    let done = try seg.submit(
      close, ["do": "store", "back": back, "f.summary": "Recuperada", "f.outcome": "Detenidos"])
    #expect(done.location == back)
    #expect(try seg.get(back).text.contains("Incidentes: Cerrado"))

    let puesto = try loggedIn("puesto")
    #expect(try puesto.get("/outages").text.contains("Nada averiado"))
    _ = try puesto.submit(
      "/form/posts",
      [
        "do": "store", "f.event": "state", "f.post": "GT-SV/la-hachadura/GT", "f.equipment": "scanner",
        "f.identifier": "E-2", "f.state": "out-of-order", "f.reason": "sin energía",
        "f.time": Language.local(desk.clock.now(), in: desk.node.country),
      ], from: "/forms")
    let page = try puesto.get("/outages").text
    #expect(page.contains("E-2") && page.contains("sin energía"))
    let works = try #require(offered("works-again", in: page))
    desk.clock.advance(milliseconds: 120_000)
    #expect(try puesto.submit(works, ["do": "store", "back": "/outages"], from: "/forms").location == "/outages")
    #expect(try puesto.get("/outages").text.contains("Nada averiado"))
  }

  @Test func everyActIsForTheRolesOfTheTableAlone() throws {
    let declared = try declare("GT-F-2026-0009999")
    for officer in ["eva", "quin", "seg", "puesto", "aud", "riesgo"] {
      let browser = try loggedIn(officer)
      let role = try #require(desk.node.officers.officer(officer)?.roles.first)
      for act in ["quarantine", "customs-hold", "customs-release", "arrive"] {
        let status = try browser.get("/act/\(act).\(declared)").status
        let dataset = act == "quarantine" ? "quarantine" : "manifests"
        let may = Recording.extent(role, dataset) != nil
        // Who may make the record and not see the declaration gets nowhere either.
        #expect(may ? [200, 404].contains(status) : status == 403, "\(officer) \(act): \(status)")
      }
    }
    let eva = try loggedIn("eva")
    for address in [
      "/act/nothing.\(declared)", "/act/customs-release", "/act/customs-release.x",
      "/act/customs-release.\(declared).x",
      "/act/customs-release.019ab7e2-5a00-7000-8000-0123456789ab",
    ] { #expect(try eva.get(address).status == 404, "\(address)") }
    // Nothing leads a browser away from here, and a record of another kind is none for the act.
    let away = try eva.submit(
      "/act/customs-hold.\(declared)", ["do": "store", "f.reason": "x", "back": "//evil.example"])
    #expect(away.location == "/forms")
    let held = try #require(
      try desk.node.lookupLog(by: "eva", about: nil, limit: 10_000).first { $0["dataset"]?.string == "manifests" })
    #expect(held["purpose"]?.string?.isEmpty == false)
  }
}
