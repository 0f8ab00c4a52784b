import Markup
import Officers

/// One of the operator's pages, in the row below the head of each of them.
struct Tab: Sendable {
  let right: Right
  let path: String
  let name: any Phrases

  /// In their order.
  static let all: [Tab] = [
    Tab(right: .board, path: "/board", name: BoardPhrase.overview),
    Tab(right: .board, path: "/streams", name: BoardPhrase.streamPage),
    Tab(right: .node, path: "/keys", name: BoardPhrase.keyPage),
    Tab(right: .node, path: "/lookups", name: BoardPhrase.lookupPage),
    Tab(right: .officers, path: "/officers", name: BoardPhrase.officerPage),
    Tab(right: .node, path: "/tokens", name: BoardPhrase.tokenPage),
    Tab(right: .node, path: "/retention", name: BoardPhrase.retentionPage),
    Tab(right: .node, path: "/store", name: BoardPhrase.storePage),
    Tab(right: .node, path: "/ceremonies", name: BoardPhrase.ceremonyPage),
    Tab(right: .node, path: "/proposals", name: FourEyesPhrase.tab),
  ]
}

extension Visit {
  /// The operator's pages that the officer may see; `path` is the one shown or the one above it.
  func tabs(at path: String) -> HTML {
    let own = Tab.all.filter { session?.rights.contains($0.right) == true }
    return HTML.element("nav", .class("tabs"), .init("aria-label", self(.operatorPages))) {
      for tab in own {
        HTML.element(
          "a", [.href(tab.path)] + (tab.path == path ? [.init("aria-current", "page")] : []), .text(self(tab.name)))
      }
    }
  }

  /// A table that may be wider than its page, within which it is moved by keys too.
  func wide(_ name: String, _ table: HTML) -> HTML {
    HTML.element(
      "div", .class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", name)
    ) { table }
  }

  /// A table with these heads.
  func table(_ heads: [String], class name: String = "", @HTMLBuilder _ rows: () -> HTML) -> HTML {
    let rows = rows()
    return HTML.element("table", .class(name)) {
      HTML.element("thead") {
        HTML.element("tr") { for head in heads { HTML.element("th", .init("scope", "col")) { head } } }
      }
      HTML.element("tbody") { rows }
    }
  }

  /// A cell with what it is, for narrow screens on which the head of the table is not seen.
  func cell(_ label: String, class name: String = "", @HTMLBuilder _ content: () -> HTML) -> HTML {
    let content = content()
    return HTML.element("td", .class(name), .init("data-label", label)) { content }
  }
}

extension Pages {
  /// A page of the operator's: the row of pages, a title with the moment, its content.
  func boardPage(
    _ visit: Visit, _ title: String, at path: String, live: String? = nil, @HTMLBuilder _ content: () -> HTML
  ) -> HTML {
    let content = content()
    return Frame(visit, title: title).page {
      visit.tabs(at: path)
      HTML.element("div", .class("titled")) {
        HTML.element("h1") {
          title
          HTML.element("small", .init("id", "shown-at")) { visit.time(visit.now) }
        }
        HTML.element("a", .class("button"), .href(visit.request.path)) { visit(.refresh) }
      }
      visit.live(live) { content }
    }
  }
}

extension Visit {
  /// The part of a page that shows itself anew when something of a kind changed; nil leaves it as it is.
  func live(_ kind: String?, @HTMLBuilder _ content: () -> HTML) -> HTML {
    let content = content()
    guard let kind else { return content }
    return HTML.list([
      HTML.element(
        "p", .class("box warn notice"), .init("id", "changed"), .init("role", "status"), .flag("hidden"),
        .init("data-changed", self(.changed)), .init("data-over", self(.sessionEnds)), .init("data-off", self(.liveOff))
      ) {
        HTML.element("span") { "" }
        " "
        HTML.element("a", .href(request.path)) { self(.refresh) }
      },
      HTML.element("div", .init("id", "live"), .init("data-live", kind)) { content },
    ])
  }
}
