import Catalog
import Exchange
import HTTP
import Markup
import Node
import Terms

// One record with its history. A lookup, logged before it is sent.
extension Pages {
  /// `GET /record/DATASET.ID`: every version of a record that is held here, the latest first.
  func showRecord(_ visit: Visit) -> Response {
    guard let session = visit.session, !session.purpose.isEmpty else { return redirect(to: "/search") }
    let parts = visit.rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let id = try? RecordID(parts[1]),
      let definition = node.registry.topology.definition(named: parts[0]),
      !Installation.ownDatasets.contains(parts[0])
    else { return page(visit, status: 404, failure: (.notFound, .notFoundHelp)) }
    let versions: [LookupAnswer.Found]
    do throws(LookupError) {
      versions = try node.lookups.versions(of: id, LookupRequest(dataset: definition.dataset, by: session.asker))
    } catch { return unanswered(visit, error) }
    guard !versions.isEmpty else { return page(visit, status: 404, failure: (.notFound, .notFoundHelp)) }
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(CorrectionPhrase.history)).page {
        HTML.element("h1") {
          HTML.element("small") { visit(CorrectionPhrase.history) }
          visit(definition.title)
        }
        HTML.element("p", .class("help")) {
          "\(visit(CorrectionPhrase.historyNote)) \(visit(.purpose)): \(session.purpose)"
        }
        HTML.element("ol", .class("timeline")) {
          for version in versions { RecordView(visit).item(version) }
        }
      })
  }
}
