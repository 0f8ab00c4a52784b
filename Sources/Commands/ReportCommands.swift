import Catalog
import HTTP
import Indicators
import Node
import Terms

let reportCommands: [Command] = [
  Command(
    "report measures", summary: "each reform with its milestones and state, those furthest behind first",
    options: reportOptions + [.flag("--delayed")], run: reportMeasures),
  Command(
    "report projects", summary: "donors' projects of a year, and where money is missing",
    options: reportOptions + [.value("--year", "YYYY"), .flag("--gaps")], run: reportProjects),
]

private let reportOptions: [OptionSpec] = [
  homeOption, .flag("--json"), .flag("--csv"), .value("--country", "CC"), .needed("--officer", "ID"),
  .needed("--purpose", "TEXT"), .value("--role", "ROLE"), .value("--storage-passphrase-file", "F"),
]

/// Who reads reports on reforms and money where nobody names another role.
private let committeeRole = "committee"

/// The records of datasets, each looked up and logged; what was withheld is told.
private func records(
  _ datasets: [String], _ arguments: Arguments, _ console: Console
) throws -> [[JSONValue]] {
  guard !arguments.flag("--csv") || !arguments.flag("--json") else {
    throw UsageError("--csv and --json exclude each other")
  }
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  return try datasets.map { dataset in
    var members: [JSONValue.Member] = [
      .init(name: "dataset", value: .text(dataset)), .init(name: "limit", value: JSONValue(LookupRequest.mostRecords)),
      .init(name: "officer", value: .text(try arguments.needed("--officer"))),
      .init(name: "purpose", value: .text(try arguments.needed("--purpose"))),
      .init(name: "role", value: .text(arguments.value("--role") ?? committeeRole)),
    ]
    if let country = arguments.value("--country") { members.append(.init(name: "from", value: .text(country))) }
    do { _ = try LookupRequest(json: .object(members)) } catch { throw UsageError("\(error)") }
    var found: [JSONValue] = []
    try access.lines(.init(.post, "/v1/query"), upload: .bytes(Array(JSONValue.object(members).json.utf8))) { line in
      if let answer = line["answer"] {
        for reason in answer.items("withheld") { console.complain("\(dataset): withheld: \(reason.string ?? "")") }
        if found.count >= LookupRequest.mostRecords || answer["searched_back_to"]?.string != nil {
          console.complain("\(dataset): only the newest \(found.count) records were looked at; name one --country")
        }
      } else if let record = line["record"] {
        found.append(record)
      }
    }
    return found
  }
}

@Sendable private func reportMeasures(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let today = CalendarDay(of: SystemClock().now())
  let all = Reform.latest(try records(["measures"], arguments, console)[0], on: today)
  let reforms = arguments.flag("--delayed") ? all.filter { $0.isDelayed(on: today) } : all
  if arguments.flag("--csv") {
    console.write(Reform.table(reforms, on: today))
    return statusDone
  }
  for reform in reforms {
    let days = reform.daysLate(on: today)
    if arguments.flag("--json") {
      console.print(json(reform, on: today))
    } else {
      let behind =
        days > 0 ? "  LATE by \(days) days" : reform.state == "delayed" ? "  DELAYED, as its country says" : ""
      console.print(
        "\(reform.country) \(reform.identifier): \(reform.title) [\(reform.measure)] \(reform.state)\(behind)")
      console.print(
        "    \(reform.starts) to \(reform.due); \(reform.milestonesDone) of \(reform.milestones.count) milestones; "
          + reform.bodies.joined(separator: ", "))
      for milestone in reform.milestones {
        let days = milestone.daysLate(on: today)
        let reached = milestone.done.map { " on \($0)" } ?? ""
        let evidence = milestone.evidence.map { "; \($0)" } ?? ""
        console.print(
          "      \(milestone.due) \(milestone.state)\(reached): \(milestone.title)\(evidence)"
            + (days > 0 ? "  LATE by \(days) days" : ""))
      }
    }
  }
  if !arguments.flag("--json") {
    let delayed = all.count { $0.isDelayed(on: today) }
    console.print("\(all.count) reforms, \(delayed) delayed, \(all.count { $0.state == "done" }) done; on \(today)")
  }
  return statusDone
}

private func json(_ reform: Reform, on today: CalendarDay) -> JSONValue {
  [
    "country": .text(reform.country), "identifier": .text(reform.identifier), "title": .text(reform.title),
    "measure": .text(reform.measure), "state": .text(reform.state), "due": .text(reform.due.description),
    "delayed": .boolean(reform.isDelayed(on: today)), "days_late": .number(reform.daysLate(on: today)),
    "milestones": .list(
      reform.milestones.map { milestone in
        [
          "title": .text(milestone.title), "due": .text(milestone.due.description), "state": .text(milestone.state),
          "done": JSONValue(milestone.done?.description), "days_late": .number(milestone.daysLate(on: today)),
        ]
      }),
  ]
}

@Sendable private func reportProjects(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let today = CalendarDay(of: SystemClock().now())
  let year = Int64(try arguments.number("--year", in: 1990...2100) ?? Int(today.components.year))
  let found = try records(["projects", "measures"], arguments, console)
  let projects = Project.latest(found[0]).filter { $0.touches(year: year) }
  let topology = try Home.open(arguments.home).loadTopology()
  let own = try Home.open(arguments.home).config.country.description
  let asked = arguments.value("--country").map { [$0] } ?? Array(Set(projects.map(\.country) + [own]))
  guard let measures = FundingGap.strategyMeasures(of: topology)
  else { throw CommandFailure("the topology has no dataset measures with a field measure of given words") }
  let gaps = FundingGap.gaps(
    projects, Reform.latest(found[1], on: today), measures: measures, countries: asked)
  if arguments.flag("--csv") {
    console.write(arguments.flag("--gaps") ? FundingGap.table(gaps) : Project.table(projects))
  } else if arguments.flag("--json") {
    for project in projects where !arguments.flag("--gaps") { console.print(json(project)) }
    for gap in gaps { console.print(json(gap)) }
  } else {
    tell(projects, gaps, year: year, onlyGaps: arguments.flag("--gaps"), console)
  }
  return statusDone
}

private func tell(
  _ projects: [Project], _ gaps: [FundingGap], year: Int64, onlyGaps: Bool, _ console: Console
) {
  func money(_ value: Int64, _ currency: String) -> String { "\(Project.text(ofHundredths: value)) \(currency)" }
  if !onlyGaps {
    console.print("Projects of \(year)\n")
    for project in projects {
      console.print(
        "\(project.country) \(project.identifier): \(project.title), \(project.donor), \(project.state), "
          + "\(project.starts) to \(project.ends)")
      let parts = [
        "committed \(money(project.amount, project.currency))",
        project.disbursed.map { "disbursed \(money($0, project.currency))" },
        project.needed.map { "needs \(money($0, project.currency))" }, project.advance.map { "advance \($0) %" },
      ]
      console.print(
        "    \(parts.compactMap { $0 }.joined(separator: ", ")); \(project.measures.joined(separator: ", "))")
    }
    for currency in Set(projects.map(\.currency)).sorted() {
      let own = projects.filter { $0.currency == currency && $0.isFunded }
      console.print(
        "\(own.count) projects agreed in \(currency): \(money(Project.sum(own.map(\.amount)), currency)) committed")
    }
  }
  console.print("\nGaps: \(gaps.count)")
  for gap in gaps {
    let what = [gap.identifier, gap.title].compactMap { $0 }.joined(separator: ": ")
    let missing = gap.missing.map { ", \(money($0, gap.currency ?? "")) missing" } ?? ""
    console.print(
      "  \(gap.country) \(gap.kind.rawValue): \(gap.measures.joined(separator: ", "))\(what.isEmpty ? "" : " (\(what))")"
        + missing)
  }
}

private func json(_ project: Project) -> JSONValue {
  [
    "country": .text(project.country), "identifier": .text(project.identifier), "title": .text(project.title),
    "donor": .text(project.donor), "measures": .list(project.measures.map { .text($0) }),
    "currency": .text(project.currency), "amount": .text(Project.text(ofHundredths: project.amount)),
    "disbursed": JSONValue(project.disbursed.map(Project.text(ofHundredths:))),
    "needed": JSONValue(project.needed.map(Project.text(ofHundredths:))), "state": .text(project.state),
    "starts": .text(project.starts.description), "ends": .text(project.ends.description),
    "advance": project.advance.map { .number($0) } ?? nil,
  ]
}

private func json(_ gap: FundingGap) -> JSONValue {
  [
    "gap": .text(gap.kind.rawValue), "country": .text(gap.country), "measures": .list(gap.measures.map { .text($0) }),
    "identifier": JSONValue(gap.identifier), "title": JSONValue(gap.title),
    "missing": JSONValue(gap.missing.map(Project.text(ofHundredths:))), "currency": JSONValue(gap.currency),
  ]
}
