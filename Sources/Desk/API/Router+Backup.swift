import Exchange
import HTTP
import Node
import Terms

extension Router {
  /// `GET /v1/backup[?attachments=no]`: the items of a backup, as of now.
  func backup(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        do throws(StoreError) {
          let backup = try node.backup(withAttachments: request.query("attachments") != "no")
          return Response(
            status: 200, headers: ["Content-Type": "application/octet-stream", "Cache-Control": "no-store"],
            body: .stream(PieceStream(backup)))
        } catch { return Problem(status: 503, detail: error.description).response }
      }
    }
  }

  /// `POST /v1/backup?without=CC&reason=TEXT`: publishing does not wait for a neighbour any more.
  func goOn(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        guard let text = request.query("without"), let country = try? CountryCode(text),
          let reason = request.query("reason"), !reason.isEmpty
        else { return Problem(status: 400, detail: "name the neighbour and the reason").response }
        do {
          try node.goOn(without: country, reason: reason)
          return Router.json(node.recovery()?.json ?? .null)
        } catch { return Problem(status: 409, detail: "\(error)").response }
      }
    }
  }
}
