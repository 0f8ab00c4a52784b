import Catalog
import HTTP
import Markup
import Officers
import Sodium
import Terms

// What officers change of themselves: the password, and the second factor.
extension Pages {
  /// Whether an officer must set up a second factor before anything else.
  func lacksFactor(_ officer: Officer) -> Bool {
    officer.secondFactor == nil && !secondFactorRoles.isDisjoint(with: officer.roles)
  }

  /// `GET /account`.
  func showAccount(_ visit: Visit) -> Response { accountPage(visit) }

  private func accountPage(
    _ visit: Visit, passwordTrouble: String? = nil, factorTrouble: FormPhrase? = nil, status: Int = 200
  ) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    let officer = session.officer
    defer { seen(visit) }
    return page(
      Frame(visit, title: visit(.account)).page {
        HTML.element("h1") {
          HTML.element("small") { visit(.account) }
          officer.name
        }
        HTML.element("p", .class("help")) {
          "\(officer.id) · \(officer.roles.map { ValueWords.role($0, visit.language) }.joined(separator: ", ")) · \(visit.place(officer.post))"
        }
        if lacksFactor(officer) {
          HTML.element("p", .class("box warn"), .init("role", "status")) { visit(.factorNeeded) }
        }
        HTML.element("section", .class("box")) {
          HTML.element("h2") { visit(.factor) }
          if let factorTrouble { HTML.element("p", .class("trouble"), .init("role", "alert")) { visit(factorTrouble) } }
          factor(visit, session)
        }
        HTML.element("section", .class("box")) {
          HTML.element("h2") { visit(.changePassword) }
          if let passwordTrouble {
            HTML.element("p", .class("trouble"), .init("role", "alert")) { passwordTrouble }
          }
          visit.form("/account/password", class: "stack narrow") {
            password("current", .currentPassword, "current-password", visit)
            password("new", .newPassword, "new-password", visit)
            password("again", .newPasswordAgain, "new-password", visit)
            HTML.element("p", .class("help")) { visit(.passwordNote) }
            HTML.element("button") { visit(.changePassword) }
          }
        }
      }, status: status)
  }

  @HTMLBuilder private func password(
    _ name: String, _ phrase: FormPhrase, _ kind: String, _ visit: Visit
  ) -> HTML {
    HTML.element("label", .init("for", name)) { visit(phrase) }
    HTML.void(
      "input", .init("id", name), .init("name", name), .init("type", "password"), .init("autocomplete", kind),
      .init("maxlength", "\(Officer.longestPassword)"), .flag("required"))
  }

  @HTMLBuilder private func factor(_ visit: Visit, _ session: Session) -> HTML {
    if let secret = session.newSecret {
      HTML.element("p") { visit(.factorScan) }
      HTML.element("div", .class("enrol")) {
        QRPicture.html(address(of: secret, session.officer), words: visit(.factorPicture))
        HTML.element("div") {
          HTML.element("p") { visit(.factorSecret) }
          HTML.element("p", .class("code secret")) { Self.grouped(Base32.text(secret)) }
          visit.form("/account/factor", class: "stack narrow") {
            visit.hidden("do", "confirm")
            codeField(visit)
            HTML.element("button") { visit(.factorConfirm) }
          }
        }
      }
    } else {
      if let factor = session.officer.secondFactor {
        HTML.element("p") { "\(visit(.factorOn)) \(visit(.recoveryLeft)): \(factor.recovery.count)." }
      } else {
        HTML.element("p") { visit(.factorOff) }
      }
      visit.form("/account/factor", class: "stack narrow") {
        visit.hidden("do", "begin")
        if session.officer.secondFactor != nil { codeField(visit) }
        HTML.element("button") { visit(session.officer.secondFactor == nil ? .factorBegin : .factorAnew) }
      }
    }
  }

  @HTMLBuilder private func codeField(_ visit: Visit) -> HTML {
    HTML.element("label", .init("for", "code")) { visit(.code) }
    HTML.void(
      "input", .init("id", "code"), .init("name", "code"), .init("autocomplete", "one-time-code"),
      .init("maxlength", "24"), .init("spellcheck", "false"), .flag("required"))
  }

  private func address(of secret: [UInt8], _ officer: Officer) -> String {
    OneTimeCode.address(secret, issuer: "Istmo \(node.country)", account: officer.id)
  }

  private static func grouped(_ text: String) -> String {
    let letters = Array(text)
    return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
      .joined(separator: " ")
  }

  // MARK: Password

  /// `POST /account/password`: the present password is asked again, and counts as a login's does.
  func changePassword(_ visit: Visit, _ form: Form, answer: @escaping @Sendable (Response) -> Void) {
    guard let officer = visit.session?.officer else { return answer(redirect(to: "/login")) }
    func trouble(_ words: String, _ status: Int) -> Response {
      accountPage(visit, passwordTrouble: words, status: status)
    }
    let new = Array((form["new"] ?? "").utf8)
    guard (Officer.shortestPassword...Officer.longestPassword).contains(new.count) else {
      return answer(trouble(visit(.passwordLength), 422))
    }
    guard form["new"] == form["again"] else { return answer(trouble(visit(.passwordsDiffer), 422)) }
    let present = Array((form["current"] ?? "").utf8.prefix(Officer.longestPassword + 1))
    guard new != present else { return answer(trouble(visit(.passwordSame), 422)) }
    let way = way(of: visit, officer: officer.id)
    if let wait = throttle.withLock({ $0.begin(officer: officer.id, way: way, at: visit.now) }) {
      return answer(trouble("\(visit(.loginWait)) \(visit.language.span(milliseconds: wait + 999))", 429))
    }
    let isTaken = hasher.change(present, of: officer, to: new) { [self] change in
      switch change {
      case .wrong:
        node.log(.warning, "desk", "a change of password failed: wrong password")
        answer(accountPage(visit, passwordTrouble: visit(.passwordWrong), status: 403))
      case .noMemory:
        throttle.withLock { $0.withdrew(officer: officer.id, way: way) }
        answer(accountPage(visit, passwordTrouble: visit(.loginBusy), status: 503))
      case .hash(let hash):
        throttle.withLock { $0.succeeded(officer: officer.id, way: way) }
        answer(keep(visit, .passwordChanged) { $0.password = hash })
      }
    }
    if !isTaken {
      throttle.withLock { $0.withdrew(officer: officer.id, way: way) }
      answer(trouble(visit(.loginBusy), 503))
    }
  }

  /// Keeps what an officer changed; this session goes on, the officer's others are over.
  private func keep(_ visit: Visit, _ said: FormPhrase, _ change: (inout Officer) -> Void) -> Response {
    guard let id = visit.session?.officer.id else { return redirect(to: "/login") }
    do {
      guard let changed = try node.changeOfficer(id, change) else { return redirect(to: "/login") }
      sessions.withLock { $0.renew(changed, by: visit.token) }
      node.log(
        .info, "desk", "officer \(id): \(FormPhrase.passwordChanged == said ? "another password" : "a second factor")")
      return tell(.done(visit(said)), visit, to: "/account")
    } catch {
      node.log(.error, "desk", "an officer's change was not kept: \(error)")
      return page(visit, status: 503, failure: (.unavailable, .tryAgain))
    }
  }

  // MARK: Second factor

  /// `POST /account/factor`: begins with a new secret, or takes it when its first code is right.
  func changeFactor(_ visit: Visit, _ form: Form) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    let officer = session.officer
    let typed = form["code"] ?? ""
    let way = way(of: visit, officer: officer.id)
    let isConfirming = form["do"] == "confirm"
    // Who has a factor shows it before another one is made; every code that is tried counts as a login's password does.
    if isConfirming || officer.secondFactor != nil {
      guard throttle.withLock({ $0.begin(officer: officer.id, way: way, at: visit.now) }) == nil else {
        return accountPage(visit, factorTrouble: .codeWait, status: 429)
      }
    }
    if isConfirming { return confirmFactor(visit, session, typed, way) }
    if officer.secondFactor != nil {
      guard use(typed, of: officer.id, at: visit.now) != nil else {
        return accountPage(visit, factorTrouble: .codeWrong, status: 403)
      }
      throttle.withLock { $0.succeeded(officer: officer.id, way: way) }
    }
    sessions.withLock { $0.prepare(secret: SystemEntropy().bytes(OneTimeCode.secretByteCount), of: visit.token) }
    return redirect(to: "/account")
  }

  private func confirmFactor(
    _ visit: Visit, _ session: Session, _ typed: String, _ way: LoginThrottle.Way
  ) -> Response {
    let id = session.officer.id
    guard let secret = session.newSecret else { return redirect(to: "/account") }
    guard let step = OneTimeCode.match(typed, secret, at: visit.now, after: .min) else {
      return accountPage(visit, factorTrouble: .codeWrong, status: 403)
    }
    throttle.withLock { $0.succeeded(officer: id, way: way) }
    let codes = SecondFactor.newCodes(SystemEntropy())
    let kept = keep(visit, .factorKept) { $0.secondFactor = SecondFactor(secret: secret, last: step, recovery: codes) }
    guard kept.status == 303 else { return kept }
    sessions.withLock { $0.tell(nil, of: visit.token) }
    return page(
      Frame(visit, title: visit(.recovery)).page {
        HTML.element("section", .class("box good")) {
          HTML.element("h1") { visit(.recovery) }
          HTML.element("p") { visit(.factorKept) }
          HTML.element("p") { visit(.recoveryNote) }
          HTML.element("ul", .class("recovery code")) {
            for code in codes { HTML.element("li") { code } }
          }
          HTML.element("p") { HTML.element("a", .class("button"), .href("/")) { visit(.recoveryDone) } }
        }
      })
  }

  /// Takes a code of an officer's factor, durably used up. Nil when it is wrong, was used, or cannot be kept as used.
  private func use(_ typed: String, of id: String, at now: Instant) -> Officer? {
    var isRight = false
    do {
      let officer = try node.changeOfficer(id) { officer in
        isRight = !officer.isDisabled && officer.secondFactor?.take(typed, at: now) == true
      }
      return isRight ? officer : nil
    } catch {
      node.log(.error, "desk", "a code was not kept as used, so it does not count: \(error)")
      return nil
    }
  }

  /// The page that asks for the second factor.
  func codePage(_ visit: Visit, half: String, trouble: String? = nil, status: Int = 200) -> Response {
    page(
      Frame(visit, title: visit(.factor)).page {
        HTML.element("section", .class("box login")) {
          HTML.element("h1") { visit(.factor) }
          if let trouble { HTML.element("p", .class("trouble"), .init("role", "alert")) { trouble } }
          HTML.element("form", .init("method", "post"), .action("/login/code")) {
            visit.hidden("half", half)
            codeField(visit)
            HTML.element("p", .class("help")) { visit(.codeHelp) }
            HTML.element("button") { visit(.enter) }
          }
        }
      }, status: status)
  }

  /// `POST /login/code`: the second step of a login.
  func takeCode(_ visit: Visit, _ form: Form) -> Response {
    let token = form["half"] ?? ""
    guard let half = halves.withLock({ $0.find(token, at: visit.now) }),
      let known = node.officers.officer(half.officer), known.password == half.password, !known.isDisabled
    else { return redirect(to: "/login?over=1") }
    let way = way(of: visit, officer: half.officer)
    if let wait = throttle.withLock({ $0.begin(officer: half.officer, way: way, at: visit.now) }) {
      let words = "\(visit(.loginWait)) \(visit.language.span(milliseconds: wait + 999))"
      var response = codePage(visit, half: token, trouble: words, status: 429)
      response.headers.add("Retry-After", "\(wait / 1000 + 1)")
      return response
    }
    guard let officer = use(form["code"] ?? "", of: half.officer, at: visit.now) else {
      node.log(.warning, "desk", "a login failed: wrong code of the second factor")
      return codePage(visit, half: token, trouble: visit(.codeWrong), status: 403)
    }
    halves.withLock { $0.end(token) }
    return enter(visit, officer, way)
  }
}
