import Catalog
import HTTP
import Terms

// Proofs: evidence that needs no node, stores that agree with themselves, and countries that hold nothing they should not.
extension Demo {
  /// Evidence for one record of each stream, from the recipient's home, checked with nothing but the two root keys.
  func proveRecords() throws {
    heading("Evidence: one file for a record, checked without any node")
    for stream in migrations {
      guard let id = book.ids[stream]?.last else { throw DemoFailure("\(stream) has no record") }
      let file = folder.file("\(stream.origin)-\(stream.recipient).evidence")
      try istmo(
        ["evidence", "export", "\(id)", "--out", file, "--officer", "auditor-3", "--role", "auditor"]
          + ["--purpose", "demonstration"], at: stream.recipient)
      let check = ["evidence", "verify", file] + rootOptions(stream)
      let isShown = stream == showcase
      let output = try istmo(check, isShown: isShown).output
      if isShown { show(output) }
      guard !output.contains("compare ") else { throw DemoFailure("\(stream): the evidence rests on other root keys") }
      try refuseAltered(file, stream)
    }
    show("\(migrations.count) files hold, one for each stream; with one letter altered, none does")
  }

  private func rootOptions(_ stream: StreamName) -> [String] {
    [stream.origin, stream.recipient].compactMap { roots[$0] }.flatMap { ["--root", $0] }
  }

  /// The same file with a letter of the record altered.
  private func refuseAltered(_ file: String, _ stream: StreamName) throws {
    var bytes = try InputFile.read(file, longest: 16 << 20)
    let post = Array("\"post\":\"".utf8)
    guard let at = bytes.indices.first(where: { bytes[$0...].starts(with: post) }) else {
      throw DemoFailure("\(stream): the evidence does not show the record")
    }
    bytes[at + post.count] ^= 0x01
    let altered = folder.file("altered.evidence")
    try OutputFile.write(bytes, to: altered)
    try istmo(["evidence", "verify", altered] + rootOptions(stream), status: statusFailed)
  }

  func proveStores() throws {
    heading("Stores: roots, signatures, receipts, commitments, seals and index computed again")
    for country in countries {
      let report = try istmo(["verify"], at: country).output
      guard report.hasPrefix("clean: ") else { throw DemoFailure("\(country): \(report)") }
      show("\(country): \(report)")
    }
    try proveAbsence()
    try proveTokens()
  }

  /// No file of a country names a stream or a record of others. That the same search finds them where they belong shows
  /// that it can find them.
  private func proveAbsence() throws {
    var searches = 0
    for country in countries {
      var needles: [(stream: StreamName, bytes: [UInt8])] = []
      for stream in streams { needles.append((stream, Array(stream.description.utf8))) }
      for (stream, ids) in book.ids {
        // An id stands as its sixteen bytes or as text.
        for id in ids {
          needles.append((stream, Array(id.description.utf8)))
          needles.append((stream, [UInt8](hex: id.description.replacing("-", with: "")) ?? []))
        }
      }
      let found = try ByteSearch(needles.map(\.bytes)).search(folder: folder.home(country))
      var seen: Set<StreamName> = []
      for (needle, isFound) in zip(needles, found) {
        let isParty = [needle.stream.origin, needle.stream.recipient].contains(country)
        if isFound, !isParty { throw DemoFailure("\(country) holds bytes of \(needle.stream)") }
        if isParty, isFound { seen.insert(needle.stream) }
        if !isParty { searches += 1 }
      }
      for stream in streams where [stream.origin, stream.recipient].contains(country) && !seen.contains(stream) {
        throw DemoFailure("the search does not find \(stream) at \(country), where it belongs")
      }
    }
    show("no country holds a byte of a stream between others: \(searches) searches through all files")
  }

  /// The API asks for a token; the token lies in a file for those who want to try.
  private func proveTokens() throws {
    guard let country = showcase?.origin, let desk = desks[country] else { return }
    let scopes = ["publish", "lookup", "observe"].flatMap { ["--scope", $0] }
    let token = try istmo(["token", "add", "demo"] + scopes, at: country).output.split(separator: "\n").first ?? ""
    try OutputFile.write(Array("\(token)\n".utf8), to: tokenFile)
    func answer(_ headers: Headers) throws -> Int {
      let client = Client(.tcp(host: desk.host, port: desk.port))
      return try client.send(.init(.get, "/v1/status", headers: headers), limit: 16 << 20).status
    }
    let (without, with) = (try answer([:]), try answer(["Authorization": "Bearer \(token)"]))
    guard without == 401, with == 200 else {
      throw DemoFailure("the API of \(country) answers \(without) without a token and \(with) with one")
    }
    show("the API of \(country) answers with a token (200), not without (401)")
  }

  var tokenFile: String { folder.file("token") }
}
