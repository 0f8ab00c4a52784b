import Markup
import Officers

/// What stands around every page: head, navigation, who is logged in.
struct Frame {
  private let visit: Visit
  private let title: String

  /// A page of this title.
  init(_ visit: Visit, title: String) { (self.visit, self.title) = (visit, title) }

  /// The whole page.
  func page(@HTMLBuilder _ content: () -> HTML) -> HTML {
    let content = content()
    return HTML.document(language: visit.language.rawValue) {
      head
      HTML.element("body") {
        HTML.element("a", .class("skip"), .href("#content")) { visit(.skip) }
        HTML.element("header", .class("top")) { bar }
        HTML.element("main", .init("id", "content"), .init("tabindex", "-1")) {
          notice
          content
        }
      }
    }
  }

  private var head: HTML {
    HTML.element("head") {
      HTML.void("meta", .init("charset", "utf-8"))
      HTML.void("meta", .init("name", "viewport"), .init("content", "width=device-width, initial-scale=1"))
      HTML.element("title") { "\(title) · \(visit(.product)) \(visit.country(visit.node.country))" }
      HTML.void("link", .init("rel", "stylesheet"), .href(Asset.style.address))
      HTML.void("link", .init("rel", "icon"), .href(Asset.icon.address))
      HTML.element("script", .src(Asset.script.address), .flag("defer")) { "" }
    }
  }

  @HTMLBuilder private var bar: HTML {
    HTML.element("a", .class("brand"), .href("/")) {
      HTML.element("strong") { visit(.product) }
      " "
      visit.country(visit.node.country)
    }
    if let session = visit.session { navigation(session) }
    HTML.element("div", .class("who")) {
      if let session = visit.session { who(session) }
      HTML.element(
        "a", .class("language"), .href("\(visit.request.path)?lang=\(visit.language.other.rawValue)\(period)"),
        .init("lang", visit.language.other.rawValue)
      ) { visit(.otherLanguage) }
      if let session = visit.session {
        form("/logout", session) { HTML.element("button", .class("quiet")) { visit(.logout) } }
      }
    }
  }

  /// What else the address says of the time that is shown, so that the other language shows the same. Digits and hyphens alone.
  private var period: String {
    ["since", "until", "year"].map { name in
      let value = visit.request.query(name) ?? ""
      let isDate =
        (1...10).contains(value.utf8.count) && value.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) }
      return isDate ? "&\(name)=\(value)" : ""
    }.joined()
  }

  private func navigation(_ session: Session) -> HTML {
    let ofForms = ["/form", "/upload", "/stored/", "/correct/", "/withdraw/"]
    let isForms = ofForms.contains {
      visit.request.path.hasPrefix($0)
    }
    return HTML.element("nav", .init("aria-label", visit(.product))) {
      for place in Place.all where session.rights.contains(place.right) {
        let isHere = place.isAbove(visit.request.path)
        HTML.element(
          "a", [.href(place.path)] + (isHere ? [.init("aria-current", "page")] : []), .text(visit(place.name)))
      }
      if session.rights.contains(.record) {
        HTML.element("a", [.href("/forms")] + (isForms ? [.init("aria-current", "page")] : []), .text(visit(.forms)))
      }
    }
  }

  @HTMLBuilder private func who(_ session: Session) -> HTML {
    HTML.element("a", .class("name"), .href("/account")) {
      HTML.element("b") { session.officer.name }
      HTML.element("small") { visit.place(session.officer.post) }
    }
    if session.officer.roles.count > 1 {
      form("/role", session) {
        HTML.element("select", .init("name", "role"), .init("aria-label", visit(.role))) {
          for role in session.officer.roles {
            HTML.element("option", .init("value", role), .flag("selected", role == session.role)) {
              ValueWords.role(role, visit.language)
            }
          }
        }
        HTML.element("button", .class("quiet")) { visit(.change) }
      }
    } else {
      HTML.element("span", .class("role")) { ValueWords.role(session.role, visit.language) }
    }
  }

  @HTMLBuilder private var notice: HTML {
    switch visit.session?.notice {
    case .confirmed: HTML.element("p", .class("box good"), .init("role", "status")) { visit(.confirmed) }
    case .refused: HTML.element("p", .class("box good"), .init("role", "status")) { visit(.refused) }
    case .done(let what): HTML.element("p", .class("box good"), .init("role", "status")) { what }
    case .failed(let why):
      HTML.element("p", .class("box wrong"), .init("role", "alert")) { "\(visit(.notDone)) \(why)" }
    case nil: HTML.empty
    }
  }

  /// A form that brings the session's token.
  private func form(_ path: String, _ session: Session, @HTMLBuilder _ content: () -> HTML) -> HTML {
    visit.form(path, content)
  }
}

extension Visit {
  /// A form of this session: it brings the session's token, before any file.
  func form(
    _ path: String, class name: String = "inline", takesFiles: Bool = false, @HTMLBuilder _ content: () -> HTML
  ) -> HTML {
    let content = content()
    let attributes: [Attribute] = [.init("method", "post"), .action(path), .class(name)]
    return HTML.element(
      "form", attributes + (takesFiles ? [.init("enctype", "multipart/form-data")] : []),
      .list([hidden("token", session?.formToken ?? ""), content]))
  }

  /// A named value that goes with a form.
  func hidden(_ name: String, _ value: String) -> HTML {
    HTML.void("input", .init("type", "hidden"), .init("name", name), .init("value", value))
  }

  /// The field for what a lookup is for, with the usual purposes to choose from.
  @HTMLBuilder func purposeField(_ purpose: String) -> HTML {
    HTML.element("label", .init("for", "purpose")) { self(.purpose) }
    HTML.void(
      "input", .init("id", "purpose"), .init("name", "purpose"), .init("list", "purposes"), .init("maxlength", "200"),
      .init("autocomplete", "off"), .init("value", purpose), .flag("required"),
      .init("aria-describedby", "purpose-help"))
    HTML.element("datalist", .init("id", "purposes")) {
      for phrase in [Phrase.purposeEntry, .purposeExit, .purposeCargo, .purposeAlert, .purposeAudit] {
        HTML.element("option", .init("value", self(phrase))) { "" }
      }
    }
    HTML.element("p", .class("help"), .init("id", "purpose-help")) { self(.purposeHelp) }
  }
}
