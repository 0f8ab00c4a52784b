import Catalog
import Dispatch
import Forms
import HTTP
import Markup
import Node
import Officers
import Sodium
import Synchronization
import Terms

/// The pages that officers see: made on the server, without anything from elsewhere, usable without a script. Who asks, in which role
/// and at which post comes from the session alone, and every view of a person's data is a lookup of the node, logged before it is sent.
final class Pages: Sendable {
  let node: Installation
  let work: Workshop
  /// The address of the proxy with TLS; nil when there is none and cookies go in clear.
  let proxy: String?
  /// Figures that committees look at.
  let book: FigureBook
  let hasher = PasswordHasher()
  let uploads = UploadShelf()
  let halves = Mutex(HalfLogins())
  /// The roles whose officers must have a second factor.
  let secondFactorRoles: Set<String>
  let throttle = Mutex(LoginThrottle())
  let sessions: Shared<SessionTable>
  /// Pages that wait for news.
  let events: EventStreams

  /// The longest form: a key, a purpose, a reason.
  static let longestForm = 16 << 10

  /// Pages over a node.
  init(_ node: Installation, _ work: Workshop, proxy: String?, secondFactorRoles: Set<String>) {
    (self.node, self.work, self.proxy, self.secondFactorRoles) = (node, work, proxy, secondFactorRoles)
    book = FigureBook(node)
    let sessions = Shared(SessionTable())
    self.sessions = sessions
    events = EventStreams(node) { token in
      sessions.withLock { $0.look(token, in: node.officers, at: node.clock.now()) } != nil
    }
  }

  /// What a page needs of its visitor.
  enum Need: Hashable, Sendable {
    /// Nothing: before login.
    case nothing
    /// To be logged in.
    case session
    /// A role with this right.
    case right(Right)
  }

  typealias Show = @Sendable (Pages) -> @Sendable (Visit) -> Response
  typealias Take = @Sendable (Pages) -> @Sendable (Visit, Form) -> Response

  typealias Seek = @Sendable (Pages) -> @Sendable (Visit, @escaping @Sendable (Response) -> Void) -> Void
  typealias TakeLater = @Sendable (Pages) -> @Sendable (Visit, Form, @escaping @Sendable (Response) -> Void) -> Void
  typealias TakeRecord = @Sendable (Pages) -> @Sendable (Visit, Form, FormFiles) -> Response
  typealias TakeFile = @Sendable (Pages) -> @Sendable (Visit, FileForm) -> Response

  /// What is done for a route.
  enum Action: Sendable {
    /// News that come while the page is open.
    case events
    /// A page is shown; away from the server's threads.
    case show(Show)
    /// What may have to come from another country's node is shown when it is here.
    case seek(Seek)
    /// A form is taken; with a session it must bring the session's token.
    case take(Take)
    /// A form for a record is taken, which may be long and bring files.
    case record(TakeRecord)
    /// A form with a file is taken.
    case upload(TakeFile)
    /// A form is taken that is answered later, from elsewhere.
    case later(TakeLater)
    /// Login, which answers from the hasher.
    case login
    /// The second step of a login.
    case code
    /// A file of the program.
    case file(Asset)
  }

  /// One route. A path that ends in `/` takes one more word.
  struct Route: Sendable {
    let path: String
    let method: Method
    let need: Need
    let action: Action
  }

  /// Every page and form.
  static let routes: [Route] = officerRoutes + formRoutes + liveRoutes + boardRoutes + fourEyesRoutes + committeeRoutes

  private static let officerRoutes: [Route] = [
    Route(path: "/", method: .get, need: .nothing, action: .show(Pages.start)),
    Route(path: "/login", method: .get, need: .nothing, action: .show(Pages.showLogin)),
    Route(path: "/login", method: .post, need: .nothing, action: .login),
    Route(path: "/logout", method: .post, need: .session, action: .take(Pages.logout)),
    Route(path: "/role", method: .post, need: .session, action: .take(Pages.takeRole)),
    Route(path: "/purpose", method: .post, need: .session, action: .take(Pages.takePurpose)),
    Route(path: "/search", method: .get, need: .right(.search), action: .show(Pages.showSearch)),
    Route(path: "/search", method: .post, need: .right(.search), action: .take(Pages.search)),
    Route(path: "/file/", method: .get, need: .right(.search), action: .show(Pages.showFile)),
    Route(path: "/record/", method: .get, need: .right(.search), action: .show(Pages.showRecord)),
    Route(path: "/attachment/", method: .get, need: .right(.search), action: .seek(Pages.showAttachment)),
    Route(path: "/expected", method: .get, need: .right(.expected), action: .show(Pages.showExpected)),
    Route(path: "/arrivals", method: .get, need: .right(.arrivals), action: .show(Pages.showArrivals)),
    Route(path: "/decide", method: .post, need: .right(.decide), action: .take(Pages.decide)),
    Route(path: "/desk.css", method: .get, need: .nothing, action: .file(.style)),
    Route(path: "/desk.js", method: .get, need: .nothing, action: .file(.script)),
    Route(path: "/icon.svg", method: .get, need: .nothing, action: .file(.icon)),
  ]

  /// Whether a path is one of the pages.
  static func has(_ path: String) -> Bool { routes.contains { matches($0.path, path) != nil } }

  /// Begins a request.
  func begin(_ request: Request, _ caller: Caller) -> any Handler {
    var visit = Visit(
      node: node, request: request, language: language(of: request), rest: "", now: node.clock.now(),
      isSecure: isSecure(request))
    let matching = Self.routes.compactMap { route in Self.matches(route.path, request.path).map { (route, $0) } }
    var allowed: String { Router.allowed(matching.map(\.0.method)) }
    if request.method == .options, !matching.isEmpty {
      return Answered(caller, Response(status: 204, headers: ["Allow": allowed]))
    }
    let method = request.method == .head ? .get : request.method
    guard let (route, rest) = matching.first(where: { $0.0.method == method }) else {
      var refusal = page(visit, status: matching.isEmpty ? 404 : 405, failure: (.notFound, .notFoundHelp))
      if !matching.isEmpty { refusal.headers.add("Allow", allowed) }
      return Answered(caller, refusal)
    }
    if case .file(let asset) = route.action { return Answered(caller, asset.response(to: request)) }
    guard proxy == nil || visit.isSecure else {
      return Answered(caller, page(visit, status: 403, failure: (.httpsOnly, .notFoundHelp)))
    }
    visit = Visit(
      node: node, request: request, language: visit.language, rest: rest, now: visit.now, isSecure: visit.isSecure)
    if let token = request.cookie(sessionCookie) {
      // What a page asks by itself is no sign that the officer is there.
      let isUse = request.headers[Self.liveHeader] == nil && !Self.isEvents(route)
      visit.session = sessions.withLock {
        isUse
          ? $0.find(token, in: node.officers, at: visit.now) : $0.look(token, in: node.officers, at: visit.now)
      }
      visit.token = visit.session == nil ? "" : token
    }
    if let refusal = refusal(of: visit, route) { return Answered(caller, refusal) }
    return handler(route, visit, caller)
  }

  private static func isEvents(_ route: Route) -> Bool {
    if case .events = route.action { true } else { false }
  }

  private func handler(_ route: Route, _ visit: Visit, _ caller: Caller) -> any Handler {
    switch route.action {
    case .file(let asset): return Answered(caller, asset.response(to: visit.request))
    case .events: return Answered(caller, beginEvents(visit))
    case .show(let show):
      return Collected(visit.request, caller, limit: 0) { [self] _ in
        // A crossing file may wait for other countries' nodes; nobody else's page waits with it.
        let place = visit.request.path.hasPrefix("/file/") ? work.ask : work.read
        place { [self] in caller.answer(finished(show(self)(visit), visit)) }
      }
    case .seek(let seek):
      return Collected(visit.request, caller, limit: 0) { [self] _ in
        work.read { [self] in seek(self)(visit) { [self] in caller.answer(finished($0, visit)) } }
      }
    case .login, .code:
      return Collected(visit.request, caller, limit: Self.longestForm) { [self] bytes in
        guard isSameSite(visit.request), let form = try? Form(bytes) else {
          return caller.answer(page(visit, status: 400, failure: (.badForm, .badFormHelp)))
        }
        if case .code = route.action {
          work.run(caller) { [self] in finished(takeCode(visit, form), visit) }
        } else {
          login(visit, form) { [self] in caller.answer(finished($0, visit)) }
        }
      }
    case .take(let take):
      return taken(visit, caller, longest: Self.longestForm, most: Form.mostFields) { [self] in
        let form = $0
        work.run(caller) { [self] in finished(take(self)(visit, form), visit) }
      }
    case .later(let take):
      return taken(visit, caller, longest: Self.longestForm, most: Form.mostFields) { [self] in
        take(self)(visit, $0) { [self] in caller.answer(finished($0, visit)) }
      }
    case .upload(let take):
      return FileForm.Collector(visit.request, caller, longest: Upload.longest) { [self] form in
        guard isSameSite(visit.request), let session = visit.session,
          Self.isSame(form["token"] ?? "", session.formToken)
        else { return caller.answer(page(visit, status: 403, failure: (.badForm, .badFormHelp))) }
        work.run(caller) { [self] in finished(take(self)(visit, form), visit) }
      }
    case .record(let take): return recordForm(visit, caller, take)
    }
  }

  /// Takes a form that brings the session's token.
  func taken(
    _ visit: Visit, _ caller: Caller, longest: Int, most: Int, _ take: @escaping @Sendable (Form) -> Void
  ) -> any Handler {
    Collected(visit.request, caller, limit: longest) { [self] bytes in
      guard isSameSite(visit.request), let form = try? Form(bytes, most: most), let session = visit.session,
        Self.isSame(form["token"] ?? "", session.formToken)
      else { return caller.answer(page(visit, status: 403, failure: (.badForm, .badFormHelp))) }
      take(form)
    }
  }

  /// Why the visitor may not: not logged in, or not in this role.
  private func refusal(of visit: Visit, _ route: Route) -> Response? {
    switch route.need {
    case .nothing: return nil
    case .session, .right:
      guard let session = visit.session else {
        let hadOne = visit.request.cookie(sessionCookie) != nil
        return redirect(to: hadOne ? "/login?over=1" : "/login")
      }
      if case .right = route.need, lacksFactor(session.officer) { return redirect(to: "/account") }
      if case .right(let right) = route.need, !session.rights.contains(right) {
        return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp))
      }
      if case .right(let right) = route.need, Right.atPost.contains(right), session.officer.post.isEmpty {
        return page(visit, status: 403, failure: (.forbidden, .forbiddenHelp), detail: visit(BoardPhrase.pageNeedsPost))
      }
      return nil
    }
  }

  // MARK: What came with the request

  /// The rest after a route's path; nil when it is another's.
  private static func matches(_ route: String, _ path: String) -> String? {
    if route == path { return route.hasSuffix("/") && route != "/" ? nil : "" }
    guard route.hasSuffix("/"), route != "/", path.hasPrefix(route) else { return nil }
    let rest = path.dropFirst(route.count)
    return rest.isEmpty || rest.contains("/") ? nil : String(rest)
  }

  private func isSecure(_ request: Request) -> Bool {
    guard let proxy, case .tcp(let address) = request.peer else { return false }
    return address == proxy
  }

  /// The address from which a login comes: of the proxy's client where there is a proxy. It appends what it saw itself, so that the
  /// last word counts.
  func address(of visit: Visit) -> String {
    if visit.isSecure, let last = visit.request.headers.all("X-Forwarded-For").last?.split(separator: ",").last {
      return String(last.drop { $0 == " " }.prefix(64))
    }
    return visit.request.peer.description
  }

  /// Whether a form comes from a page of this desk, as far as the browser tells. What counts is the session's token; at login there is none.
  func isSameSite(_ request: Request) -> Bool {
    if let site = request.headers["Sec-Fetch-Site"] { return site == "same-origin" || site == "none" }
    guard let origin = request.headers["Origin"], let host = request.headers["Host"] else { return true }
    return origin == "http://\(host)" || origin == "https://\(host)"
  }

  static func isSame(_ a: String, _ b: String) -> Bool {
    SecretBytes(copying: a.utf8).isEqual(to: SecretBytes(copying: b.utf8))
  }

  private func language(of request: Request) -> Language {
    let named = request.query("lang") ?? request.cookie(Self.languageCookie)
    return named.flatMap { Language(rawValue: $0) } ?? .es
  }
}
