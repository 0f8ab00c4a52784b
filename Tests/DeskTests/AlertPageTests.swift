import Foundation
import HTTP
import Node
import Officers
import Terms
import Testing

@testable import Desk

/// Alarms of tags stand beside the hits of alerts.
@Suite struct AlertPageTests {
  @Test func aTagThatNobodyKnowsAndOneThatIsACopyStandOnThePageOfThePost() throws {
    let desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("seg", ["security-officer"]), try TestDesk.officer("puesto", ["post-operator"]),
      try TestDesk.officer("few", ["security-officer"], datasets: ["incidents", "risk-alerts"]),
    ])
    let time = desk.clock.now().advanced(byMilliseconds: -60_000).wholeSeconds
    func read(_ epc: String, _ tid: String) throws {
      _ = try desk.publish(
        """
        {"epc":"\(epc)","tid":"\(tid)","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/GT","reader":"A-1",\
        "time":"\(time)"}
        """, of: "rfid-reads")
    }
    _ = try desk.publish(
      """
      {"event":"registered","epc":"3474257BF400000000000001","tid":"E2801160600002053A2B17C4","country":"GT",\
      "kind":"truck","plate":{"country":"GT","text":"C 900-123"},"time":"\(time)","valid_from":"2026-01-01",\
      "valid_until":"2099-12-31"}
      """, of: "cargo-units")
    try read("3474257BF400000000000001", "E2801160600002053A2B17C5")
    try read("3474257BF400000000000009", "E2801160600002053A2B17C9")

    let seg = desk.browser()
    #expect(try seg.login("seg").status == 303)
    _ = try seg.submit("/purpose", ["purpose": "control"], from: "/search")
    // Alarms are raised behind the reads, by the node's watch.
    var page = try seg.get("/alerts")
    let end = Date(timeIntervalSinceNow: 120)
    while !page.text.contains("3474257BF400000000000009") || !page.text.contains("3474257BF400000000000001"),
      Date() < end
    {
      Thread.sleep(forTimeInterval: 0.1)
      page = try seg.get("/alerts")
    }
    #expect(page.status == 200 && page.text.contains("Alarmas de etiquetas RFID"))
    #expect(page.text.contains("Etiqueta copiada") && page.text.contains("copia de la etiqueta: Guatemala registró"))
    #expect(page.text.contains("no está en ningún registro que se tenga aquí"))
    #expect(page.text.contains(#"data-live="alerts""#) && !page.text.contains(#"lang="en">"# + "read at"))
    let english = try seg.get("/alerts", query: [("lang", "en")]).text
    #expect(english.contains("Copied tag") && english.contains("in no registry that is held here"))
    // Who was not given reads sees no alarm; who may not search sees no page.
    let few = desk.browser()
    #expect(try few.login("few").status == 303)
    _ = try few.submit("/purpose", ["purpose": "control"], from: "/search")
    let less = try few.get("/alerts")
    #expect(
      less.status == 200 && !less.text.contains("3474257BF4") && less.text.contains("Ninguna etiqueta leída aquí"))
    let puesto = desk.browser()
    #expect(try puesto.login("puesto").status == 303)
    #expect(try puesto.get("/alerts").status == 403)
  }
}
