import Catalog
import Foundation
import Glibc
import HTTP
import Sodium
import Terms
import Testing

/// A capture with its image, from one country's post to the other's officer, by the program alone.
@Suite struct AttachmentPairTests {
  /// Words in the image that stand nowhere else.
  private static let mark = "Quetzalmarcada-imagen-7731"

  /// The two exchange captures as text, beside what they exchange anyway.
  private static func agreed(_ topology: String) -> String {
    topology.replacing(
      /countries = \["GT", "SV"\]\nneighbours = true\nterms = \[[^\]]*\]/,
      with: "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\", \"stills\"]"
    ).replacing(
      "[terms.migration]\n",
      with: """
        [terms.stills]
        dataset = "captures"
        filter = { crossing = ["{pair}/*"] }
        purpose = "Compare a vehicle with its papers."
        roles = ["customs-officer"]

        [terms.migration]

        """)
  }

  private static func capture(_ digest: Digest, _ byteCount: Int) -> [UInt8] {
    Array(
      """
      {"subject":"plate","post":"GT-SV/anguiatu/SV","time":"2026-11-24T08:00:00-06:00","camera":"c-1",\
      "direction":"out","plate":{"text":"P 123-456"},"reference":"c-\(byteCount)","image_digest":"\(digest)",\
      "image_bytes":\(byteCount),"image_media_type":"image/jpeg"}

      """.utf8)
  }

  private func held(_ side: Pair.Side) async throws -> Int64 {
    try await side.status().json.stream("SV/GT/captures")?["size"]?.number ?? 0
  }

  @Test func anImageIsFoundAtTheNeighbourFetchedOnRequestAndNowhereInClear() async throws {
    let pair = try await Pair(topology: Self.agreed)
    let nodes = [try await pair.a.start("--log", "debug"), try await pair.b.start("--log", "debug")]
    // Twenty mebibytes, marked all over.
    var image = Array("\(Self.mark) ".utf8)
    while image.count < 20 << 20 { image += image }
    let digest = SHA256.hash(image)
    let file = "\(pair.folder.path)/still.jpg"
    try Data(image).write(to: URL(filePath: file))
    let before = try nodes.map { try $0.mostMemory() }
    let attached = try await pair.must("attach", file, at: pair.a)
    #expect(attached.output.hasPrefix(digest.description), "\(attached.output)")
    try await pair.must("publish", "captures", at: pair.a, input: Self.capture(digest, image.count))
    #expect(try await eventually { try await held(pair.b) == 2 })

    let found = try await pair.must(
      "query", "captures", "--from", "SV", "--where", "plate=P123456", "--role", "customs-officer", "--officer", "of-9",
      "--purpose", "compare", "--json", at: pair.b)
    let told = try #require(try found.lines.first?["record"]?["image_digest"]?.string)
    #expect(told == digest.description)
    let out = "\(pair.folder.path)/fetched.jpg"
    func look(_ role: String, at side: Pair.Side) async throws -> Istmo.Said {
      try await side.istmo(
        "attachment", told, "--out", out, "--from", "SV", "--officer", "of-9", "--purpose", "compare", "--role", role,
        "--json")
    }
    let refused = try await look("migration-officer", at: pair.b)
    #expect(refused.ending == .exit(1) && refused.errors.contains("not migration-officer"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: out) && !FileManager.default.fileExists(atPath: out + ".part"))
    let given = try await look("customs-officer", at: pair.b)
    #expect(given.ending == .exit(0), "\(given.errors)")
    #expect(try given.json["fetched"]?.boolean == true && given.json["media_type"]?.string == "image/jpeg")
    #expect(SHA256.hash(pair.folder.bytes("fetched.jpg")) == digest)
    #expect(try await look("customs-officer", at: pair.b).json["fetched"]?.boolean == false)
    for (node, before) in zip(nodes, before) {
      let more = try node.mostMemory() - before
      #expect(more < 16 << 20, "\(node.home): \(more) bytes more for 20 MiB")
    }
    // The owner sees who looked; refused or not, it is there.
    var seen: [JSONValue] = []
    let isShown = try await eventually(every: 300) {
      seen = try await pair.must("lookups", "--by", "of-9", "--json", at: pair.a).lines
      return seen.count >= 4
    }
    #expect(isShown, "\(seen.map(\.json))")
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    let verified = try await pair.must("verify", at: pair.b)
    #expect(verified.output.contains(" 1 attachments"), "\(verified.output)")
    try expectPrivate(pair)
    try await expectNowhere(pair, [Self.mark, digest.description, "raw:\(digest.bytes.hex)"])
  }

  private func expectPrivate(_ pair: Pair) throws {
    for side in [pair.a, pair.b] {
      let blobs = "\(side.home)/store/blobs"
      let walk = try #require(FileManager.default.enumerator(atPath: blobs))
      var files = 0
      for case let name as String in walk {
        var status = stat()
        #expect(lstat("\(blobs)/\(name)", &status) == 0 && status.st_mode & 0o077 == 0, "\(name)")
        if status.st_mode & S_IFMT == S_IFREG { files += 1 }
      }
      #expect(files == 1)
    }
  }

  private func expectNowhere(_ pair: Pair, _ marks: [String]) async throws {
    let words = try pair.folder.write((marks.joined(separator: "\n") + "\n").utf8, "words")
    let places = pair.sides.flatMap { [$0.home, $0.home + ".log"] }
    let said = try await Foreign.run(
      "/usr/bin/python3", [Repository.root + "/Tests/Interop/pair/search.py", words] + places)
    let last = try #require(
      said.output.split(separator: "\n").last?.wholeMatch(of: /read (\d+) in \d+, found (\d+)/), "\(said.errors)")
    #expect(try #require(Int(last.2)) == 0, "\(said.output)")
    // Both homes hold the image, sealed.
    #expect(try #require(Int(last.1)) > 40 << 20)
  }

  @Test func hostileRequestsAreRefusedAndLeaveNothing() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let (publisher, reader) = (try await pair.a.token("publish"), try await pair.a.token("lookup"))
    let statuses = try await onThread {
      func ask(
        _ method: HTTP.Method, _ path: String, _ token: String?, _ query: [(name: String, value: String)] = [],
        upload: Client.Upload = .none
      ) throws -> Int {
        let headers: Headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        return try node.client().send(
          .init(method, path, query: query, headers: headers), upload: upload, limit: 1 << 16
        ).status
      }
      let who = [(name: "officer", value: "o"), ("purpose", "p"), ("role", "customs-officer")]
      let some = SHA256.hash([1]).description
      var out: [String: Int] = [:]
      for path in [
        "..", "../../keys/storage.key", "%2e%2e%2fkeys", "x", "", String(some.dropLast()), some + "0", "/" + some,
      ] {
        out["path \(path)"] = try ask(.get, "/v1/attachments/\(path)", reader, who)
      }
      out["nothing bears it"] = try ask(.get, "/v1/attachments/\(some)", reader, who)
      out["no purpose"] = try ask(.get, "/v1/attachments/\(some)", reader, Array(who.prefix(1)))
      out["no token"] = try ask(.get, "/v1/attachments/\(some)", nil, who)
      out["a publisher looks"] = try ask(.get, "/v1/attachments/\(some)", publisher, who)
      out["a reader attaches"] = try ask(.post, "/v1/attachments", reader, upload: .bytes([1]))
      out["empty"] = try ask(.post, "/v1/attachments", publisher)
      out["another digest"] = try ask(
        .post, "/v1/attachments", publisher, [("digest", some)], upload: .bytes([2]))
      out["no digest"] = try ask(.post, "/v1/attachments", publisher, [("digest", "../x")], upload: .bytes([2]))
      out["good"] = try ask(.post, "/v1/attachments", publisher, [("digest", some)], upload: .bytes([1]))
      out["good again"] = try ask(.post, "/v1/attachments", publisher, upload: .bytes([1]))
      // 101 MiB: told beforehand, and found out on the way.
      for length in [UInt64(101 << 20), nil] {
        var left = 101 << 20
        let piece = [UInt8](repeating: 7, count: 1 << 16)
        out["101 MiB, \(length == nil ? "not told" : "told")"] = try ask(
          .post, "/v1/attachments", publisher,
          upload: .pulled(length: length) { most in
            let count = min(left, most, piece.count)
            left -= count
            return count == 0 ? nil : Array(piece.prefix(count))
          })
      }
      return out
    }
    let expected = [
      "nothing bears it": 404, "no purpose": 400, "no token": 401, "a publisher looks": 403, "a reader attaches": 403,
      "empty": 400, "another digest": 422, "no digest": 400, "good": 200, "good again": 200, "101 MiB, told": 413,
      "101 MiB, not told": 413,
    ]
    for (what, status) in statuses {
      if what.hasPrefix("path") {
        #expect([400, 404].contains(status), "\(what): \(status)")
      } else {
        #expect(status == expected[what], "\(what): \(status)")
      }
    }
    #expect(statuses.count == expected.count + 8)
    let isClean = await eventually { files(pair.a).count == 1 }
    #expect(isClean, "what was refused is gone, what was given once lies there once")
    #expect(await node.stop() == .exit(0))
    let wrong = try await pair.a.istmo("attach", "\(pair.folder.path)/nothing", "\(pair.folder.path)/passphrase")
    #expect(wrong.ending == .exit(1) && wrong.errors.contains("cannot be read"))
    #expect(wrong.output.contains("passphrase"), "the good one goes in all the same")
  }

  /// What lies in the folder of attachments.
  private func files(_ side: Pair.Side) -> [String] {
    let names = FileManager.default.enumerator(atPath: "\(side.home)/store/blobs")?.compactMap { $0 as? String } ?? []
    return names.filter { $0.count > 2 }
  }

  @Test func aNodeKilledDuringAnUploadKeepsWhatItAcceptedAndNothingElse() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish")
    let accepted = try await pair.must("attach", pair.passphraseFile, at: pair.a).output.prefix(64)
    let wasCut = try await onThread {
      var pieces = 0
      do {
        _ = try node.client().send(
          .init(.post, "/v1/attachments", headers: ["Authorization": "Bearer \(token)"]),
          upload: .pulled { most in
            pieces += 1
            // Long after the first pieces are in a file: that it is there is waited for.
            if pieces == 200 {
              for _ in 0..<2000 where files(pair.a).count < 2 { usleep(5000) }
              node.signal(SIGKILL)
            }
            return [UInt8](repeating: 7, count: min(most, 1 << 16))
          }, limit: 1 << 16)
        return false
      } catch { return true }
    }
    #expect(wasCut)
    _ = await node.ended()
    #expect(files(pair.a).count == 2, "the leftover is there: the test shows something")
    let again = try await pair.a.start()
    #expect(files(pair.a).count == 1)
    let verified = try await pair.must("verify", at: pair.a)
    #expect(verified.output.contains(" 1 attachments"), "\(verified.output)")
    #expect(try await pair.must("attach", pair.passphraseFile, at: pair.a).output.prefix(64) == accepted)
    #expect(await again.stop() == .exit(0))
  }
}
