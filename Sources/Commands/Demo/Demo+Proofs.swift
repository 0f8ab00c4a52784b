import Catalog
import HTTP
import Terms

// Proofs: evidence that needs no node, stores that agree with themselves, and countries that hold nothing they should not.
extension Demo {
  /// Evidence for one record of each stream, from the recipient's home, checked with nothing but the two root keys.
  func proveRecords() throws {
    heading("Evidence: one file for a record, checked without any node")
    var altered: Set<DatasetName> = []
    for terms in carrying {
      let stream = terms.stream
      guard let id = book.records(of: stream).last?.id else { throw DemoFailure("\(stream) has no record") }
      let file = folder.file("\(stream.origin)-\(stream.recipient)-\(stream.dataset).evidence")
      try istmo(
        [
          "evidence", "export", "\(id)", "--out", file, "--officer", "auditor-3", "--role",
          terms.readingRole,
        ]
          + ["--purpose", "demonstration"], at: stream.recipient)
      let check = ["evidence", "verify", file] + rootOptions(stream)
      let isShown = stream == showcase
      let output = try istmo(check, isShown: isShown).output
      if isShown { show(output) }
      guard !output.contains("compare ") else { throw DemoFailure("\(stream): the evidence rests on other root keys") }
      if altered.insert(stream.dataset).inserted { try refuseAltered(file, stream) }
    }
    show("\(carrying.count) files hold, one for each stream; with one letter altered, none of \(altered.count) does")
  }

  private func rootOptions(_ stream: StreamName) -> [String] {
    [stream.origin, stream.recipient].compactMap { roots[$0] }.flatMap { ["--root", $0] }
  }

  /// The same file with a letter of the record altered.
  private func refuseAltered(_ file: String, _ stream: StreamName) throws {
    var bytes = try InputFile.read(file, longest: 16 << 20)
    // Every dataset that is exchanged has a time.
    let time = Array("\"time\":\"".utf8)
    guard let at = bytes.indices.first(where: { bytes[$0...].starts(with: time) }) else {
      throw DemoFailure("\(stream): the evidence does not show the record")
    }
    bytes[at + time.count] ^= 0x01
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

  /// No file of a country names a stream between others, or a record that no agreement gives it. That the same search finds
  /// them where they belong shows that it can find them.
  private func proveAbsence() throws {
    var searches = 0
    let entitled = book.published.map { entry in
      Set(book.streams(of: entry.record).map(\.recipient)).union([entry.record.origin])
    }
    for country in countries {
      var needles: [(name: String, isHere: Bool, bytes: [UInt8])] = []
      for stream in streams {
        let isHere = [stream.origin, stream.recipient].contains(country)
        needles.append(("\(stream)", isHere, Array(stream.description.utf8)))
      }
      for (entry, holders) in zip(book.published, entitled) {
        // An id stands as its sixteen bytes or as text.
        let id = entry.id.description
        for bytes in [Array(id.utf8), [UInt8](hex: id.replacing("-", with: "")) ?? []] {
          needles.append((entry.record.reference, holders.contains(country), bytes))
        }
      }
      let found = try ByteSearch(needles.map(\.bytes)).search(folder: folder.home(country))
      var seen: Set<String> = []
      for (needle, isFound) in zip(needles, found) {
        if isFound, !needle.isHere { throw DemoFailure("\(country) holds bytes of \(needle.name)") }
        if isFound { seen.insert(needle.name) }
        if !needle.isHere { searches += 1 }
      }
      for needle in needles where needle.isHere && !seen.contains(needle.name) {
        throw DemoFailure("the search does not find \(needle.name) at \(country), where it belongs")
      }
    }
    show("no country holds a byte of what no agreement gives it: \(searches) searches through all files")
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
