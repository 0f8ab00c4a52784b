import Dispatch
import Exchange
import Sodium
import Synchronization
import Terms

/// Puts questions to the nodes of other countries and opens what they answer.
struct QuestionAsker: Sendable {
  let realm: Realm
  let port: QuestionPort
  let clock: any Clock
  /// A neighbour with its keys.
  let neighbour: @Sendable (CountryCode) -> Exchange.Neighbour?

  /// The secret half of a question's own key, kept until its answer was opened.
  private final class AnswerKey: Sendable {
    let key: ExchangeKey
    init(_ key: consuming ExchangeKey) { self.key = key }
  }

  private struct Sent {
    let agreed: AgreedStream
    let question: Question
    let key: AnswerKey
    let neighbour: Exchange.Neighbour
  }

  /// Puts a question about each stream to its origin, all at once, and waits for the answers as long as the round lasts.
  func ask(
    _ questions: [(agreed: AgreedStream, question: Question)], _ round: inout QuestionRound
  ) -> [(agreed: AgreedStream, question: Question, result: Result<Answer, QuestionFailure>)] {
    var sent: [Sent] = []
    var results: [StreamName: Result<Answer, QuestionFailure>] = [:]
    for (agreed, question) in questions {
      let origin = agreed.terms.stream.origin
      do throws(QuestionFailure) {
        if let failure = round.failures[origin] { throw failure }
        sent.append(try prepared(question, agreed))
      } catch { results[agreed.terms.stream] = .failure(error) }
    }
    let replies = Replies()
    for asked in sent {
      let stream = asked.agreed.terms.stream
      do throws(SodiumError) {
        let sealed = try asked.question.sealed(to: asked.neighbour.sealingKey, SystemEntropy())
        port.ask(sealed, of: stream.origin) { replies.add($0, of: stream) }
      } catch { replies.add(.failure(.notAsked(stream.origin, "its sealing key is none")), of: stream) }
    }
    let end = round.end()
    for _ in sent where replies.arrived.wait(timeout: end) == .timedOut { break }
    let arrived = replies.taken()
    for asked in sent {
      let stream = asked.agreed.terms.stream
      results[stream] = (arrived[stream] ?? .failure(.tooSlow(stream.origin))).flatMap { open($0, asked) }
    }
    for (stream, result) in results {
      if case .failure(let failure) = result { round.note(failure, of: stream.origin) }
    }
    return questions.compactMap { asked in
      results[asked.agreed.terms.stream].map { (asked.agreed, asked.question, $0) }
    }
  }

  /// What came by other threads; a question that was given up on may still be replied to.
  private final class Replies: Sendable {
    let arrived = DispatchSemaphore(value: 0)
    private let values = Mutex<[StreamName: Result<[UInt8], QuestionFailure>]>([:])

    func add(_ value: Result<[UInt8], QuestionFailure>, of stream: StreamName) {
      values.withLock { $0[stream] = value }
      arrived.signal()
    }

    func taken() -> [StreamName: Result<[UInt8], QuestionFailure>] { values.withLock { $0 } }
  }

  /// What fetches an attachment of a record that is only asked for: the question that finds the record, and the seal of the
  /// pieces, of which the question brings the secret. Nil when the neighbour cannot be asked.
  func fetching(
    _ digest: Digest, _ field: String, of stream: StreamName, _ asker: Asker, history: Bool, agreed: AgreedStream?
  ) -> (AttachmentPlace, AttachmentSeal)? {
    guard let agreed, let neighbour = neighbour(stream.origin), let secret = Digest(SystemEntropy().bytes(32)) else {
      return nil
    }
    var question = Question(
      stream: stream, agreement: agreed.agreement, key: secret, officer: asker.officer, role: asker.role,
      purpose: asker.purpose)
    question.post = asker.post ?? ""
    question.history = history
    question.limit = 1
    question.all = [SearchKey(field: field, value: Array(digest.description.utf8))]
    guard let sealed = try? question.sealed(to: neighbour.sealingKey, SystemEntropy()),
      let seal = try? AttachmentSeal(question, digest: digest)
    else { return nil }
    return (AttachmentPlace(stream: stream, question: sealed, digest: digest), seal)
  }

  private func prepared(_ question: Question, _ agreed: AgreedStream) throws(QuestionFailure) -> Sent {
    let origin = agreed.terms.stream.origin
    guard let neighbour = neighbour(origin) else { throw .notAsked(origin, "its card is missing") }
    if let obstacle = agreed.obstacle(at: clock.now()) { throw .notAsked(origin, obstacle) }
    let key = AnswerKey(ExchangeKey(SystemEntropy()))
    var question = question
    question.key = key.key.publicKey.bytes
    // What goes beyond the limits of a question is not put at all: the origin could not read it.
    do throws(ByteError) { _ = try Question(question.bytes) } catch {
      throw .notAsked(origin, "\(error.field): \(error.problem)")
    }
    return Sent(agreed: agreed, question: question, key: key, neighbour: neighbour)
  }

  private func open(_ sealed: [UInt8], _ sent: Sent) -> Result<Answer, QuestionFailure> {
    do throws(AnswerFault) {
      return .success(
        try Answer(
          opening: sealed, with: sent.key.key, to: sent.question, version: sent.agreed.terms.version, in: realm,
          of: sent.neighbour))
    } catch { return .failure(.broken(sent.neighbour.country, error.description)) }
  }
}

/// The questions of one lookup: how long they may take together, and who is not asked again.
struct QuestionRound {
  /// How long the origins are waited for in one lookup, however many questions it puts. In milliseconds.
  static let patience = 8000

  /// Countries that did not answer, and why.
  private(set) var failures: [CountryCode: QuestionFailure] = [:]
  private var deadline: DispatchTime?

  /// The end of the round, which begins with its first question.
  mutating func end() -> DispatchTime {
    let end = deadline ?? .now() + .milliseconds(Self.patience)
    deadline = end
    return end
  }

  /// Remembers a failure that another question would have too.
  mutating func note(_ failure: QuestionFailure, of country: CountryCode) {
    switch failure {
    case .linkDown, .gone, .tooSlow, .notUnderstood: failures[country] = failure
    case .refused, .busy, .broken, .notAsked: break
    }
  }
}
