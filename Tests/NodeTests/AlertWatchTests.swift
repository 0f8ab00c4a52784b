import Catalog
import Exchange
import Foundation
import Terms
import Testing

@testable import Node

/// Alerts and records find each other, in either order of arrival, on both sides, once.
@Suite(.serialized) struct AlertWatchTests {
  @Test func anAlertIsMatchedOnBothSidesInEitherOrderOfArrival() throws {
    let risk = try RiskPair()
    // The record first, then the alert; and the other way round.
    let early = try risk.declare("SV-F-1", plate: "C 111-111")
    #expect(try NodePair.eventually { try risk.crossing("C111111", at: risk.gt).records.count == 1 })
    let first = try risk.alert("plate", #"{"country":"SV","text":"C111111"}"#, at: risk.gt)
    let second = try risk.alert("container", #""TASU1170000""#, at: risk.sv)
    #expect(
      try NodePair.eventually {
        try risk.crossing("TASU1170000", at: risk.gt).records.contains { $0.record.entry.id == second }
      })
    let late = try risk.declare("SV-F-2", plate: "C 222-222", container: "TASU1170000")
    for node in [risk.sv, risk.gt] {
      let pairs = Set([[first, early], [second, late]])
      #expect(
        try NodePair.eventually {
          try Set(risk.hits(at: node).hits.map { [$0.alertID, $0.recordID ?? $0.alertID] }) == pairs
        },
        "\(node.country)")
    }
    let hit = try #require(try risk.hits(at: risk.gt).hits.first { $0.recordID == early })
    #expect(
      hit.state == "open" && hit.foundIn == "vehicle.plate" && hit.alert?.instruction == "Revisar el doble fondo.")
    #expect(hit.record?.text("duca") == "SV-F-1" && hit.stream?.description == "SV/GT/manifests")
  }

  @Test func nothingIsReadBeforeAnAlertIsOpenAndThenEveryDatasetIsWatched() throws {
    let risk = try RiskPair()
    // Enough for a commit or more, and nobody looks at it.
    _ = try NodePair.publish(100..<150, at: risk.sv)
    #expect(risk.sv.watch.openAlerts?.isEmpty == true)
    risk.sv.watch.state.withLock { state in
      #expect(state.watched.isEmpty && state.ahead.isEmpty && state.work.isEmpty)
    }
    #expect(try risk.sv.engine.reader.state(of: StreamName("SV/SV/hits")).size == 0)
    // A passage is looked for by the crossings ahead, as no key tells it.
    let route = try risk.publish(
      "risk-alerts",
      """
      {"event":"issued","route":["SV","GT"],"time":"\(RiskPair.time())","subject":"passage",\
      "crossings":["GT-SV/la-hachadura"],"severity":"watch","code":"R-1","instruction":"Anotar.",\
      "expires":"\(RiskPair.time(6000))"}
      """, at: risk.sv)
    let person = try risk.alert("document", #"{"kind":"passport","country":"SV","number":"A10000007"}"#, at: risk.sv)
    let company = try risk.alert("company", #"{"country":"GT","number":"576937K"}"#, at: risk.sv)
    let goods = try risk.alert("tariff", #""0901.21""#, at: risk.sv)
    guard case .accepted(let departure)? = try NodePair.publish(7..<8, at: risk.sv).first else {
      throw CancellationError()
    }
    let declared = try risk.declare()
    let wanted = Set([[person, departure], [route, declared], [company, declared], [goods, declared]])
    #expect(
      try NodePair.eventually {
        try Set(risk.hits(at: risk.sv).hits.map { [$0.alertID, $0.recordID ?? $0.alertID] }) == wanted
      })
    // A passage is looked for among what was declared before it, too.
    let later = try risk.publish(
      "risk-alerts",
      """
      {"event":"issued","route":["SV"],"time":"\(RiskPair.time())","subject":"passage",\
      "crossings":["GT-SV/la-hachadura"],"severity":"watch","code":"R-1","instruction":"Anotar.",\
      "expires":"\(RiskPair.time(6000))"}
      """, at: risk.sv)
    #expect(
      try NodePair.eventually {
        try risk.hits(at: risk.sv).hits.contains { $0.alertID == later && $0.recordID == declared }
      })
  }

  @Test func aLiftedAlertIsMatchedNoMore() throws {
    let risk = try RiskPair()
    let plate = try risk.alert("plate", #"{"country":"SV","text":"C111111"}"#, at: risk.sv)
    try risk.publish(
      "risk-alerts",
      """
      {"event":"lifted","refers":"\(plate)","route":["SV","GT"],"time":"\(RiskPair.time())","reason":"Aclarado"}
      """, at: risk.sv)
    _ = try risk.declare("SV-F-1", plate: "C 111-111")
    // The later alert is matched after both: when its hit is there, one of the lifted alert would be.
    let container = try risk.alert("container", #""CSQU3054383""#, at: risk.sv)
    #expect(try NodePair.eventually { try !risk.hits(at: risk.sv).hits.isEmpty })
    #expect(try risk.hits(at: risk.sv).hits.map(\.alertID) == [container])
    #expect(try risk.heading("SV-F-1", at: risk.sv).alerts.map(\.id) == [container])
  }

  @Test func aRestartFindsNothingTwiceAndWhatWasMissed() throws {
    let risk = try RiskPair()
    let alert = try risk.alert("plate", #"{"country":"SV","text":"C111111"}"#, at: risk.sv, route: #"["SV"]"#)
    let declared = try risk.declare("SV-F-1", plate: "C 111-111")
    #expect(try NodePair.eventually { try risk.hits(at: risk.sv).hits.count == 1 })
    // The process died after the record was durable and before it was matched: the watch is deaf, then all is opened again.
    risk.sv.watch.stop()
    let missed = try risk.declare("SV-F-2", plate: "C 111-111")
    let noted = try risk.sv.engine.reader.state(of: StreamName("SV/SV/hits")).size
    let (sv, _) = try risk.pair.restart()
    func hits() throws -> [RecordID?] {
      try sv.lookups.answer(AlertHitsRequest(by: Asker(officer: "of-1", role: "customs-officer", purpose: "test"))).hits
        .filter { $0.alertID == alert }.map(\.recordID)
    }
    #expect(try NodePair.eventually { try hits().count == 2 })
    #expect(try Set(hits()) == [declared, missed])
    #expect(try sv.engine.reader.state(of: StreamName("SV/SV/hits")).size == noted + 1)
    let report = sv.verify { _ in }
    #expect(report.problems.isEmpty, "\(report.problems)")
  }

  @Test func theOutcomeOfAHitGoesToTheAuthor() throws {
    let risk = try RiskPair()
    let alert = try risk.alert("plate", #"{"country":"SV","text":"C111111"}"#, at: risk.sv)
    let declared = try risk.declare("SV-F-1", plate: "C 111-111")
    #expect(try NodePair.eventually { try risk.hits(at: risk.gt).hits.map(\.recordID) == [declared] })
    try risk.publish(
      "risk-alerts",
      """
      {"event":"hit","refers":"\(alert)","matched":"\(declared)","route":["SV","GT"],"time":"\(RiskPair.time())",\
      "post":"GT-SV/la-hachadura/GT","outcome":"confirmed"}
      """, at: risk.gt)
    #expect(try risk.hits(at: risk.gt).hits.map(\.state) == ["confirmed"])
    #expect(try NodePair.eventually { try risk.hits(at: risk.sv).hits.map(\.state) == ["confirmed"] })
    var open = AlertHitsRequest(by: Asker(officer: "of-1", role: "customs-officer", purpose: "test"))
    open.onlyOpen = true
    #expect(try risk.sv.lookups.answer(open).hits.isEmpty)
    // What was found in a record that the author does not hold is told to it all the same.
    try risk.publish(
      "risk-alerts",
      """
      {"event":"hit","refers":"\(alert)","route":["SV","GT"],"time":"\(RiskPair.time())","post":"GT-SV/la-hachadura/GT",\
      "outcome":"other-finding"}
      """, at: risk.gt)
    #expect(
      try NodePair.eventually {
        try risk.hits(at: risk.sv).hits.map(\.state).sorted() == ["confirmed", "other-finding"]
      })
    open.onlyOpen = false
    open.place = "GT-SV/anguiatu"
    #expect(try risk.sv.lookups.answer(open).hits.isEmpty)
    open.place = "GT-SV/la-hachadura/SV"
    #expect(try risk.sv.lookups.answer(open).hits.count == 2)
  }

  @Test func aRoleSeesOfAHitWhatItMaySeeOfEach() throws {
    let risk = try RiskPair()
    let alert = try risk.alert("plate", #"{"country":"SV","text":"C111111"}"#, at: risk.sv)
    let declared = try risk.declare("SV-F-1", plate: "C 111-111")
    #expect(try NodePair.eventually { try risk.hits(at: risk.gt).hits.count == 1 })
    // An auditor may see manifests and no alerts, a quarantine officer alerts and no manifests.
    let auditors = try risk.hits(at: risk.gt, role: "auditor")
    #expect(auditors.hits.map(\.recordID) == [declared] && auditors.hits.first?.alert == nil)
    #expect(auditors.hits.first?.words.contains("which this role may not see") == true)
    let withheld = auditors.basis.withheld.map(\.description)
    #expect(withheld.contains { $0.contains("SV/GT/risk-alerts") && $0.contains("not auditor") })
    let officers = try risk.hits(at: risk.gt, role: "quarantine-officer")
    #expect(officers.hits.map(\.alertID) == [alert] && officers.hits.first?.record == nil)
    let nobody = try risk.hits(at: risk.gt, role: "janitor")
    #expect(nobody.hits.isEmpty && nobody.withheldHits == 1)
    // What was shown is in the log: the alert and the record, each under its dataset.
    let log = try risk.gt.lookupLog(by: "of-1", about: CountryCode("SV"), limit: 100)
    #expect(
      log.contains { $0["dataset"]?.string == "risk-alerts" && $0["records"]?.json.contains(alert.description) == true }
    )
    #expect(
      log.contains {
        $0["dataset"]?.string == "manifests" && $0["records"]?.json.contains(declared.description) == true
      })
    // The heading of a crossing file keeps to it as well.
    #expect(try risk.heading("SV-F-1", at: risk.gt, role: "auditor").alerts.isEmpty)
    #expect(try risk.heading("SV-F-1", at: risk.gt).alerts.map(\.id) == [alert])
  }
}

/// What each alert and each record costs, counted in steps.
@Suite(.serialized) struct AlertCostTests {
  @Test func anAlertIsKeyedOnceHoweverManyAreOpenAndARecordWithoutAHitIsNotOpened() throws {
    let risk = try RiskPair()
    let count = 12
    var last = try risk.alert("plate", #"{"country":"SV","text":"X0"}"#, at: risk.sv)
    for number in 1..<count {
      last = try risk.alert("plate", "{\"country\":\"SV\",\"text\":\"X\(number)\"}", at: risk.sv)
    }
    #expect(NodePair.eventually { risk.sv.watch.openAlerts?.open.count == count })
    #expect(risk.sv.watch.openAlerts?.open.last?.id == last)
    // One by one, and yet each was keyed once: what was open before was not touched again.
    #expect(NodePair.eventually { risk.sv.watch.keyed.withLock { $0 } == count })
    _ = try risk.declare("SV-F-1", plate: "C 111-111")
    #expect(risk.sv.watch.state.withLock { $0.work.found.isEmpty })
    let hit = try risk.declare("SV-F-2", plate: "X 7")
    #expect(try NodePair.eventually { try risk.hits(at: risk.sv).hits.map(\.recordID) == [hit] })
    try risk.publish(
      "risk-alerts",
      """
      {"event":"lifted","refers":"\(last)","route":["GT","SV"],"time":"\(RiskPair.time())","reason":"R-1"}
      """, at: risk.sv)
    #expect(NodePair.eventually { risk.sv.watch.keyed.withLock { $0 } == count + 1 })
    #expect(risk.sv.watch.state.withLock { $0.watched.values.allSatisfy { $0 == 1 } })
  }
}
