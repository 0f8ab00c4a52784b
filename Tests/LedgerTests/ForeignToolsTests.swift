import Foundation
import Ledger
import Sodium
import Terms
import Testing

/// Tools of other makers accept what we write and refuse what was altered. `Tests/Interop/ledger.md` describes the files.
@Suite struct ForeignToolsTests {
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let interop = repository.appending(path: "Tests/Interop")
  static let python = ProcessInfo.processInfo.environment["ISTMO_TEST_PYTHON"]
  static let goPath = "/usr/share/gocode"
  static let hasGo =
    FileManager.default.isExecutableFile(atPath: "/usr/bin/go")
    && FileManager.default.fileExists(atPath: goPath + "/src/golang.org/x/mod/sumdb/tlog")

  @Test(.enabled(if: ProcessInfo.processInfo.environment["ISTMO_TEST_COMPLETE"] != nil))
  func noToolIsMissingInTheWholeSuite() {
    #expect(Self.hasGo)
    #expect(Self.python.map(FileManager.default.isExecutableFile(atPath:)) == true)
  }

  @Test(.enabled(if: hasGo, "needs Debian's golang-go and golang-golang-x-mod-dev"))
  func goAgrees() async throws {
    let sample = try SampleLog()
    defer { sample.remove() }
    let main = Self.interop.appending(path: "ledger-go/main.go").path(percentEncoded: false)
    let run = try await ForeignProgram(
      "/usr/bin/go", ["run", main, sample.path],
      environment: ["GO111MODULE": "off", "GOPATH": Self.goPath, "GOFLAGS": "", "GOPROXY": "off"])
    #expect(run.output.hasSuffix(sample.verdict { _ in true }), "\(run.output)")
    #expect(run.status == 0)
  }

  @Test(
    .enabled(if: python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"),
    arguments: ["aics", "metamorphic", "pynacl"])
  func pythonAgrees(tool: String) async throws {
    let python = try #require(Self.python)
    let sample = try SampleLog()
    defer { sample.remove() }
    let script = Self.interop.appending(path: "ledger-python/check.py").path(percentEncoded: false)
    let run = try await ForeignProgram(
      python, [script, tool, sample.path], environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    let known = [
      "aics": ["checkpoint", "cosignature", "proof", "consistency"],
      "metamorphic": ["checkpoint", "proof", "consistency"], "pynacl": ["checkpoint", "cosignature"],
    ]
    let kinds = try #require(known[tool])
    #expect(run.output.hasSuffix(sample.verdict { kinds.contains($0) }), "\(run.output)")
    #expect(run.status == 0)
  }
}

/// A log of 1,000 entries with its checkpoints, cosignatures and proofs as files, and altered copies of each kind.
struct SampleLog {
  static let size: UInt64 = 1000
  private let folder: URL
  private(set) var good: [String: Int] = [:]
  private(set) var bad: [String: Int] = [:]

  var path: String { folder.path(percentEncoded: false) }

  /// The last line of a tool that knows some kinds of files.
  func verdict(_ knows: (String) -> Bool) -> String {
    func count(_ files: [String: Int]) -> Int { files.filter { knows($0.key) }.values.reduce(0, +) }
    return "accepted \(count(good)), rejected \(count(bad)), wrong 0\n"
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "istmo-ledger-\(UUID().uuidString)")
    for sub in ["good", "bad"] {
      try FileManager.default.createDirectory(at: folder.appending(path: sub), withIntermediateDirectories: true)
    }
    var random = Seeded(1000)
    let context = EntryContext(origin: CheckpointTests.origin, agreement: SHA256.hash([9]), version: 1)
    let log = MemoryLog((0..<Self.size).map { _ in context.canonicalBytes(of: random.entry()) })
    let logKey = try signingKey(1)
    let originKey = try signingKey(2)
    let recipientKey = try signingKey(3)
    let origin = try NoteKey(name: "istmo.sieca.int/SV", kind: .cosignature, key: originKey.verifyingKey)
    let recipient = try NoteKey(name: "istmo.sieca.int/GT", kind: .cosignature, key: recipientKey.verifyingKey)
    let name = try SignedCheckpoint.logKey(logKey.verifyingKey, of: CheckpointTests.origin)
    try write("vkeys.txt", "\(name)\n\(origin)\n\(recipient)\n")
    try write("entries.txt", String(decoding: log.entries.joined(), as: UTF8.self))
    try write("times.txt", "1795529002 1795529007\n")

    func checkpoint(_ size: UInt64) throws -> SignedCheckpoint {
      try SignedCheckpoint(
        Checkpoint(origin: CheckpointTests.origin, size: size, root: Proof.root(of: size, from: log)), logKey: logKey)
    }
    for size in [UInt64(0), 1, 2, 511, 512, 513, 999, Self.size] {
      try add("checkpoint", "\(size)", checkpoint(size).note.description)
    }
    var signed = try checkpoint(Self.size)
    for (key, second) in [(origin, Int64(1_795_529_002)), (recipient, 1_795_529_007)] {
      let time = Instant(milliseconds: second * 1000 + 999)
      let text = signed.checkpoint.text
      signed.add(
        key == origin
          ? Cosignature.sign(text, at: time, with: originKey, as: key)
          : Cosignature.sign(text, at: time, with: recipientKey, as: key))
    }
    try add("cosignature", "both", signed.note.description)
    for index in Array(stride(from: UInt64(0), to: Self.size, by: 41)) + [Self.size - 1] {
      let proof = TlogProof(
        extra: index.isMultiple(of: 2) ? nil : [1, 2, 3], index: index,
        path: Proof.inclusion(of: index, in: Self.size, from: log), checkpoint: signed)
      try add("proof", "\(index)", proof.description)
    }
    for (old, new) in [(1, 1000), (2, 3), (512, 1000), (511, 513), (999, 1000), (700, 900)] as [(UInt64, UInt64)] {
      let hashes = [Proof.root(of: old, from: log), Proof.root(of: new, from: log)].map(\.digest)
      let path = Proof.consistency(from: old, to: new, from: log).map(\.digest)
      let lines = (hashes + path).map { Base64.encode($0.bytes) }
      try add("consistency", "\(old)-\(new)", "\(old)\n\(new)\n\(lines.joined(separator: "\n"))\n")
    }
  }

  /// Writes a good file and altered copies of it.
  private mutating func add(_ kind: String, _ name: String, _ text: String) throws {
    try write("good/\(kind)-\(name)", text)
    good[kind, default: 0] += 1
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // A digit or letter in the middle of each line that carries meaning, another one in its place.
    for (number, line) in lines.enumerated() where !line.isEmpty {
      // The extra line is not authenticated; a consistency proof's sizes are bound by its shape alone.
      if line.hasPrefix("extra ") || (kind == "consistency" && number < 2) { continue }
      // The log's own signature does not cover cosignatures, and inclusion is checked under the log's key.
      if kind == "proof", number > 0, line.hasPrefix("\u{2014} "), !line.contains(CheckpointTests.origin) { continue }
      var characters = Array(line)
      let place = line.hasPrefix("\u{2014} ") ? characters.count - 20 : characters.count / 2
      characters[place] =
        switch characters[place] {
        case "0"..."8": "9"
        case "9": "8"
        case "A": "B"
        default: "A"
        }
      var altered = lines
      altered[number] = String(characters)
      try write("bad/\(kind)-\(name)-\(number)", altered.joined(separator: "\n"))
      bad[kind, default: 0] += 1
    }
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }
}
