import Catalog
import Exchange
import Foundation
import Sodium
import Synchronization
import Terms
import Testing

@testable import Node

/// Guatemala and El Salvador, which exchange captures only when asked: everything but lane and confidence, of their own
/// crossings, with customs.
final class QuestionScene {
  static let stream = "SV/GT/captures"

  let pair: NodePair
  let (sv, gt): (Installation, Installation)

  /// Both nodes; linked, unless said otherwise.
  init(linked: Bool = true, _ terms: String = "") throws {
    pair = try NodePair { text in
      text.replacing(
        /countries = \["GT", "SV"\]\nneighbours = true\nterms = \[[^\]]*\]/,
        with: "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\", \"asked\"]"
      ).replacing(
        "[terms.migration]\n",
        with: """
          [terms.asked]
          dataset = "captures"
          mode = "query"
          filter = { crossing = ["{pair}/*"] }
          fields = ["subject", "crossing", "post", "camera", "direction", "time", "plate", "image_digest", "image_bytes", \
          "image_media_type", "reference"]
          purpose = "Compare a vehicle with its papers."
          roles = ["customs-officer"]
          \(terms)

          [terms.migration]

          """)
    }
    (sv, gt) = try pair.start()
    if linked { try link() }
  }

  /// Waits until both nodes have said hello: then questions can be put.
  func link() throws {
    #expect(
      NodePair.eventually {
        sv.status().links.values.contains { $0.hasPrefix("up") }
          && gt.status().links.values.contains { $0.hasPrefix("up") }
      })
  }

  static func capture(
    _ plate: String, crossing: String = "GT-SV/anguiatu", image: [UInt8]? = nil, extra: String = ""
  ) -> String {
    var line =
      "{\"subject\":\"plate\",\"post\":\"\(crossing)/SV\",\"time\":\"2026-11-24T08:00:00-06:00\",\"camera\":\"c-1\","
      + "\"direction\":\"out\",\"plate\":{\"text\":\"\(plate)\"},\"lane\":\"7\",\"confidence\":93"
    if let image {
      line += ",\"image_digest\":\"\(SHA256.hash(image))\",\"image_bytes\":\(image.count)"
      line += ",\"image_media_type\":\"image/jpeg\""
    }
    return line + extra + "}"
  }

  @discardableResult
  func publish(_ line: String, dataset: String = "captures") throws -> RecordID {
    let definition = try #require(sv.registry.definition(DatasetName(dataset)))
    let draft = try sv.registry.draft(Array(line.utf8), of: definition, from: sv.country, now: SystemClock().now())
    let result = try sv.engine.publish([draft]).first
    guard case .accepted(let id)? = result else { throw StoreError.failed("\(result as Any)") }
    return id
  }

  static func asker(_ role: String = "customs-officer") -> Asker {
    Asker(officer: "of-17", role: role, purpose: "compare with the papers", post: "GT-SV/anguiatu/GT")
  }

  /// The lines that El Salvador wrote itself, newest first. Guatemala's of the same lookups come to its log a moment later.
  func originLines(by officer: String? = nil) throws -> [JSONValue] {
    try sv.lookupLog(by: officer, about: nil, limit: 100).filter { $0["country"] == .text(sv.country.description) }
  }

  /// Guatemala looks captures up.
  func look(
    plate: String? = nil, role: String = "customs-officer", dataset: String = "captures", live: Bool = false,
    history: Bool = false, limit: Int = 100
  ) throws -> LookupAnswer {
    var request = LookupRequest(dataset: try DatasetName(dataset), by: Self.asker(role))
    request.from = sv.country
    if let plate { request.conditions = [(dataset == "captures" ? "plate" : "vehicle", plate)] }
    (request.live, request.history, request.limit) = (live, history, limit)
    var answer = try gt.lookups.answer(request)
    _ = try NodePair.eventually {
      guard case .unanswered(.tooSlow)? = answer.withheld.first?.reason else { return true }
      answer = try gt.lookups.answer(request)
      return false
    }
    return answer
  }

  /// A question as a changed program of Guatemala puts it, past the checks of its own node.
  func put(
    _ change: (inout Question) -> Void, about stream: String = QuestionScene.stream
  ) throws -> Result<Answer, QuestionFailure> {
    let name = try StreamName(stream)
    let neighbour = try #require(gt.standing.now.neighbours[sv.country])
    let streams = neighbour.agreed(at: SystemClock().now()).filter { $0.terms.stream.origin == sv.country }
    let agreed = try #require(streams.first { $0.terms.stream == name } ?? streams.first)
    var question = Question(
      stream: name, agreement: agreed.agreement, key: Digest(), officer: "of-17", role: "customs-officer",
      purpose: "test")
    change(&question)
    var result: Result<Answer, QuestionFailure>?
    // A machine that stands still for seconds is no fault of what is tested: what was too slow is asked again.
    _ = NodePair.eventually {
      var round = QuestionRound()
      result = gt.lookups.questions.ask([(agreed, question)], &round).first?.result
      guard case .failure(.tooSlow)? = result else { return true }
      return false
    }
    return try #require(result)
  }

  /// Why a question that is put so is refused.
  func refusal(
    _ change: (inout Question) -> Void = { _ in }, about stream: String = QuestionScene.stream
  ) throws -> QuestionRefusal.Known? {
    guard case .failure(.refused(_, let refusal)) = try put(change, about: stream) else { return nil }
    return refusal.known
  }
}
