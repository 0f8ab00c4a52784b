import Catalog
import Exchange
import Foundation
import Glibc
import Sodium
import Synchronization
import Terms
import Testing

@testable import Node

/// Captures with their images between two linked nodes: what the agreement shares of a record decides who sees what it bears.
@Suite(.serialized) struct AttachmentTests {
  static let stream = "SV/GT/captures"

  /// The pair of Guatemala and El Salvador exchanges captures as text.
  static func agreed(_ topology: String) -> String {
    topology.replacing(
      /countries = \["GT", "SV"\]\nneighbours = true\nterms = \[[^\]]*\]/,
      with: "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"lookups\", \"stills\"]"
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

  static func capture(_ image: [UInt8]?, crossing: String = "GT-SV/anguiatu", reference: String) -> String {
    var line =
      "{\"subject\":\"plate\",\"post\":\"\(crossing)/SV\",\"time\":\"2026-11-24T08:00:00-06:00\",\"camera\":\"c-1\","
      + "\"direction\":\"out\",\"plate\":{\"text\":\"P 123-456\"},\"reference\":\"\(reference)\""
    if let image {
      line += ",\"image_digest\":\"\(SHA256.hash(image))\",\"image_bytes\":\(image.count)"
      line += ",\"image_media_type\":\"image/jpeg\""
    }
    return line + "}"
  }

  /// Two nodes, started; the first has published captures.
  private final class Scene {
    let pair: NodePair
    let (sv, gt): (Installation, Installation)

    init(clock: any Clock = SystemClock()) throws {
      pair = try NodePair(clock: clock, edit: AttachmentTests.agreed)
      (sv, gt) = try pair.start()
    }

    @discardableResult
    func publish(_ line: String) throws -> RecordID {
      let definition = try #require(sv.registry.definition(DatasetName("captures")))
      let draft = try sv.registry.draft(Array(line.utf8), of: definition, from: sv.country, now: SystemClock().now())
      let result = try sv.engine.publish([draft]).first
      guard case .accepted(let id)? = result else { throw StoreError.failed("\(result as Any)") }
      return id
    }

    /// Waits until Guatemala holds so many entries.
    func arrived(_ size: UInt64) throws {
      let name = try StreamName(AttachmentTests.stream)
      #expect(try NodePair.eventually { try gt.engine.reader.state(of: name).size == size })
    }

    func attach(_ bytes: [UInt8], at node: Installation, expecting: Digest? = nil) throws -> BlobStore.Blob {
      try waited { reply in
        let intake = node.attachmentIntake(expecting: expecting, resume: {}, done: { reply($0) })
        for start in stride(from: 0, to: bytes.count, by: 60_000) {
          bytes[start..<min(start + 60_000, bytes.count)].withUnsafeBytes { _ = intake.receive($0) }
        }
        intake.finish()
      }
    }

    func look(
      _ digest: Digest, at node: Installation, role: String = "customs-officer", from: String? = nil
    ) throws -> (answer: AttachmentAnswer, bytes: [UInt8]) {
      var request = AttachmentRequest(digest: digest, by: Asker(officer: "of-1", role: role, purpose: "compare"))
      request.from = try from.map { try CountryCode($0) }
      let answer: AttachmentAnswer = try waited { reply in
        node.attachment(request) { result in reply(result) }
      }
      var bytes: [UInt8] = []
      while let piece = try answer.blob.next() { bytes += piece }
      return (answer, bytes)
    }

    func problem(_ digest: Digest, at node: Installation, role: String = "customs-officer") -> AttachmentError? {
      do {
        _ = try look(digest, at: node, role: role)
        return nil
      } catch { return error as? AttachmentError }
    }
  }

  private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] { SeededEntropy(seed: seed).bytes(count) }

  @Test func theNeighboursImageComesOnRequestIsLoggedAndIsHeldFromThenOn() throws {
    let scene = try Scene()
    let image = Self.bytes(150_000, seed: 1)
    let digest = SHA256.hash(image)
    let id = try scene.publish(Self.capture(image, reference: "c-1"))
    try scene.arrived(2)
    // The record came, the image did not, and the owner does not have it yet.
    guard case .notFetched(.refused(_, let refusal))? = scene.problem(digest, at: scene.gt), refusal.known == .absent
    else {
      Issue.record("\(scene.problem(digest, at: scene.gt) as Any)")
      return
    }
    guard case .notHere? = scene.problem(digest, at: scene.sv) else {
      Issue.record("\(scene.problem(digest, at: scene.sv) as Any)")
      return
    }
    #expect(throws: AttachmentIntake.Problem.self) { _ = try scene.attach([], at: scene.sv) }
    #expect(try scene.attach(image, at: scene.sv).digest == digest)
    let first = try scene.look(digest, at: scene.gt)
    #expect(first.bytes == image && first.answer.isFetched && first.answer.record == id)
    #expect(first.answer.mediaType == "image/jpeg" && first.answer.stream.description == Self.stream)
    // With the link down it is answered from here.
    scene.sv.stop()
    let second = try scene.look(digest, at: scene.gt)
    #expect(second.bytes == image && !second.answer.isFetched)
    let log = try scene.gt.lookupLog(by: nil, about: scene.sv.country, limit: 100)
    #expect(log.count == 3)
    for line in log {
      #expect(line["dataset"]?.string == "captures" && line["about"]?.string == "SV")
      #expect(line["officer"]?.string == "of-1" && line["query"]?.string == "image_digest=\(digest)")
      #expect(line["records"]?.json.contains(id.description) == true)
    }
    let report = scene.gt.verify { _ in }
    #expect(report.problems.isEmpty && report.attachments == 1, "\(report.problems)")
  }

  @Test func anImageGoesWithTheLastRecordThatBearsIt() throws {
    let clock = MovedClock()
    let scene = try Scene(clock: clock)
    let image = Self.bytes(70_000, seed: 21)
    let digest = try scene.attach(image, at: scene.sv).digest
    try scene.publish(Self.capture(image, reference: "C-1"))
    try scene.arrived(2)
    // Captures are kept for ninety days, at home and as agreed; the second is ninety days younger.
    clock.move(days: 89)
    #expect(try NodePair.eventually { try !scene.sv.retention().streams.isEmpty })
    try scene.publish(Self.capture(image, reference: "C-2"))
    clock.move(days: 2)
    #expect(try NodePair.eventually { try scene.sv.eraseDue(isClockRight: false).report.erased > 0 })
    scene.sv.sweeping.sync {}
    #expect(scene.sv.blobs.holds(digest), "another record bears it")
    clock.move(days: 89)
    #expect(
      try NodePair.eventually {
        try scene.sv.retention().due == 0 || scene.sv.eraseDue(isClockRight: false).report.due == 0
      })
    scene.sv.sweeping.sync {}
    #expect(!scene.sv.blobs.holds(digest))
    #expect(scene.sv.verify { _ in }.problems.isEmpty)
  }

  @Test func onlyWhoMayReadARecordThatBearsItSeesIt() throws {
    let scene = try Scene()
    let (shared, elsewhere, lone) = (Self.bytes(70_000, seed: 1), Self.bytes(500, seed: 2), Self.bytes(300, seed: 3))
    for image in [shared, elsewhere, lone] { _ = try scene.attach(image, at: scene.sv) }
    try scene.publish(Self.capture(shared, reference: "c-1"))
    try scene.publish(Self.capture(elsewhere, crossing: "SV-HN/el-poy", reference: "c-2"))
    try scene.arrived(2)
    guard case .notBorne(_, let withheld)? = scene.problem(SHA256.hash(shared), at: scene.gt, role: "migration-officer")
    else {
      Issue.record("shown to a role that the agreement does not name")
      return
    }
    #expect(withheld.contains { $0.hasPrefix(Self.stream) && $0.contains("not migration-officer") }, "\(withheld)")
    #expect(!scene.gt.blobs.holds(SHA256.hash(shared)))
    // A record of another border did not come: its image is not to be had. Nor is one that no record bears, at home either.
    for digest in [SHA256.hash(elsewhere), SHA256.hash(lone)] {
      guard case .notBorne? = scene.problem(digest, at: scene.gt) else {
        Issue.record("\(digest)")
        continue
      }
    }
    guard case .notBorne? = scene.problem(SHA256.hash(lone), at: scene.sv) else {
      Issue.record("shown though no record bears it")
      return
    }
    #expect(try scene.look(SHA256.hash(elsewhere), at: scene.sv).bytes == elsewhere)
    // What was not shown was looked for: that is logged too.
    #expect(try scene.gt.lookupLog(by: nil, about: nil, limit: 100).count >= 3)
  }

  /// The owner believes nothing that the asker's node says: a changed program asks for what is not shared.
  @Test func theOwnerSendsOnlyWhatTheAgreementInForceSharesWithTheAsker() throws {
    let scene = try Scene()
    let (shared, elsewhere) = (Self.bytes(1000, seed: 1), Self.bytes(500, seed: 2))
    for image in [shared, elsewhere] { _ = try scene.attach(image, at: scene.sv) }
    try scene.publish(Self.capture(shared, reference: "c-1"))
    try scene.publish(Self.capture(elsewhere, crossing: "SV-HN/el-poy", reference: "c-2"))
    try scene.arrived(2)
    let name = try StreamName(Self.stream)
    let seal = try AttachmentSeal(
      scene.gt.engine.reader.vault.key(of: name, at: 1), leaf: .leaf([]), digest: SHA256.hash(shared))
    func failure(_ stream: String, _ index: UInt64, _ image: [UInt8]) throws -> AttachmentFailure? {
      let box = Mutex<AttachmentFailure??>(nil)
      let place = try AttachmentPlace(stream: StreamName(stream), index: index, digest: SHA256.hash(image))
      scene.gt.attachmentPort.ask(place, byteCount: nil, seal) { failure in box.withLock { $0 = .some(failure) } }
      #expect(NodePair.eventually { box.withLock { $0 != nil } })
      return box.withLock { $0 } ?? nil
    }
    func code(_ stream: String, _ index: UInt64, _ image: [UInt8]) throws -> AttachmentRefusal.Known? {
      guard case .refused(_, let refusal)? = try failure(stream, index, image) else { return nil }
      return refusal.known
    }
    #expect(try code("SV/GT/captures", 1, elsewhere) == .notBorne)
    #expect(try code("SV/GT/captures", 0, shared) == .notBorne)
    #expect(try code("SV/GT/captures", 2, shared) == .notBorne)
    #expect(try code("SV/GT/captures", .max, shared) == .notBorne)
    for stream in ["SV/SV/captures", "SV/HN/captures", "SV/GT/migration", "SV/GT/nothing"] {
      #expect(try code(stream, 1, shared) == .notShared, "\(stream)")
    }
    // What is sent opens for its own record alone.
    #expect(try failure("SV/GT/captures", 1, shared) == .broken(scene.sv.country))
    #expect(!scene.gt.blobs.holds(SHA256.hash(shared)))
    // While the exchange is suspended nothing is sent.
    try pairSuspended(scene)
    #expect(try code("SV/GT/captures", 1, shared) == .notShared)
  }

  private func pairSuspended(_ scene: Scene) throws {
    try scene.pair.svHome.suspend(scene.gt.country, reason: "test")
    try scene.sv.reload()
  }

  @Test func aDamagedAttachmentIsNotSentAndIsMendedByFetchingItAgain() throws {
    let scene = try Scene()
    let image = Self.bytes(200_000, seed: 1)
    let digest = SHA256.hash(image)
    _ = try scene.attach(image, at: scene.sv)
    try scene.publish(Self.capture(image, reference: "c-1"))
    try scene.arrived(2)
    func damage(_ node: Installation) throws {
      let file = try FileHandle(forUpdating: URL(filePath: node.blobs.path(of: digest)))
      try file.seek(toOffset: 100_000)
      try file.write(contentsOf: Data([1, 2, 3, 4, 5, 6, 7, 8]))
      try file.close()
    }
    try damage(scene.sv)
    guard case .notFetched(.refused(_, let refusal))? = scene.problem(digest, at: scene.gt),
      refusal.known == .unreadable
    else {
      Issue.record("\(scene.problem(digest, at: scene.gt) as Any)")
      return
    }
    #expect(scene.sv.verify { _ in }.problems.count == 1)
    #expect(throws: AttachmentIntake.Problem.self) {
      _ = try scene.attach([1], at: scene.sv, expecting: digest)
    }
    _ = try scene.attach(image, at: scene.sv, expecting: digest)
    #expect(scene.sv.verify { _ in }.problems.isEmpty)
    #expect(try scene.look(digest, at: scene.gt).bytes == image)
    // The head of the copy: it is seen when it is opened, and what is here is fetched again.
    let file = try FileHandle(forUpdating: URL(filePath: scene.gt.blobs.path(of: digest)))
    try file.seek(toOffset: 20)
    try file.write(contentsOf: Data([0, 0, 0, 0, 0, 0]))
    try file.close()
    let again = try scene.look(digest, at: scene.gt)
    #expect(again.bytes == image && again.answer.isFetched)
    #expect(scene.gt.verify { _ in }.problems.isEmpty)
  }
}

/// Waits, for at most a minute, for what comes by a reply.
func waited<Value: Sendable, Failure: Error>(
  _ begin: (@escaping @Sendable (Result<Value, Failure>) -> Void) throws -> Void
) throws -> Value {
  let box = Mutex<Result<Value, Failure>?>(nil)
  try begin { result in box.withLock { $0 = result } }
  guard NodePair.eventually({ box.withLock { $0 != nil } }), let result = box.withLock({ $0 }) else {
    throw StoreError.failed("no reply")
  }
  return try result.get()
}
