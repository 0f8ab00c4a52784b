extension Response {
  /// 304 without a body when the client has this very answer (RFC 9110 section 13.1.2), else the answer itself.
  public func orNotModified(for request: Request) -> Response {
    guard status == 200, request.method == .get || request.method == .head, let tag = headers["ETag"] else {
      return self
    }
    let known = request.headers.all("If-None-Match").flatMap { $0.split(separator: ",") }
    // Weak comparison: the same tag, whatever is said of its strength.
    guard known.contains(where: { $0.strippingSpace == "*" || $0.strippingSpace.strong == tag[...].strong }) else {
      return self
    }
    var kept: Headers = [:]
    for field in headers.fields where !Headers.same(field.name, "Content-Type") { kept.add(field.name, field.value) }
    return Response(status: 304, headers: kept)
  }
}

extension Substring {
  fileprivate var strippingSpace: Substring {
    var rest = drop { $0 == " " || $0 == "\t" }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return rest
  }

  fileprivate var strong: Substring { hasPrefix("W/") ? dropFirst(2) : self }
}
