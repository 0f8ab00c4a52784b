import Catalog
import Terms
import Testing

@testable import Indicators

@Suite struct ReportTests {
  private func reform(
    _ identifier: String, state: String = "started", due: String = "2027-06-30", told: String = "2026-11-01T00:00:00Z",
    milestones: [JSONValue] = [], measure: String = "rfid"
  ) -> JSONValue {
    [
      "identifier": .text(identifier), "title": "Carril", "measure": .text(measure), "scope": "country",
      "country": "SV", "countries": ["SV"], "bodies": ["Aduana"], "state": .text(state), "starts": "2026-01-01",
      "due": .text(due), "time": .text(told), "milestones": .list(milestones),
    ]
  }

  private func project(
    _ identifier: String, state: String = "running", measures: [JSONValue] = ["rfid"], needed: JSONValue = nil,
    reforms: [JSONValue] = []
  ) -> JSONValue {
    [
      "identifier": .text(identifier), "title": "Equipos", "donor": "D", "country": "SV", "countries": ["SV"],
      "measures": .list(measures), "reforms": .list(reforms), "currency": "USD", "amount": "1000.50",
      "disbursed": "10.00", "needed": needed, "starts": "2026-03-01", "ends": "2027-02-28", "state": .text(state),
      "time": "2026-11-01T00:00:00Z",
    ]
  }

  @Test func aReformIsLateByItsMilestonesWhateverItSays() throws {
    let today = try CalendarDay("2026-11-25")
    let reforms = Reform.latest(
      [
        reform("A"),
        reform(
          "B",
          milestones: [
            ["title": "one", "due": "2026-11-15", "state": "open"],
            ["title": "two", "due": "2026-10-01", "state": "done", "done": "2026-10-04"],
            ["title": "three", "due": "2026-09-01", "state": "dropped"],
          ]),
        reform("C", due: "2026-11-20"), reform("D", state: "done", due: "2026-01-01"),
        reform("E", state: "planned", told: "2026-10-01T00:00:00Z"),
        reform("E", state: "delayed", told: "2026-11-02T00:00:00Z"), reform("E", told: "2026-09-01T00:00:00Z"),
      ], on: today)
    #expect(reforms.map(\.identifier) == ["B", "C", "D", "A", "E"])
    #expect(reforms.map { $0.daysLate(on: today) } == [10, 5, 0, 0, 0])
    #expect(reforms.map { $0.isDelayed(on: today) } == [true, true, false, false, true])
    #expect(reforms[0].milestones.map { $0.daysLate(on: today) } == [10, 3, 0])
  }

  @Test func gapsAreMeasuresReformsAndProjectsWithoutMoney() throws {
    let today = try CalendarDay("2026-11-25")
    let projects = Project.latest([
      project("P", needed: "1500.75"), project("Q", state: "proposed", measures: ["cameras"]),
      project("R", needed: "1000.50"),
    ])
    #expect(projects.map(\.gap) == [50_025, nil, 0])
    let reforms = Reform.latest(
      [
        reform("F", measure: "rfid"), reform("G", measure: "cameras"), reform("H", state: "done", measure: "cameras"),
      ], on: today)
    let gaps = FundingGap.gaps(projects, reforms, measures: ["cameras", "rfid"], countries: ["SV"])
    #expect(
      gaps.map { "\($0.kind.rawValue) \($0.measures.joined()) \($0.identifier ?? "")" } == [
        "measure without funding cameras ", "reform without funding cameras G", "too little funding rfid P",
      ])
    #expect(gaps.last?.missing.map(Project.text(ofHundredths:)) == "500.25")
    #expect(projects[0].touches(year: 2027) && !projects[0].touches(year: 2028))
  }

  @Test func whatIsNoReformOrProjectIsLeftOut() throws {
    #expect(Reform.latest([["title": "x"], "text"], on: try CalendarDay("2026-11-25")).isEmpty)
    #expect(Project.latest([["identifier": "x", "amount": "1"], nil]).isEmpty)
    for text in ["1", "1.5", "1.555", "", ".", "99999999999999999999.00", "a.bc"] {
      #expect(Project.hundredths(text) == nil, "\(text)")
    }
    #expect(Project.hundredths("12.05") == 1205)
  }
}
