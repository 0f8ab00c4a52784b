import Catalog
import Ceremony
import Exchange
import Foundation
import Glibc
import Ledger
import Node
import Sodium
import Synchronization
import Terms
import Testing

/// Tools of other makers accept checkpoints, receipts and proofs that real nodes gave out as evidence, and refuse altered
/// copies. `Tests/Interop/ledger.md` describes the files that they get.
@Suite struct ForeignToolsTests {
  static let goPath = "/usr/share/gocode"
  static let hasGo =
    FileManager.default.isExecutableFile(atPath: "/usr/bin/go")
    && FileManager.default.fileExists(atPath: goPath + "/src/golang.org/x/mod/sumdb/tlog")

  @Test(.enabled(if: ProcessInfo.processInfo.environment["ISTMO_TEST_COMPLETE"] != nil))
  func noToolIsMissingInTheWholeSuite() {
    #expect(Self.hasGo)
    #expect(Foreign.python.map(FileManager.default.isExecutableFile(atPath:)) == true)
  }

  @Test(.enabled(if: hasGo && Foreign.python != nil, "needs Go's x/mod and ISTMO_TEST_PYTHON, which Scripts/test sets"))
  func foreignToolsAcceptEvidenceOfRealHomes() async throws {
    let python = try #require(Foreign.python)
    let pair = try await Pair()
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    let published = try await pair.must("publish", "migration", "--ids", at: pair.a, input: Departures.lines(1..<12))
    let ids = published.output.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /^\d+ accepted (\S+)$/).map { String($0.1) }
    }
    #expect(ids.count == 11)
    #expect(try await pair.settled())
    // The recipient holds the origin's "as of" once it was said for the last record too.
    let hasAsOf = try await eventually { try await pair.b.status().json.stream(pair.stream)?["as_of"] != .null }
    #expect(hasAsOf)

    // From the recipient: log, "as of" of the origin, receipt. From the origin: log and receipt. Its own register: the log.
    let cases: [(Pair.Side, [String], [String])] = [
      (pair.b, [], ["SV", "GT"]), (pair.a, ["--to", "GT"], ["GT"]), (pair.a, [], []),
    ]
    var samples: [EvidenceSample] = []
    for (side, options, cosigners) in cases {
      let sample = try EvidenceSample(cosigners: cosigners)
      for id in ids {
        let file = "\(pair.folder.path)/evidence"
        let said = try await Istmo.run(
          ["evidence", "export", id, "--out", file, "--officer", "o", "--purpose", "p", "--home", side.home] + options)
        #expect(said.ending == .exit(0), "\(said.errors)")
        try sample.add(try EvidenceFile([UInt8](Data(contentsOf: URL(filePath: file)))))
      }
      samples.append(sample)
    }
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    let (a, b) = (pair.a.home, pair.b.home)
    try await onThread { [samples] in
      let (here, there) = (try StoredHome(a), try StoredHome(b))
      try samples[0].finish(there)
      try samples[1].finish(here)
      try samples[2].finish(here)
    }
    let main = Repository.root + "/Tests/Interop/ledger-go/main.go"
    let script = Repository.root + "/Tests/Interop/ledger-python/check.py"
    let go = ["GO111MODULE": "off", "GOPATH": Self.goPath, "GOFLAGS": "", "GOPROXY": "off"]
    for sample in samples {
      let run = try await Foreign.run("/usr/bin/go", ["run", main, sample.folder.path], environment: go)
      #expect(
        run.output.hasSuffix(sample.verdict(["checkpoint", "cosignature", "proof"])), "\(run.output)\(run.errors)")
      for (tool, kinds) in [
        ("aics", ["checkpoint", "cosignature", "proof"]), ("pynacl", ["checkpoint", "cosignature"]),
      ] {
        let run = try await Foreign.run(
          python, [script, tool, sample.folder.path], environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        #expect(run.output.hasSuffix(sample.verdict(kinds)), "\(tool): \(run.output)\(run.errors)")
      }
    }
  }
}

/// The files of one stream's evidence as the foreign tools read them, good ones and altered copies.
final class EvidenceSample: Sendable {
  struct Contents {
    var origin = ""
    var stream: StreamName?
    var good: [String: Int] = [:]
    var bad: [String: Int] = [:]
  }

  let folder: Folder
  private let cosigners: [String]
  private let contents = Mutex(Contents())

  init(cosigners: [String]) throws {
    self.cosigners = cosigners
    folder = try Folder()
    for name in ["good", "bad"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
    }
  }

  /// The last line of a tool that knows some kinds of files.
  func verdict(_ kinds: [String]) -> String {
    func count(_ files: [String: Int]) -> Int { files.filter { kinds.contains($0.key) }.values.reduce(0, +) }
    return contents.withLock { "accepted \(count($0.good)), rejected \(count($0.bad)), wrong 0\n" }
  }

  /// Takes the proof and the checkpoint under it out of an evidence file.
  func add(_ evidence: EvidenceFile) throws {
    let text = String(decoding: try #require(evidence.sections[.proof]), as: UTF8.self)
    let proof = try TlogProof(text)
    let note = proof.checkpoint.note
    try contents.withLock { contents in
      contents.origin = proof.checkpoint.checkpoint.origin
      contents.stream = try StreamName(contents.origin.dropFirst("istmo.sieca.int/".count))
      let log = try Card(try #require(evidence.sections[.originCard])).content
      var keys = [try SignedCheckpoint.logKey(log.log, of: contents.origin)]
      var times: [UInt64] = []
      for country in cosigners {
        let cards = try [evidence.sections[.originCard], evidence.sections[.recipientCard]].map { try Card($0 ?? []) }
        let card = try #require(cards.first { $0.content.country.description == country }).content
        let key = NoteKey(.receipt, of: card.country, in: card.realm, key: card.receipt)
        keys.append(key)
        times.append(try #require(try note.time(of: key), "no cosignature of \(country)"))
      }
      #expect(note.signatures.count == keys.count)
      try folder.write((keys.map { "\($0)\n" }.joined()).utf8, "vkeys.txt")
      // A checkpoint with its cosignatures is kept once: the next one bears another time.
      if !cosigners.isEmpty {
        contents.good["cosignature"] = 0
        contents.bad["cosignature"] = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/bad")
        where name.hasPrefix("cosignature-") {
          unlink("\(folder.path)/bad/\(name)")
        }
        try folder.write((times.map { "\($0)" }.joined(separator: " ") + "\n").utf8, "times.txt")
        try write("cosignature-all", note.description, &contents) { _ in true }
      } else {
        try folder.write("\n".utf8, "times.txt")
      }
      let own = contents.origin
      try write("checkpoint-\(proof.index)", note.description, &contents) {
        !$0.hasPrefix("\u{2014} ") || $0.contains(own + " ")
      }
      // Inclusion is checked under the log's key alone.
      try write("proof-\(proof.index)", text, &contents) { !$0.hasPrefix("\u{2014} ") || $0.contains(own + " ") }
    }
  }

  /// Writes all entries of the stream, as a stopped home has them.
  func finish(_ home: StoredHome) throws {
    let stream = try #require(contents.withLock { $0.stream })
    var bytes: [UInt8] = []
    for index in 0..<(try home.recount(stream).size) {
      let (entry, context) = try home.reader.entry(stream, at: index)
      bytes += context.canonicalBytes(of: entry)
    }
    try folder.write(bytes, "entries.txt")
  }

  /// Writes a good file, and a copy for each line that counts with one character in its midst altered.
  private func write(_ name: String, _ text: String, _ contents: inout Contents, counts: (String) -> Bool) throws {
    let kind = String(name.prefix { $0 != "-" })
    try folder.write(text.utf8, "good/\(name)")
    contents.good[kind, default: 0] += 1
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (number, line) in lines.enumerated() where !line.isEmpty && counts(line) {
      var characters = Array(line)
      let place = line.hasPrefix("\u{2014} ") ? characters.count - 20 : characters.count / 2
      characters[place] =
        characters[place] == "9" || characters[place] == "A" ? "8" : characters[place].isNumber ? "9" : "A"
      var altered = lines
      altered[number] = String(characters)
      try folder.write(altered.joined(separator: "\n").utf8, "bad/\(name)-\(number)")
      contents.bad[kind, default: 0] += 1
    }
  }
}
