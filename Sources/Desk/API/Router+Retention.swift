import Catalog
import Exchange
import HTTP
import Node
import Terms

extension Router {
  /// `GET /v1/retention`.
  func retention(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        do throws(ReadError) { return Router.json(try node.retention().json) } catch {
          return Problem(status: 503, detail: error.description).response
        }
      }
    }
  }

  /// The query of `POST /v1/erase`.
  static let eraseShape = RequestShape(
    "query",
    [
      .may(
        "clock_is_right", .flag, "Whether the clock is believed though it went far ahead and no neighbour confirms it.")
    ])

  /// `POST /v1/erase`: erases what is due now.
  func erase(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        let asked: RequestShape.Asked
        do throws(TermError) { asked = try Self.eraseShape.read(request.query) } catch {
          return Problem(status: 400, detail: error.description).response
        }
        do {
          let (erased, report) = try node.eraseDue(isClockRight: asked.flag("clock_is_right"))
          return Router.json(["erased_now": JSONValue(erased), "retention": report.json])
        } catch { return Problem(status: 503, detail: "\(error)").response }
      }
    }
  }
}
