import Officers

/// A page that stands in the head of every page, for those whose role may see it.
struct Place: Sendable {
  let right: Right
  let path: String
  let name: any Phrases

  /// Whether a page is this one, or one of the operator's below it.
  func isAbove(_ page: String) -> Bool {
    page == path || path == "/board" && (Tab.all.contains { $0.path == page } || page.hasPrefix("/agreement/"))
  }

  /// In the order in which they stand there; after login the first that the role may see is shown.
  static let all: [Place] = [
    Place(right: .search, path: "/search", name: Phrase.search),
    Place(right: .arrivals, path: "/arrivals", name: Phrase.arrivals),
    Place(right: .expected, path: "/expected", name: Phrase.expected),
    Place(right: .board, path: "/board", name: Phrase.board),
    Place(right: .figures, path: "/indicators", name: CommitteePhrase.indicators),
    Place(right: .figures, path: "/measures", name: CommitteePhrase.actionPlan),
    Place(right: .figures, path: "/projects", name: CommitteePhrase.projects),
  ]
}

extension Pages {
  /// The committee's pages, and their tables.
  static let committeeRoutes: [Route] = [
    Route(path: "/indicators", method: .get, need: .right(.figures), action: .show(Pages.showIndicators)),
    Route(path: "/indicators.csv", method: .get, need: .right(.figures), action: .show(Pages.indicatorTable)),
    Route(path: "/measures", method: .get, need: .right(.figures), action: .show(Pages.showMeasures)),
    Route(path: "/measures.csv", method: .get, need: .right(.figures), action: .show(Pages.measureTable)),
    Route(path: "/projects", method: .get, need: .right(.figures), action: .show(Pages.showProjects)),
    Route(path: "/projects.csv", method: .get, need: .right(.figures), action: .show(Pages.projectTable)),
    Route(path: "/gaps.csv", method: .get, need: .right(.figures), action: .show(Pages.gapTable)),
  ]
}

extension Pages {
  /// News for open pages.
  static let liveRoutes = [Route(path: "/events", method: .get, need: .session, action: .events)]

  /// The operator's pages.
  static let boardRoutes: [Route] = [
    Route(path: "/board", method: .get, need: .right(.board), action: .show(Pages.showBoard)),
    Route(path: "/streams", method: .get, need: .right(.board), action: .show(Pages.showStreams)),
    Route(path: "/agreement/", method: .get, need: .right(.board), action: .show(Pages.showAgreement)),
    Route(path: "/keys", method: .get, need: .right(.node), action: .show(Pages.showKeys)),
    Route(path: "/tokens", method: .get, need: .right(.node), action: .show(Pages.showTokens)),
    Route(path: "/tokens/add", method: .post, need: .right(.officers), action: .take(Pages.addToken)),
    Route(path: "/tokens/remove", method: .post, need: .right(.officers), action: .take(Pages.removeToken)),
    Route(path: "/retention", method: .get, need: .right(.node), action: .show(Pages.showRetention)),
    Route(path: "/store", method: .get, need: .right(.node), action: .show(Pages.showStore)),
    Route(path: "/lookups", method: .get, need: .right(.node), action: .show(Pages.showLookups)),
    Route(path: "/ceremonies", method: .get, need: .right(.node), action: .show(Pages.showCeremonies)),
    Route(path: "/officers", method: .get, need: .right(.officers), action: .show(Pages.showOfficers)),
    Route(path: "/officers/add", method: .post, need: .right(.officers), action: .take(Pages.addOfficer)),
    Route(path: "/officers/state", method: .post, need: .right(.officers), action: .take(Pages.setOfficer)),
    Route(path: "/officers/password", method: .post, need: .right(.officers), action: .take(Pages.resetPassword)),
  ]
}
