import Catalog
import Exchange
import HTTP
import Node
import Terms

extension Router {
  /// `GET /healthz`: 200 while the node can publish and read, 503 with the reasons otherwise.
  func health(_ request: Request, _ caller: Caller) -> any Handler {
    standing(request, caller, ("ok", "failing")) { $0.healthProblems() }
  }

  /// `GET /readyz`: 200 while records sent now would be accepted, 503 with the reasons otherwise.
  func ready(_ request: Request, _ caller: Caller) -> any Handler {
    standing(request, caller, ("ready", "not ready")) { $0.obstacles() }
  }

  private func standing(
    _ request: Request, _ caller: Caller, _ words: (good: String, bad: String),
    _ problems: @escaping @Sendable (Installation) -> [String]
  ) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      // Away from the server's threads: it waits for the engine.
      run(caller) { [node] in
        let problems = problems(node)
        return Router.json(
          [
            "status": .text(problems.isEmpty ? words.good : words.bad), "problems": .list(problems.map { .text($0) }),
          ], status: problems.isEmpty ? 200 : 503)
      }
    }
  }

  /// `GET /metrics`: Prometheus text.
  func metrics(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node, meter] in
        Response(
          status: 200, type: "text/plain; version=0.0.4; charset=utf-8", Array((node.metrics() + meter.metrics).utf8))
      }
    }
  }

  /// `GET /v1/status`.
  func status(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in run(caller) { [node] in Router.json(node.status().json) } }
  }

  /// `POST /v1/query`: a lookup; NDJSON, records first, what the answer rests on last.
  func query(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: Router.longestBody) { [self] bytes in
      let lookup: LookupRequest
      do { lookup = try LookupRequest(json: try JSONValue(parsing: bytes)) } catch {
        return caller.answer(Problem(status: 400, detail: "\(error)"))
      }
      let place = node.lookups.asksOrigins(lookup) ? work.ask : work.read
      place { [node] in
        node.lookups.answer(lookup, as: { Router.ndjson($0.ndjson(node)) }, isAlone: { caller.isAlone }) { result in
          switch result {
          case .success(let response): caller.answer(response)
          case .failure(let error): caller.answer(Self.problem(error))
          }
        }
      }
    }
  }

  /// `POST /v1/crossing`: everything known about one key: what must be seen first, then a timeline; NDJSON as of `/v1/query`.
  func crossing(_ request: Request, _ caller: Caller) -> any Handler {
    asked(request, caller, CrossingRequest.init(json:), asksOrigins: true) { (node, crossing) throws(LookupError) in
      Router.ndjson(try node.lookups.answer(crossing).ndjson(node))
    }
  }

  /// `POST /v1/expected`: what is on its way to a post, with lanes, holds and missing papers; NDJSON.
  func expected(_ request: Request, _ caller: Caller) -> any Handler {
    asked(request, caller, ExpectedRequest.init(json:)) { (node, expected) throws(LookupError) in
      Router.ndjson(try node.lookups.answer(expected).lines)
    }
  }

  /// `POST /v1/alerts`: the hits of alerts, the newest first; NDJSON.
  func alerts(_ request: Request, _ caller: Caller) -> any Handler {
    asked(request, caller, AlertHitsRequest.init(json:)) { (node, alerts) throws(LookupError) in
      Router.ndjson(try node.lookups.answer(alerts).lines)
    }
  }

  /// `POST /v1/indicators`: a country's figures of some days, a line each; last what they rest on.
  func indicators(_ request: Request, _ caller: Caller) -> any Handler {
    asked(request, caller, IndicatorRequest.init(json:)) { (node, indicators) throws(LookupError) in
      Router.ndjson(try node.indicators(indicators).lines)
    }
  }

  /// `POST /v1/indicators/publish`: computes the figures and publishes those that are not published so.
  func publishIndicators(_ request: Request, _ caller: Caller) -> any Handler {
    asked(request, caller, IndicatorRequest.init(json:)) { (node, indicators) throws(LookupError) in
      Router.ndjson([try node.publishIndicators(indicators).json])
    }
  }

  /// Reads what is asked from the body, and answers.
  private func asked<Asked: Sendable>(
    _ request: Request, _ caller: Caller, _ read: @escaping @Sendable (JSONValue) throws(TermError) -> Asked,
    asksOrigins: Bool = false,
    _ answer: @escaping @Sendable (Installation, Asked) throws(LookupError) -> Response
  ) -> any Handler {
    Collected(request, caller, limit: Router.longestBody) { [self] bytes in
      let asked: Asked
      do { asked = try read(try JSONValue(parsing: bytes)) } catch {
        return caller.answer(Problem(status: 400, detail: "\(error)"))
      }
      let place = asksOrigins ? work.ask : work.read
      place { [node] in
        do throws(LookupError) { caller.answer(try answer(node, asked)) } catch {
          caller.answer(Self.problem(error))
        }
      }
    }
  }

  private static func problem(_ error: LookupError) -> Problem {
    switch error {
    case .refused, .unknownDataset: Problem(status: 400, detail: error.description)
    case .read, .notLogged, .busy: Problem(status: 503, detail: error.description)
    }
  }

  /// The query of `GET /v1/lookups`.
  static let lookupLogShape = RequestShape(
    "query",
    [
      .may("by", .line(64), "Only this officer's."), .may("about", .country, "Only of this country's records."),
      .may("limit", .number(1...Int64(Installation.mostLookups)), "The most lines; 1000 where it is absent."),
    ])

  /// `GET /v1/lookups?by=OFFICER&about=CC`: the lookup log. Reading it is for the node's own machine.
  func lookups(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        do {
          let asked = try Self.lookupLogShape.read(request.query)
          return Router.ndjson(
            try node.lookupLog(
              by: asked.text("by"), about: asked.country("about"), limit: asked.number("limit") ?? 1000))
        } catch let error as TermError {
          return Problem(status: 400, detail: error.description).response
        } catch { return Problem(status: 503, detail: "\(error)").response }
      }
    }
  }

  /// The query of `GET /v1/evidence`.
  static let evidenceShape = RequestShape(
    "query",
    [
      .must("id", .record, "The record."),
      .may("to", .country, "The neighbour whose receipt is to be in it; where it is absent, the stream that is held."),
      .must("officer", .line(64), "The officer who asks."), .must("role", .line(32), "The role."),
      .must("purpose", .line(200), "What for."),
    ])

  /// `GET /v1/evidence?id=ID&officer=..&role=..&purpose=..`: an evidence file. It shows a record, so it is a lookup.
  func evidence(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        do {
          let asked = try Self.evidenceShape.read(request.query)
          let file = try node.evidence(
            for: try RecordID(asked.needed("id")), to: asked.country("to"), officer: asked.needed("officer"),
            role: asked.needed("role"), purpose: asked.needed("purpose"))
          return Response(status: 200, type: "application/octet-stream", file.bytes)
        } catch let error as EvidenceMaker.Failure {
          let status =
            switch error {
            case .unknown: 404
            case .withheld: 403
            case .noReceipt: 409
            case .missing, .read: 503
            }
          return Problem(status: status, detail: error.description).response
        } catch let error as LookupError {
          return Self.problem(error).response
        } catch {
          return Problem(status: 400, detail: "\(error)").response
        }
      }
    }
  }

  /// The query of `GET /v1/checkpoint` and `GET /v1/fork`.
  static let streamShape = RequestShape("query", [.must("stream", .stream, "The stream, such as SV/GT/migration.")])

  /// `GET /v1/checkpoint?stream=SV/GT/migration`: the signed note of what is durable here.
  func checkpoint(_ request: Request, _ caller: Caller) -> any Handler {
    ofStream(request, caller, type: "text/plain; charset=utf-8", missing: "nothing of it is held here") {
      try $0.checkpoint(of: $1)
    }
  }

  /// `GET /v1/fork?stream=SV/GT/migration`: the proof that a stream's origin signed two histories.
  func fork(_ request: Request, _ caller: Caller) -> any Handler {
    ofStream(request, caller, type: "application/octet-stream", missing: "no proof of a fork of it is kept here") {
      try $0.fork(of: $1)?.bytes
    }
  }

  /// Answers with the bytes of something that a stream has or has not.
  private func ofStream(
    _ request: Request, _ caller: Caller, type: String, missing: String,
    _ bytes: @escaping @Sendable (Installation, StreamName) throws -> [UInt8]?
  ) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      work.runShort(caller) { [node] in
        do {
          guard let stream = try Self.streamShape.read(request.query).stream("stream"),
            let bytes = try bytes(node, stream)
          else { return Problem(status: 404, detail: missing).response }
          return Response(status: 200, type: type, bytes)
        } catch let error as TermError {
          return Problem(status: 400, detail: "\(error); such as ?stream=SV/GT/migration").response
        } catch { return Problem(status: 503, detail: "\(error)").response }
      }
    }
  }

  /// `POST /v1/verify`: NDJSON, progress first, the report last.
  func verify(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      let stream = LineStream()
      caller.answer(Response(status: 200, headers: ["Content-Type": Router.linesType], body: .stream(stream)))
      work.takeTime { [node] in
        var last = 0
        let report = node.verify { share in
          guard Int(share * 100) > last else { return }
          last = Int(share * 100)
          stream.add(["progress": .number(Int64(last))])
        }
        stream.add(report.json)
        stream.end()
      }
    }
  }

  /// `GET /v1/bundle?to=CC`: what a neighbour has no receipt for.
  func exportBundle(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        guard let text = request.query("to"), let country = try? CountryCode(text) else {
          return Problem(status: 400, detail: "name the neighbour: /v1/bundle?to=GT").response
        }
        do {
          return Response(status: 200, type: "application/octet-stream", try node.bundle(to: country).bytes)
        } catch { return Problem(status: 409, detail: "\(error)").response }
      }
    }
  }

  /// `POST /v1/bundle`: a neighbour's bundle.
  func importBundle(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: BundleFile.longest) { [self] bytes in
      run(caller) { [node] in
        do { return Router.json(try node.importBundle(bytes)) } catch {
          return Problem(status: 400, detail: "\(error)").response
        }
      }
    }
  }

  /// `POST /v1/reload`: agreements and cards changed in the home.
  func reload(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [node] in
        do {
          try node.reload()
          return Router.json(["reloaded": true])
        } catch { return Problem(status: 409, detail: "\(error)").response }
      }
    }
  }
}
