import Catalog
import Charts
import HTTP
import Indicators
import Markup
import Node
import Officers
import Terms

// The action plan and donors' projects: lookups of the datasets `measures` and `projects`, in which no field holds a person.
extension Pages {
  /// The latest records of one of the two datasets, as JSON; a lookup.
  struct Told {
    let records: [JSONValue]
    let basis: LookupAnswer

    /// Whether only the newest records were looked at.
    var isCutShort: Bool { records.count >= LookupRequest.mostRecords || basis.searchedBackTo != nil }
  }

  func told(_ dataset: String, _ session: Session) throws(LookupError) -> Told {
    let name: DatasetName
    do { name = try DatasetName(dataset) } catch { throw .notLogged(error.description) }
    var request = LookupRequest(dataset: name, by: session.asker)
    request.limit = LookupRequest.mostRecords
    let answer = try node.lookups.answer(request)
    return Told(records: answer.records.compactMap { try? JSONValue($0.body) }, basis: answer)
  }

  /// `GET /measures`.
  func showMeasures(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard !session.purpose.isEmpty else { return askPurpose(visit, visit(.actionPlan)) }
    let told: Told
    do throws(LookupError) { told = try self.told("measures", session) } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    let today = CalendarDay(of: visit.now)
    let reforms = Reform.latest(told.records, on: today)
    return page(
      Frame(visit, title: visit(.actionPlan)).page {
        titled(visit, visit(.actionPlan), tables: [("/measures.csv", visit(.asTable))])
        if told.isCutShort { HTML.element("p", .class("box warn")) { visit(.cutShort) } }
        PlanView(visit, today).plan(reforms)
        BasisView(visit).basis(told.basis)
      })
  }

  /// `GET /measures.csv`: a lookup of its own.
  func measureTable(_ visit: Visit) -> Response {
    guard let session = visit.session, !session.purpose.isEmpty else { return redirect(to: "/measures") }
    let today = CalendarDay(of: visit.now)
    do throws(LookupError) {
      return download(
        Reform.table(Reform.latest(try told("measures", session).records, on: today), on: today),
        named: "measures-\(node.country)-\(today).csv")
    } catch { return unanswered(visit, error) }
  }

  /// Projects and gaps of a year.
  private struct Money {
    let year: Int64
    let projects: [Project]
    let gaps: [FundingGap]
    let (told, reformsTold): (Told, Told)
  }

  /// The year that the address names, else this one.
  private func year(_ visit: Visit) -> Int64 {
    let named = visit.request.query("year").flatMap { $0.utf8.count == 4 ? Int64($0) : nil }
    return named.flatMap { (1990...2100).contains($0) ? $0 : nil } ?? CalendarDay(of: visit.now).components.year
  }

  private func money(_ visit: Visit, _ session: Session) throws(LookupError) -> Money {
    let year = year(visit)
    let projectsTold = try told("projects", session)
    let measuresTold = try told("measures", session)
    let projects = Project.latest(projectsTold.records).filter { $0.touches(year: year) }
    let reforms = Reform.latest(measuresTold.records, on: CalendarDay(of: visit.now))
    let countries = Array(Set(projects.map(\.country) + [node.country.description]))
    let measures = FundingGap.strategyMeasures(of: node.registry.topology) ?? []
    return Money(
      year: year, projects: projects,
      gaps: FundingGap.gaps(projects, reforms, measures: measures, countries: countries),
      told: projectsTold, reformsTold: measuresTold)
  }

  /// `GET /projects?year=2026`.
  func showProjects(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard !session.purpose.isEmpty else { return askPurpose(visit, visit(.projects)) }
    let money: Money
    do throws(LookupError) { money = try self.money(visit, session) } catch { return unanswered(visit, error) }
    defer { seen(visit) }
    var basis = money.told.basis
    basis.sources += money.reformsTold.basis.sources
    basis.withheld += money.reformsTold.basis.withheld
    return page(
      Frame(visit, title: visit(.projects)).page {
        titled(
          visit, "\(visit(.projects)) \(money.year)",
          tables: [
            ("/projects.csv?year=\(money.year)", "\(visit(.projects)): CSV"),
            ("/gaps.csv?year=\(money.year)", "\(visit(.gaps)): CSV"),
          ])
        years(visit, money.year)
        if money.told.isCutShort || money.reformsTold.isCutShort {
          HTML.element("p", .class("box warn")) { visit(.cutShort) }
        }
        MoneyView(visit).projects(money.projects)
        MoneyView(visit).gaps(money.gaps)
        BasisView(visit).basis(basis)
      })
  }

  /// `GET /projects.csv?year=2026`.
  func projectTable(_ visit: Visit) -> Response {
    moneyTable(visit, "projects") { Project.table($0.projects) }
  }

  /// `GET /gaps.csv?year=2026`.
  func gapTable(_ visit: Visit) -> Response { moneyTable(visit, "gaps") { FundingGap.table($0.gaps) } }

  private func moneyTable(_ visit: Visit, _ name: String, _ table: (Money) -> String) -> Response {
    guard let session = visit.session, !session.purpose.isEmpty else { return redirect(to: "/projects") }
    do throws(LookupError) {
      let money = try money(visit, session)
      return download(table(money), named: "\(name)-\(node.country)-\(money.year).csv")
    } catch { return unanswered(visit, error) }
  }

  private func titled(_ visit: Visit, _ title: String, tables: [(path: String, name: String)]) -> HTML {
    HTML.element("div", .class("titled")) {
      HTML.element("h1") {
        title
        HTML.element("small") { "\(visit.country(node.country)) · \(visit.time(visit.now))" }
      }
      HTML.element("p", .class("tools")) {
        for table in tables {
          HTML.element("a", .class("button"), .href(table.path)) { table.name }
          " "
        }
      }
    }
  }

  private func years(_ visit: Visit, _ year: Int64) -> HTML {
    let this = CalendarDay(of: visit.now).components.year
    let choices = Set((this - 4...this + 2) + [year]).sorted()
    return HTML.element("form", .class("period"), .init("method", "get"), .action("/projects")) {
      HTML.element("div") {
        HTML.element("label", .init("for", "year")) { visit(.year) }
        HTML.element("select", .init("id", "year"), .init("name", "year")) {
          for choice in choices {
            HTML.element("option", .init("value", "\(choice)"), .flag("selected", choice == year)) { "\(choice)" }
          }
        }
      }
      HTML.element("button") { visit(.showPeriod) }
    }
  }
}
