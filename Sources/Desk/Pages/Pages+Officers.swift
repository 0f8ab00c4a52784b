import Catalog
import HTTP
import Markup
import Node
import Officers
import Sodium
import Terms

// Who may use the desk, as `istmo officer` has it. What is changed is durable before it is said, and ends the sessions of whom it concerns.
extension Pages {
  /// `GET /officers`.
  func showOfficers(_ visit: Visit) -> Response {
    defer { seen(visit) }
    return officersPage(visit)
  }

  private func officersPage(
    _ visit: Visit, trouble: String? = nil, made: (id: String, password: String)? = nil, typed: Form? = nil,
    status: Int = 200
  ) -> Response {
    let officers = node.officers.all
    return page(
      boardPage(visit, visit(.officerPage), at: "/officers") {
        if let trouble { HTML.element("p", .class("box wrong"), .init("role", "alert")) { trouble } }
        if let made {
          HTML.element("div", .class("box good"), .init("role", "status")) {
            HTML.element("p") {
              "\(visit(.passwordShown)) "
              HTML.element("b") { made.id }
              ": "
              HTML.element("b", .class("code password")) { made.password }
            }
            HTML.element("p") { visit(.passwordHelp) }
          }
        }
        visit.wide(visit(.officerPage), table(officers, visit))
        HTML.element("h2") { visit(.addOfficer) }
        addForm(visit, typed)
      }, status: status)
  }

  private func table(_ officers: [Officer], _ visit: Visit) -> HTML {
    let heads = [
      visit(.officerID), visit(.roles), visit(.postOf), visit(.datasets), visit(.state), visit(.change),
    ]
    return visit.table(heads, class: "streams") { for officer in officers { row(officer, visit) } }
  }

  private func row(_ officer: Officer, _ visit: Visit) -> HTML {
    HTML.element("tr") {
      HTML.element("th", .init("scope", "row")) {
        HTML.element("span", .class("code")) { officer.id }
        HTML.element("small") { officer.name }
      }
      visit.cell(visit(.roles)) { officer.roles.map { ValueWords.role($0, visit.language) }.joined(separator: ", ") }
      visit.cell(visit(.postOf)) { officer.post.isEmpty ? visit(.noPost) : visit.place(officer.post) }
      visit.cell(visit(.datasets)) {
        officer.datasets.isEmpty
          ? visit(.allDatasets) : officer.datasets.map { visit.dataset($0) }.joined(separator: ", ")
      }
      visit.cell(visit(.state)) {
        HTML.element("span", .class(officer.isDisabled ? "lane" : "lane green")) {
          visit(officer.isDisabled ? .disabledState : .enabledState)
        }
      }
      visit.cell(visit(.change)) {
        HTML.element("div", .class("acts")) {
          act("/officers/state", officer, visit(officer.isDisabled ? .enable : .disable), visit)
          act("/officers/password", officer, visit(.givePassword), visit)
        }
      }
    }
  }

  private func act(_ path: String, _ officer: Officer, _ word: String, _ visit: Visit) -> HTML {
    visit.form(path) {
      visit.hidden("id", officer.id)
      visit.hidden("disabled", officer.isDisabled ? "no" : "yes")
      HTML.element("button", .class("small"), .init("aria-label", "\(word): \(officer.id)")) { word }
    }
  }

  private func addForm(_ visit: Visit, _ typed: Form?) -> HTML {
    let topology = node.registry.topology
    let posts = topology.crossings.flatMap(\.posts).filter { $0.country == node.country }
    return visit.form("/officers/add", class: "box stack officer") {
      field("id", .officerID, .officerHelp, visit, longest: 40, typed)
      field("name", .fullName, nil, visit, longest: 80, typed)
      HTML.element("label", .init("for", "post")) { visit(.postOf) }
      HTML.element("select", .init("id", "post"), .init("name", "post"), .init("aria-describedby", "post-help")) {
        HTML.element("option", .init("value", "")) { visit(.noPost) }
        for post in posts {
          HTML.element("option", .init("value", post.id), .flag("selected", typed?["post"] == post.id)) { post.name }
        }
      }
      HTML.element("p", .class("help"), .init("id", "post-help")) { visit(.postHelp) }
      boxes(.roles, .rolesHelp, "role", roles.map { ($0, ValueWords.role($0, visit.language)) }, visit, typed)
      boxes(
        .datasets, .datasetsHelp, "dataset",
        topology.definitions.map { ($0.dataset.description, visit.language($0.title)) }, visit, typed)
      HTML.element("button") { visit(.addOfficer) }
    }
  }

  private func field(
    _ name: String, _ phrase: BoardPhrase, _ help: BoardPhrase?, _ visit: Visit, longest: Int, _ typed: Form?
  ) -> HTML {
    HTML.list([
      HTML.element("label", .init("for", "new-\(name)")) { visit(phrase) },
      HTML.void(
        "input", .init("id", "new-\(name)"), .init("name", name), .init("maxlength", "\(longest)"),
        .init("autocomplete", "off"), .init("autocapitalize", "none"), .init("value", typed?[name] ?? ""),
        .flag("required")),
      help.map { help in HTML.element("p", .class("help")) { visit(help) } } ?? .empty,
    ])
  }

  private func boxes(
    _ phrase: BoardPhrase, _ help: BoardPhrase, _ name: String, _ choices: [(value: String, word: String)],
    _ visit: Visit, _ typed: Form?
  ) -> HTML {
    HTML.element("fieldset") {
      HTML.element("legend") { visit(phrase) }
      HTML.element("p", .class("help")) { visit(help) }
      for choice in choices {
        HTML.element("label", .class("tick")) {
          HTML.void(
            "input", .init("type", "checkbox"), .init("name", "\(name)-\(choice.value)"), .init("value", "yes"),
            .flag("checked", typed?["\(name)-\(choice.value)"] != nil))
          " \(choice.word)"
        }
      }
    }
  }

  /// The roles that an officer may have: those of the desk and those that agreements name. Under `aggregates` nodes compute; no person has it.
  private var roles: [String] {
    let agreed = node.registry.topology.pairs.flatMap(\.streams).flatMap(\.roles)
    return Set(Right.table.keys).union(agreed).subtracting([IndicatorRequest.role]).sorted()
  }

  // MARK: What is changed

  private enum Trouble: Error { case exists, unknown, tooMany }

  /// `POST /officers/add`.
  func addOfficer(_ visit: Visit, _ form: Form) -> Response {
    let id = form["id"] ?? ""
    let posts = node.registry.topology.crossings.flatMap(\.posts).filter { $0.country == node.country }.map(\.id)
    let given = roles.filter { form["role-\($0)"] != nil }
    let post = form["post"] ?? ""
    guard posts.contains(post) || post.isEmpty && !given.contains(where: { Right.needsPost($0) }) else {
      return officersPage(visit, trouble: "\(visit(.officerWrong)): \(visit(.postOf))", typed: form, status: 422)
    }
    let datasets = node.registry.topology.definitions.map(\.dataset).filter { form["dataset-\($0)"] != nil }
    let password = Self.password()
    do {
      let officer = try Officer(
        id: id, name: form["name"] ?? "", roles: given, post: post,
        datasets: datasets, password: try hasher.hash(password))
      try node.changeOfficers { officers in
        guard !officers.contains(where: { $0.id == id }) else { throw Trouble.exists }
        guard officers.count < Officer.most else { throw Trouble.tooMany }
        try note(visit, id, .added)
        officers.append(officer)
      }
    } catch { return refused(visit, error, form) }
    tell(visit, "added", id)
    return officersPage(visit, made: (id, password))
  }

  /// `POST /officers/state`: disables or enables. Nobody disables himself: the last operator would lock everybody out.
  func setOfficer(_ visit: Visit, _ form: Form) -> Response {
    let id = form["id"] ?? ""
    let isDisabled = form["disabled"] == "yes"
    guard !isDisabled || id != visit.session?.officer.id else {
      return officersPage(visit, trouble: visit(.officerSelf), status: 422)
    }
    do { try change(id, visit, isDisabled ? .disabled : .enabled) { $0.isDisabled = isDisabled } } catch {
      return refused(visit, error)
    }
    tell(visit, isDisabled ? "disabled" : "enabled", id)
    return redirect(to: "/officers")
  }

  /// `POST /officers/password`: a new password, shown once.
  func resetPassword(_ visit: Visit, _ form: Form) -> Response {
    let id = form["id"] ?? ""
    let password = Self.password()
    do {
      let hash = try hasher.hash(password)
      try change(id, visit, .password) { $0.password = hash }
    } catch { return refused(visit, error) }
    tell(visit, "given a new password", id)
    // Who gives himself a new password has no session any more, and is shown it once all the same.
    return officersPage(visit, made: (id, password))
  }

  private func change(
    _ id: String, _ visit: Visit, _ change: OperatorEvent.AccountChange, _ body: (inout Officer) -> Void
  ) throws {
    try node.changeOfficers { officers in
      guard let place = officers.firstIndex(where: { $0.id == id }) else { throw Trouble.unknown }
      try note(visit, id, change)
      body(&officers[place])
    }
  }

  /// Into the operators' log, before it counts: the rule of four eyes asks who gave whom a password.
  private func note(_ visit: Visit, _ id: String, _ change: OperatorEvent.AccountChange) throws {
    try node.operators.note(account: id, change, by: visit.session?.officer.id ?? "")
  }

  private func refused(_ visit: Visit, _ error: any Error, _ typed: Form? = nil) -> Response {
    switch error {
    case Trouble.exists: return officersPage(visit, trouble: visit(.officerExists), typed: typed, status: 409)
    case Trouble.unknown: return officersPage(visit, trouble: visit(.officerUnknown), typed: typed, status: 404)
    case Trouble.tooMany: return officersPage(visit, trouble: visit(.tooManyOfficers), typed: typed, status: 409)
    case let error as TermError:
      return officersPage(visit, trouble: "\(visit(.officerWrong)): \(error.description)", typed: typed, status: 422)
    default:
      node.log(.error, "desk", "the officers could not be changed: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
  }

  private func tell(_ visit: Visit, _ what: String, _ id: String) {
    node.log(.info, "desk", "officer \(id) was \(what) by \(visit.session?.officer.id ?? "")")
  }

  /// Letters and digits that nobody mistakes for one another when they are read aloud or written down.
  private static let letters = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)

  /// Twenty random letters in groups of five: 99 bits.
  private static func password() -> String {
    var text: [UInt8] = []
    let entropy = SystemEntropy()
    while text.count < 23 {
      if text.count % 6 == 5 { text.append(0x2D) }
      // A byte beyond the last whole round would make some letters likelier.
      guard let byte = entropy.bytes(1).first, byte < 248 else { continue }
      text.append(letters[Int(byte) % letters.count])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
