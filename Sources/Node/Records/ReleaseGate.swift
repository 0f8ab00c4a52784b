import Catalog
import Exchange
import Terms

/// Refuses that customs release what quarantine holds: a `released` of `manifests` while a hold of the consignment stands that is
/// known here, this country's own or a neighbour's. What is not known yet cannot be refused: it is shown as released though held
/// in both countries as soon as it is.
struct ReleaseGate: Sendable {
  private let lookups: Lookups
  private let definition: Definition?

  /// A gate over what is known here.
  init(_ lookups: Lookups) {
    self.lookups = lookups
    definition = lookups.registry.topology.definition(named: Consignment.dataset)
  }

  /// - Throws: `Refusal` naming the hold and what ends it.
  func check(_ draft: Draft) throws(Refusal) {
    guard let definition, draft.dataset == definition.dataset else { return }
    let body = ReadBody(draft.body)
    guard definition.text(of: "event", in: body) == "released" else { return }
    var finder = FactFinder(
      lookups, { LookupRequest(dataset: $0, by: Asker(officer: "", role: "", purpose: "")) }, asNode: true)
    var obstacle: ReleaseObstacle?
    do throws(ReadError) {
      // By its own number, and by what the latest version of the declaration says of containers and certificates.
      let own = RecordSubjects(definition, body)
      let refers = definition.text(of: "refers", in: body).flatMap { try? RecordID($0) }
      let declared = try finder.declarations(about: own, by: [.declaration]).filter { declared in
        refers.map { declared.id == $0 || declared.earlier.contains($0) } == true
      }
      let subjects = [own] + declared.map(\.subjects)
      for subjects in subjects where obstacle == nil {
        obstacle = try finder.holds(of: subjects).lazy.compactMap { $0.obstacle(toRelease: subjects) }.first
      }
    } catch {
      throw Refusal(
        field: "event", problem: "it cannot be seen whether quarantine holds the consignment: \(error)",
        whatToDo: "send the line again when the node can read its store")
    }
    guard let obstacle else { return }
    throw Refusal(
      field: "event", problem: "the consignment is \(obstacle.words)",
      whatToDo: "customs release it after quarantine has published \"released\" for this hold")
  }
}
