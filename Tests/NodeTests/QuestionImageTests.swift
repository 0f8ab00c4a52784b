import Catalog
import Exchange
import Foundation
import Sodium
import Synchronization
import Terms
import Testing

@testable import Node

/// Images of captures that stay with their origin come by the agreement under which the captures are asked for.
@Suite(.serialized) struct QuestionImageTests {
  private static let image = SeededEntropy(seed: 4).bytes(150_000)

  private func attach(_ bytes: [UInt8], at node: Installation) throws {
    let box = Mutex<Result<BlobStore.Blob, AttachmentIntake.Problem>?>(nil)
    let intake = node.attachmentIntake(expecting: nil, resume: {}, done: { result in box.withLock { $0 = result } })
    for start in stride(from: 0, to: bytes.count, by: 60_000) {
      bytes[start..<min(start + 60_000, bytes.count)].withUnsafeBytes { _ = intake.receive($0) }
    }
    intake.finish()
    #expect(NodePair.eventually { box.withLock { $0 != nil } })
    _ = try box.withLock { $0 }?.get()
  }

  private func look(_ scene: QuestionScene, role: String = "customs-officer") throws -> [UInt8] {
    let box = Mutex<Result<AttachmentAnswer, AttachmentError>?>(nil)
    scene.gt.attachment(AttachmentRequest(digest: SHA256.hash(Self.image), by: QuestionScene.asker(role))) { result in
      box.withLock { $0 = result }
    }
    #expect(NodePair.eventually { box.withLock { $0 != nil } })
    let answer = try #require(box.withLock { $0 }).get()
    var bytes: [UInt8] = []
    while let piece = try answer.blob.next() { bytes += piece }
    return bytes
  }

  @Test func theImageOfACaptureThatIsOnlyAskedForComesOnRequestAndBothLogIt() throws {
    let scene = try QuestionScene()
    let id = try scene.publish(QuestionScene.capture("P 123-456", image: Self.image))
    // The record is there, the image is not yet.
    guard
      case .notFetched(.refused(_, let refusal))? = #expect(
        throws: AttachmentError.self,
        performing: {
          try look(scene)
        }), refusal.known == .absent
    else {
      Issue.record("no reason")
      return
    }
    try attach(Self.image, at: scene.sv)
    #expect(try look(scene) == Self.image)
    let query = "image_digest=\(SHA256.hash(Self.image))"
    for node in [scene.gt, scene.sv] {
      let log = try node.lookupLog(by: "of-17", about: scene.sv.country, limit: 20)
      #expect(log.contains { $0["query"]?.string == query && $0["records"]?.json.contains(id.description) == true })
    }
    // A role that the agreement does not name learns nothing of it.
    guard
      case .notBorne? = #expect(
        throws: AttachmentError.self,
        performing: {
          try look(scene, role: "migration-officer")
        })
    else {
      Issue.record("shown to a role that the agreement does not name")
      return
    }
  }

  /// The owner believes nothing that the asker's node says.
  @Test func aQuestionFetchesOnlyTheImageThatItsRecordBears() throws {
    let scene = try QuestionScene()
    let elsewhere = SeededEntropy(seed: 5).bytes(500)
    try attach(Self.image, at: scene.sv)
    try attach(elsewhere, at: scene.sv)
    try scene.publish(QuestionScene.capture("P 123-456", image: Self.image))
    try scene.publish(QuestionScene.capture("P 123-456", crossing: "SV-HN/el-poy", image: elsewhere))
    let (shared, other) = (SHA256.hash(Self.image), SHA256.hash(elsewhere))
    let name = try StreamName(QuestionScene.stream)
    let agreed = try #require(scene.gt.lookups.agreed(name.dataset).first { $0.terms.stream == name })
    /// Fetches `digest` with a question about `asked`.
    func code(
      _ digest: Digest, asking asked: Digest, role: String = "customs-officer", field: String = "image_digest",
      stream: StreamName
    ) throws -> AttachmentRefusal.Known? {
      let (place, seal) = try #require(
        scene.gt.lookups.questions.fetching(
          asked, field, of: name, QuestionScene.asker(role), history: false, agreed: agreed))
      let box = Mutex<AttachmentFailure??>(nil)
      let changed = AttachmentPlace(stream: stream, question: place.question ?? [], digest: digest)
      scene.gt.attachmentPort.ask(changed, byteCount: nil, seal) { failure in box.withLock { $0 = .some(failure) } }
      #expect(NodePair.eventually { box.withLock { $0 != nil } })
      guard case .refused(_, let refusal)?? = box.withLock({ $0 }) else { return nil }
      return refusal.known
    }
    #expect(try code(other, asking: other, stream: name) == .notBorne)
    #expect(try code(other, asking: shared, stream: name) == .notShared)
    #expect(try code(shared, asking: shared, role: "migration-officer", stream: name) == .notShared)
    #expect(try code(shared, asking: shared, stream: StreamName("SV/GT/migration")) == .notShared)
    #expect(try code(shared, asking: shared, stream: name) == nil)
    #expect(scene.gt.blobs.holds(shared) && !scene.gt.blobs.holds(other))
  }
}
