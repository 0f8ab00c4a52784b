import HTTP

// News for open pages.
extension Pages {
  /// Requests that a page makes by itself bear this header: they do not count as the officer's use of the session.
  static let liveHeader = "X-Istmo-Live"

  /// `GET /events`.
  func beginEvents(_ visit: Visit) -> Response {
    guard let session = visit.session else { return redirect(to: "/login") }
    guard let stream = events.begin(token: visit.token, officer: session.officer.id, rights: session.rights) else {
      var response = page(visit, status: 503, failure: (.unavailable, .tryAgain))
      response.headers.add("Retry-After", "60")
      return response
    }
    var headers = headers(of: "text/event-stream")
    // A proxy in between must pass on what comes at once.
    headers.add("X-Accel-Buffering", "no")
    return Response(status: 200, headers: headers, body: .stream(stream))
  }
}
