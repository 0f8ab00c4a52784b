import Catalog
import Node
import Terms

/// What the node found, in the reader's language: made of the parts of what was found and never of a sentence.
struct FactWords {
  private let visit: Visit

  /// The words for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  private func say(_ es: String, _ en: String) -> String { visit.language == .es ? es : en }
  private func word(_ value: String) -> String { ValueWords.text(value, visit.language) }

  // MARK: Lanes

  /// A fact on which a lane rests.
  func fact(_ fact: LaneFact) -> String {
    switch fact {
    case .held(let held): return self.held(held)
    case .notHeld: return say("nada la retiene", "nothing holds it")
    case .alert(let alert):
      let (country, severity) = (visit.country(alert.author), word(alert.severity.rawValue))
      let subject = word(alert.subject.rawValue)
      return say(
        "alerta de \(country): \(severity), \(alert.code), sobre \(subject)",
        "alert of \(country): \(severity), \(alert.code), on \(subject)")
    case .trusted(let party, let country, let authorisation):
      return say(
        "\(self.party(party)): autorización \(authorisation) de \(visit.country(country))",
        "\(self.party(party)): authorisation \(authorisation) of \(visit.country(country))")
    case .authorised(let standing):
      let (country, state) = (visit.country(standing.country), word(standing.state.rawValue))
      return say(
        "autorización \(standing.authorisation) de \(country): \(state) desde \(visit.time(standing.since))",
        "authorisation \(standing.authorisation) of \(country): \(state) since \(visit.time(standing.since))")
    case .tag(let alarm): return "\(say("etiqueta", "tag")) \(alarm.epc): \(finding(alarm.finding))"
    case .missing(let missing): return "\(visit(missing.title)): \(shortfall(missing.shortfall))"
    case .field(let field, let value): return "\(title(of: field)): \(self.value(value, of: field))"
    case .chance(let number):
      return say("el sorteo dio \(number) de 0 a 99", "chance gave \(number) of 0 to 99")
    }
  }

  /// A party of a declaration, by the title of its field.
  private func party(_ name: String) -> String { title(of: name) }

  /// The declaration's field behind a key of the rules.
  private func title(of key: String) -> String {
    let name = Selectivity.fieldName(of: key)
    let definition = visit.node.registry.topology.definition(named: Consignment.dataset)
    let parts = name.split(separator: ".").map(String.init)
    guard let field = definition?.field(parts.first ?? name) else { return key }
    guard parts.count > 1 else { return visit(field.title) }
    return field.inner?.first { $0.ownName == parts[1] }.map { visit($0.title) } ?? visit(field.title)
  }

  private func value(_ value: String, of key: String) -> String {
    switch key {
    case "destination", "provenance", "route", "origin": visit.country(value)
    case "crossing", "crossings": visit.place(value)
    default: word(value)
    }
  }

  /// Who holds a consignment.
  func held(_ held: HeldBy) -> String {
    let (country, place, since) = (visit.country(held.country), visit.place(held.post), visit.time(held.since))
    let who =
      held.isQuarantine
      ? say("cuarentena de \(country) (\(held.authority))", "quarantine of \(country) (\(held.authority))")
      : say("aduana de \(country)", "customs of \(country)")
    return say("retenida por \(who)", "held by \(who)")
      + say(" en \(place) desde \(since): \(held.reason)", " at \(place) since \(since): \(held.reason)")
  }

  /// What is missing of a paper.
  func shortfall(_ shortfall: LaneDecision.Shortfall) -> String {
    switch shortfall {
    case .notDeclared: say("no está entre los documentos de soporte", "not among the support documents")
    case .notDeclaredNorReceived:
      say("ni está entre los documentos de soporte ni se recibió", "neither among the support documents nor received")
    case .notReceived(let numbers):
      say(
        "declarado como \(numbers.joined(separator: ", ")), pero no se recibió",
        "declared as \(numbers.joined(separator: ", ")), but not received")
    case .ended(let how, let time):
      say(
        "el certificado: \(word(how)), \(visit.time(time))", "the certificate: \(word(how)), \(visit.time(time))")
    }
  }

  /// A release that stands against a hold.
  func release(_ release: ReleaseThoughHeld) -> String {
    let (country, time) = (visit.country(release.country), visit.time(release.time))
    return say("aduana de \(country), \(time)", "customs of \(country), \(time)") + "; "
      + obstacle(release.obstacle)
  }

  /// Why customs may not release.
  func obstacle(_ obstacle: ReleaseObstacle) -> String {
    let held = self.held(HeldBy(obstacle.hold))
    guard let end = obstacle.end else { return held }
    return "\(word(end.event)) \(visit.time(end.time)); \(held)"
  }

  // MARK: Tags

  /// What was found of a tag.
  func finding(_ finding: TagAlarm.Finding) -> String {
    switch finding {
    case .otherThanRegistered(let country, let tid, let sighting, let read):
      return say(
        "copia de la etiqueta: \(visit.country(country)) registró el TID \(tid); en \(seen(sighting)) se leyó \(read)",
        "a copy of the tag: \(visit.country(country)) registered TID \(tid); at \(seen(sighting)) \(read) was read")
    case .twoTags(let first, let tid, let second, let other):
      return say(
        "dos etiquetas con un mismo EPC: TID \(tid) en \(seen(first)); \(other) en \(seen(second))",
        "two tags with one EPC: TID \(tid) at \(seen(first)); \(other) at \(seen(second))")
    case .tooFast(let before, let minutes, let after, let atLeast):
      return say(
        "en \(seen(before)) y \(minutes) minutos después en \(seen(after)); el camino toma al menos \(atLeast)",
        "at \(seen(before)) and \(minutes) minutes later at \(seen(after)); the way takes \(atLeast) at least")
    case .inNoRegistry(let sighting):
      return say(
        "leída en \(seen(sighting)); no está en ningún registro que se tenga aquí",
        "read at \(seen(sighting)); in no registry that is held here")
    case .retired(let country, let reason):
      return say(
        "retirada del registro de \(visit.country(country))", "out of the registry of \(visit.country(country))")
        + because(reason)
    case .blocked(let country, let since, let reason):
      return say(
        "bloqueada por \(visit.country(country)) desde \(visit.time(since))",
        "blocked by \(visit.country(country)) since \(visit.time(since))") + because(reason)
    case .validFrom(let day): return say("vale solo desde \(day)", "valid from \(day) only")
    case .validUntil(let day): return say("valió hasta \(day)", "was valid until \(day)")
    }
  }

  private func seen(_ sighting: TagAlarm.Sighting) -> String {
    "\(visit.place(sighting.place)), \(visit.time(sighting.time))"
  }

  private func because(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }

  // MARK: Notes

  /// What an officer should know of an answer.
  func note(_ note: HeadingNote) -> String {
    switch note {
    case .lanesOfNewest(let shown, let all):
      say(
        "Se muestran los carriles de las \(shown) cargas más recientes, de \(all).",
        "Lanes are shown of the newest \(shown) consignments, of \(all).")
    case .noRules: visit(.noRules)
    case .alertsNotRead:
      say(
        "Las alertas abiertas todavía se están leyendo tras el arranque; consulte de nuevo en un momento.",
        "Open alerts are still being read after the start; ask again in a moment.")
    case .olderNotFollowed:
      say(
        "Lo declarado antes ya no se sigue; búsquelo por su número.",
        "What was declared before is not followed any more; search it by its number.")
    case .firstOf(let shown, let all):
      say("Se esperan \(all); se muestran las primeras \(shown).", "\(all) are expected; the first \(shown) are shown.")
    case .declaredSince(let time):
      say("Declaradas desde \(visit.time(time)).", "Declared since \(visit.time(time)).")
    }
  }

  /// What a reader of indicators should know.
  func note(_ note: IndicatorNote) -> String {
    switch note {
    case .erased(let count):
      say(
        "\(count) registros se borraron al acabar su plazo y no cuentan.",
        "\(count) records are gone at the end of their retention and do not count.")
    case .noRoom(let count):
      say(
        "\(count) registros no cupieron: las cifras son de una parte; pida menos días.",
        "\(count) records found no room: figures are of a part; ask for fewer days.")
    case .provisional(let time):
      say(
        "Provisional: cuenta también lo dicho hasta \(visit.time(time)).",
        "Provisional: what is told until \(visit.time(time)) counts too.")
    case .lanesOfNewest(let count):
      say(
        "Los carriles son de las \(count) declaraciones más recientes.",
        "Lanes are of the newest \(count) declarations.")
    case .heading(let note): self.note(note)
    }
  }
}
