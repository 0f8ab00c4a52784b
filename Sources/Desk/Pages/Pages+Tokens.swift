import Catalog
import HTTP
import Markup
import Node
import Officers
import Sodium
import Terms

// Which systems may call the API, as `istmo token` has it. A token is shown once; what is kept is its hash.
extension Pages {
  /// Days for which the form makes a token when nothing else is typed.
  private static let usualDays = 365

  /// `GET /tokens`.
  func showTokens(_ visit: Visit) -> Response {
    defer { seen(visit) }
    return tokensPage(visit)
  }

  private func tokensPage(
    _ visit: Visit, trouble: String? = nil, made: (name: String, token: String)? = nil, typed: Form? = nil,
    status: Int = 200
  ) -> Response {
    let tokens = node.tokens.all
    let mayChange = visit.session?.rights.contains(.officers) == true
    return page(
      boardPage(visit, visit(.tokenPage), at: "/tokens") {
        if let trouble { HTML.element("p", .class("box wrong"), .init("role", "alert")) { trouble } }
        if let made {
          HTML.element("div", .class("box good"), .init("role", "status")) {
            HTML.element("p") {
              "\(visit(TokenPhrase.shown)) "
              HTML.element("b") { made.name }
              ":"
            }
            HTML.element("p", .class("code password token")) { made.token }
            HTML.element("p") { visit(TokenPhrase.shownOnce) }
          }
        }
        if tokens.isEmpty { HTML.element("p", .class("box")) { visit(.noTokens) } }
        if !tokens.isEmpty { visit.wide(visit(.tokenPage), table(tokens, visit, mayChange)) }
        HTML.element("p", .class("help")) { visit(.tokenHelp) }
        if mayChange {
          HTML.element("h2") { visit(TokenPhrase.add) }
          addForm(visit, typed)
        }
      }, status: status)
  }

  private func table(_ tokens: [TokenBook.Entry], _ visit: Visit, _ mayChange: Bool) -> HTML {
    let heads = [visit(.tokenName), visit(.scopes), visit(.tokenEnds), visit(TokenPhrase.lastUse)]
    return visit.table(heads + (mayChange ? [visit(.change)] : []), class: "streams") {
      for token in tokens {
        HTML.element("tr", .class(token.until <= visit.now ? "bad" : "")) {
          HTML.element("th", .init("scope", "row")) { token.name }
          visit.cell(visit(.scopes)) { token.scopes.map { scope($0, visit) }.joined(separator: "; ") }
          visit.cell(visit(.tokenEnds)) {
            visit.time(token.until)
            if token.until <= visit.now { " (\(visit(.tokenEnded)))" }
          }
          visit.cell(visit(TokenPhrase.lastUse)) {
            node.tokens.lastUse(of: token)?.description ?? visit(TokenPhrase.never)
          }
          if mayChange {
            visit.cell(visit(.change)) {
              visit.form("/tokens/remove") {
                visit.hidden("name", token.name)
                HTML.element(
                  "button", .class("small"), .init("aria-label", "\(visit(TokenPhrase.end)): \(token.name)")
                ) { visit(TokenPhrase.end) }
              }
            }
          }
        }
      }
    }
  }

  /// A scope in words.
  private func scope(_ scope: String, _ visit: Visit) -> String {
    switch scope {
    case "publish": return visit(TokenPhrase.publishAll)
    case "lookup": return visit(TokenPhrase.lookup)
    case "observe": return visit(TokenPhrase.observe)
    default:
      let name = scope.split(separator: ":").last.map(String.init) ?? scope
      let title = node.registry.topology.definition(named: name).map { visit($0.title) } ?? name
      return "\(visit(TokenPhrase.publishOnly)) \(title)"
    }
  }

  private var publishable: [Definition] {
    node.registry.topology.definitions.filter { !Installation.ownDatasets.contains($0.dataset.description) }
  }

  /// The scopes that the form offers, in their order.
  private var offered: [String] { TokenBook.scopes + publishable.map { "publish:\($0.dataset)" } }

  private func addForm(_ visit: Visit, _ typed: Form?) -> HTML {
    visit.form("/tokens/add", class: "box stack officer") {
      HTML.element("label", .init("for", "new-name")) { visit(.tokenName) }
      HTML.void(
        "input", .init("id", "new-name"), .init("name", "name"), .init("maxlength", "64"),
        .init("autocomplete", "off"), .init("autocapitalize", "none"), .init("value", typed?["name"] ?? ""),
        .init("aria-describedby", "new-name-help"), .flag("required"))
      HTML.element("p", .class("help"), .init("id", "new-name-help")) { visit(TokenPhrase.nameHelp) }
      HTML.element("label", .init("for", "new-days")) { visit(TokenPhrase.days) }
      HTML.void(
        "input", .init("id", "new-days"), .init("name", "days"), .init("inputmode", "numeric"),
        .init("maxlength", "4"), .init("autocomplete", "off"), .init("value", typed?["days"] ?? "\(Self.usualDays)"),
        .flag("required"))
      HTML.element("fieldset") {
        HTML.element("legend") { visit(.scopes) }
        HTML.element("p", .class("help")) { visit(TokenPhrase.scopesHelp) }
        for scope in offered {
          HTML.element("label", .class("tick")) {
            HTML.void(
              "input", .init("type", "checkbox"), .init("name", "scope-\(scope)"), .init("value", "yes"),
              .flag("checked", typed?["scope-\(scope)"] != nil))
            " \(self.scope(scope, visit))"
          }
        }
      }
      HTML.element("button") { visit(TokenPhrase.add) }
    }
  }

  // MARK: What is changed

  /// `POST /tokens/add`: makes a token and shows it, once.
  func addToken(_ visit: Visit, _ form: Form) -> Response {
    let (name, scopes) = (form["name"] ?? "", offered.filter { form["scope-\($0)"] != nil })
    guard let days = form["days"].flatMap({ Int64($0) }), TokenBook.days.contains(Int(clamping: days)) else {
      return tokensPage(visit, trouble: visit(TokenPhrase.daysWrong), typed: form, status: 422)
    }
    let until = visit.now.advanced(byMilliseconds: days * 86_400_000)
    let (token, entry) = TokenBook.make(name: name, scopes: scopes, until: until, SystemEntropy())
    do {
      try TokenBook.check(name: name, scopes: scopes, node.registry.topology)
      try node.changeTokens { try TokenBook.add(entry, to: &$0) }
    } catch { return refused(visit, error, form) }
    tell(visit, "made", name)
    return tokensPage(visit, made: (name, token))
  }

  /// `POST /tokens/remove`: the token counts no more from now on.
  func removeToken(_ visit: Visit, _ form: Form) -> Response {
    let name = form["name"] ?? ""
    do { try node.changeTokens { try TokenBook.remove(name, from: &$0) } } catch { return refused(visit, error, nil) }
    tell(visit, "ended", name)
    return tell(.done("\(visit(TokenPhrase.ended)): \(name)"), visit, to: "/tokens")
  }

  private func refused(_ visit: Visit, _ error: any Error, _ typed: Form?) -> Response {
    guard let fault = error as? TokenBook.Fault else {
      node.log(.error, "desk", "the tokens could not be changed: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
    let (phrase, status): (TokenPhrase, Int) =
      switch fault {
      case .name: (.nameWrong, 422)
      case .scopes, .dataset: (.scopesWrong, 422)
      case .exists: (.exists, 409)
      case .unknown: (.unknown, 404)
      case .full: (.full, 409)
      }
    return tokensPage(visit, trouble: visit(phrase), typed: typed, status: status)
  }

  private func tell(_ visit: Visit, _ what: String, _ name: String) {
    node.log(.info, "desk", "a token of \(name) was \(what) by \(visit.session?.officer.id ?? "")")
  }
}
