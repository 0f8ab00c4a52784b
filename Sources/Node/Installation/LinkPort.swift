import Exchange
import Link
import Noise
import Sodium
import Synchronization
import Terms

/// Joins the link and the engine: messages of the exchange on one side, bytes of the link on the other.
final class LinkPort: LinkDelegate, EngineLink, AttachmentLink, QuestionLink {
  /// Room for what all streams of a neighbour may have under way; the exchange keeps its own window per stream.
  static let outboxByteLimit = 64 << 20

  private let installation: Unowned
  private let reactor: Reactor
  /// Neighbours that have said hello on the link that is up.
  private let greeted = Mutex<Set<CountryCode>>([])
  private let endpoint: @Sendable (CountryCode) -> String?

  private struct Unowned: Sendable { unowned let value: Installation }
  // The reactor is made with its delegate, which is this object: it comes in after.
  private final class Reactor: @unchecked Sendable {
    // @unchecked: set once in `init`, before any thread is started.
    var value: LinkReactor?
  }

  init(
    _ installation: Installation, identity: LinkIdentity, listen: String?,
    endpoint: @escaping @Sendable (CountryCode) -> String?
  ) throws {
    self.installation = Unowned(value: installation)
    self.endpoint = endpoint
    reactor = Reactor()
    var options = LinkOptions()
    options.outboxByteLimit = Self.outboxByteLimit
    let log = installation.log
    reactor.value = try LinkReactor(
      identity: identity, listen: listen, neighbours: Self.neighbours(installation.standing.now, endpoint),
      delegate: self, clock: installation.clock, entropy: SystemEntropy(), options: options,
      log: { level, text in log(level, "link", text) })
  }

  private static func neighbours(
    _ standing: Standing, _ endpoint: (CountryCode) -> String?
  ) -> [Link.Neighbour] {
    standing.transportKeys.map { country, keys in
      Link.Neighbour(country: country, transportKeys: keys, endpoint: endpoint(country))
    }
  }

  func start() throws -> UInt16? { try reactor.value?.start() }

  func stop() { reactor.value?.stop() }

  func update(_ standing: Standing) {
    let neighbours = Self.neighbours(standing, endpoint)
    reactor.value?.perform { [reactor] in reactor.value?.update(neighbours: neighbours) }
  }

  var states: [CountryCode: LinkState] { reactor.value?.states() ?? [:] }

  // MARK: From the link, on its thread

  func linkUp(_ country: CountryCode) {
    installation.value.log(.info, "link", "the link with \(country) is up")
    greeted.withLock { _ = $0.remove(country) }
    installation.value.attachmentPort.give(.linkUp(country))
    installation.value.questionPort.give(.linkUp(country))
    installation.value.engine.enqueue(.linkUp(country))
  }

  func linkDown(_ country: CountryCode, reason: LinkFailure) {
    installation.value.log(.warning, "link", "the link with \(country) is down: \(reason)")
    installation.value.attachmentPort.give(.linkDown(country))
    installation.value.questionPort.give(.linkDown(country))
    installation.value.engine.enqueue(.linkDown(country))
  }

  func received(_ message: LinkMessage, from country: CountryCode) {
    do throws(ByteError) {
      if AttachmentMessage.types.contains(message.type) {
        let decoded = try AttachmentMessage(type: message.type, payload: message.payload)
        return installation.value.attachmentPort.receive(decoded, from: country)
      }
      if QuestionMessage.types.contains(message.type) {
        let decoded = try QuestionMessage(type: message.type, payload: message.payload)
        return installation.value.questionPort.receive(decoded, from: country)
      }
      // A later version's: whoever sends it knows from the second hello that it may be passed over here.
      guard !Message.mayBePassedOver(message.type) else { return }
      let decoded = try Message(type: message.type, payload: message.payload)
      if case .hello = decoded, greeted.withLock({ !$0.insert(country).inserted }) {
        installation.value.attachmentPort.give(.isAble(country))
        installation.value.engine.enqueue(.isAble(country))
        return installation.value.questionPort.give(.isAble(country))
      }
      installation.value.engine.enqueue(decoded, byteCount: message.payload.count, from: country)
    } catch {
      close(country, reason: "\(country) sent a message that cannot be read: \(error)")
    }
  }

  func writable(_ country: CountryCode) {}

  func tick(_ now: Instant) {
    installation.value.timePassed(now)
    installation.value.attachmentPort.timePassed(now)
    installation.value.questionPort.timePassed(now)
  }

  // MARK: To the link, from the engine's thread and that of the attachments

  func send(_ message: Message, to country: CountryCode) {
    let out = LinkMessage(type: message.type, payload: message.payload)
    send(out, to: country)
    // The second hello says that this node passes over what it does not know, and knows attachments and questions. A node of before takes
    // it like the first.
    if case .hello = message { send(out, to: country) }
  }

  func send(_ message: AttachmentMessage, to country: CountryCode) {
    send(LinkMessage(type: message.type, payload: message.payload), to: country)
  }

  func send(_ message: QuestionMessage, to country: CountryCode) {
    send(LinkMessage(type: message.type, payload: message.payload), to: country)
  }

  private func send(_ out: LinkMessage, to country: CountryCode) {
    reactor.value?.post(out, to: country) { [self] in
      installation.value.log(.debug, "link", "a message for \(country) was not sent: the link is down or full")
    }
  }

  func close(_ country: CountryCode, reason: String) {
    installation.value.log(.warning, "link", "closing the link with \(country): \(reason)")
    reactor.value?.perform { [reactor] in reactor.value?.close(country, reason: reason) }
  }

  func setReading(_ reading: Bool, from country: CountryCode) {
    reactor.value?.perform { [reactor] in
      if reading { reactor.value?.resumeReading(country) } else { reactor.value?.pauseReading(country) }
    }
  }
}
