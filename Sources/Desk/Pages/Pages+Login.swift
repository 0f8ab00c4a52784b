import Catalog
import HTTP
import Markup
import Officers
import Sodium
import Terms

// Who comes in, and how they go.
extension Pages {
  /// `GET /`: where an officer of this role begins.
  func start(_ visit: Visit) -> Response {
    guard let rights = visit.session?.rights else { return redirect(to: "/login") }
    return redirect(to: Place.all.first { rights.contains($0.right) }?.path ?? "/login")
  }

  /// `GET /login`.
  func showLogin(_ visit: Visit) -> Response {
    if visit.session != nil { return redirect(to: "/") }
    return loginPage(visit, visit.request.query("over") == nil ? nil : visit(.loginOver))
  }

  func loginPage(_ visit: Visit, _ trouble: String?, officer: String = "", status: Int = 200) -> Response {
    var visit = visit
    visit.session = nil
    return page(
      Frame(visit, title: visit(.login)).page {
        HTML.element("section", .class("box login")) {
          HTML.element("h1") { visit(.login) }
          if let trouble { HTML.element("p", .class("trouble"), .init("role", "alert")) { trouble } }
          HTML.element("form", .init("method", "post"), .action("/login")) {
            HTML.element("label", .init("for", "officer")) { visit(.officer) }
            HTML.void(
              "input", .init("id", "officer"), .init("name", "officer"), .init("value", officer),
              .init("autocomplete", "username"), .init("autocapitalize", "none"), .init("maxlength", "40"),
              .flag("required"), .flag("autofocus"))
            HTML.element("label", .init("for", "password")) { visit(.password) }
            HTML.void(
              "input", .init("id", "password"), .init("name", "password"), .init("type", "password"),
              .init("autocomplete", "current-password"), .init("maxlength", "256"), .flag("required"))
            HTML.element("button") { visit(.enter) }
          }
          HTML.element("p", .class("help")) { visit(.loginNote) }
        }
      }, status: status)
  }

  /// `POST /login`: compares the password away from everybody else's threads.
  func login(_ visit: Visit, _ form: Form, answer: @escaping @Sendable (Response) -> Void) {
    let id = String((form["officer"] ?? "").prefix(40))
    let password = Array((form["password"] ?? "").utf8.prefix(Officer.longestPassword + 1))
    let way = way(of: visit, officer: id)
    if let wait = throttle.withLock({ $0.begin(officer: id, way: way, at: visit.now) }) {
      node.log(.warning, "desk", "a login was put off after failures, for \(wait / 1000 + 1) s")
      var response = loginPage(
        visit, "\(visit(.loginWait)) \(visit.language.span(milliseconds: wait + 999))", officer: id, status: 429)
      response.headers.add("Retry-After", "\(wait / 1000 + 1)")
      return answer(response)
    }
    let officer = node.officers.officer(id)
    let isTaken = hasher.compare(password, with: officer) { [self] isRight in
      guard isRight, let officer else {
        node.log(.warning, "desk", "a login failed: unknown officer, wrong password or disabled")
        return answer(loginPage(visit, visit(.loginWrong), officer: id, status: 403))
      }
      if officer.secondFactor != nil {
        // Neither failed nor done: what counts is the code, so that right passwords forgive no wrong codes.
        throttle.withLock { $0.withdrew(officer: id, way: way) }
        let half = halves.withLock { $0.begin(officer, at: visit.now, SystemEntropy()) }
        return answer(codePage(visit, half: half))
      }
      answer(enter(visit, officer, way))
    }
    if !isTaken {
      throttle.withLock { $0.withdrew(officer: id, way: way) }
      answer(loginPage(visit, visit(.loginBusy), officer: id, status: 503))
    }
  }

  /// The way by which a login comes.
  func way(of visit: Visit, officer id: String) -> LoginThrottle.Way {
    let device = visit.request.cookie(deviceCookie).flatMap { node.devices.device($0, of: id) }
    return device.map { .device($0) } ?? .address(address(of: visit))
  }

  /// Lets an officer in who has shown all that is asked.
  func enter(_ visit: Visit, _ officer: Officer, _ way: LoginThrottle.Way) -> Response {
    throttle.withLock { $0.succeeded(officer: officer.id, way: way) }
    let token = sessions.withLock { $0.begin(officer, at: visit.now, SystemEntropy()) }
    node.log(.info, "desk", "officer \(officer.id) logged in")
    var response = redirect(to: "/")
    set(sessionCookie, token, in: &response)
    if case .address = way {
      let cookie = node.devices.make(for: officer.id, SystemEntropy())
      set(deviceCookie, cookie, for: Self.deviceSeconds, in: &response)
    }
    return response
  }

  /// `POST /logout`.
  func logout(_ visit: Visit, _ form: Form) -> Response {
    sessions.withLock { $0.end(visit.token) }
    var response = redirect(to: "/login")
    set(sessionCookie, nil, in: &response)
    return response
  }

  /// `POST /role`: another of the officer's own roles.
  func takeRole(_ visit: Visit, _ form: Form) -> Response {
    sessions.withLock { $0.take(role: form["role"] ?? "", of: visit.token) }
    return redirect(to: "/")
  }

  /// `POST /purpose`: what the lists are looked at for.
  func takePurpose(_ visit: Visit, _ form: Form) -> Response {
    let purpose = Self.purpose(form)
    if !purpose.isEmpty { sessions.withLock { $0.note(purpose: purpose, of: visit.token) } }
    // A list of this program's own pages: where a form leads is never for the form to say.
    return redirect(to: Place.all.first { $0.path == form["next"] }?.path ?? "/expected")
  }

  /// A purpose as typed, on one line.
  static func purpose(_ form: Form) -> String {
    let text = ShownText.line(form["purpose"] ?? "", longest: 200)
    return text.split(separator: " ").joined(separator: " ")
  }
}
