import Sodium
import Terms

/// Fetches attachments from neighbours, and sends own ones to them, as a pure state machine: what was asked, messages, what
/// the disk gave and the time go in; messages and work for the disk come out. It stands beside the replication of records and
/// shares the link with it: little is under way at a time, so that records pass.
///
/// One attachment at a time goes in each direction of a link; others wait. An asker gives an attachment as whole only when
/// every piece opened, the size is right and the digest is the one that the record bears.
public final class AttachmentExchange {
  /// The longest attachment, in bytes: 100 MiB.
  public static let longestByteCount: UInt64 = 100 << 20
  /// Bytes of a piece before it is sealed; every one but the last has so many. A record waits behind few of them.
  public static let pieceByteCount = 32 << 10
  /// Pieces that may be under way and not taken: bounds the memory at both ends, and what records wait behind.
  public static let mostUntaken: UInt32 = 4
  /// Attachments that may wait for one neighbour; more are refused at once.
  public static let mostWaiting = 16
  /// How long nothing may come before a transfer ends. In milliseconds.
  public static let silence: Int64 = 30_000
  /// How long a transfer may take as a whole. In milliseconds.
  public static let longestTime: Int64 = 3_600_000
  /// How long a new link has to show that the neighbour knows attachments. In milliseconds.
  static let helloPatience: Int64 = 5000
  /// The most refusals that are logged on one link, so that a broken peer does not fill the disk.
  static let mostLoggedRefusals = 100

  /// What goes in.
  public enum Input: Sendable {
    /// An attachment is wanted; the answer comes under the token. `byteCount` is what the record says, where it does.
    case ask(token: UInt64, AttachmentPlace, byteCount: UInt64?, AttachmentSeal)
    /// A link to a neighbour is up.
    case linkUp(CountryCode)
    /// The neighbour said hello twice: it knows attachments.
    case isAble(CountryCode)
    /// A link is gone.
    case linkDown(CountryCode)
    /// A message from a neighbour.
    case message(AttachmentMessage, from: CountryCode)
    /// Time went by; about once a second.
    case tick
    /// The neighbour may have it, and here it is.
    case opened(serving: UInt64, byteCount: UInt64, AttachmentSeal)
    /// The neighbour does not get it, or it cannot be read any further.
    case withheld(serving: UInt64, AttachmentRefusal)
    /// The bytes that were to be read.
    case read(serving: UInt64, [UInt8])
    /// The bytes that were to be kept are written; nothing of it is durable yet.
    case written(asking: UInt64)
    /// The attachment is durable.
    case kept(asking: UInt64)
    /// It cannot be kept.
    case notKept(asking: UInt64, StoreError)
  }

  /// What comes out, in order.
  public enum Effect: Sendable {
    /// Send a message.
    case send(AttachmentMessage, to: CountryCode)
    /// Find out whether this neighbour may have this attachment and open it; then say `opened` or `withheld`.
    case open(serving: UInt64, AttachmentPlace, for: CountryCode)
    /// Read the next bytes, exactly so many; then say `read` or `withheld`.
    case read(serving: UInt64, byteCount: Int)
    /// It is not read any more.
    case close(serving: UInt64)
    /// Begin to keep an attachment. Only a failure is answered, by `notKept`.
    case begin(asking: UInt64)
    /// Write these bytes behind those before; then say `written` or `notKept`.
    case write(asking: UInt64, [UInt8])
    /// All is written and was checked: make it durable, then say `kept` or `notKept`.
    case keep(asking: UInt64)
    /// Forget what was written.
    case abandon(asking: UInt64)
    /// What became of what was asked; on success it is durable here.
    case answered(tokens: [UInt64], AttachmentFailure?)
    /// Something an operator should see. No personal data.
    case log(Core.LogEvent)
  }

  /// What is wanted of a neighbour.
  struct Wanted {
    let place: AttachmentPlace
    let byteCount: UInt64?
    let seal: AttachmentSeal
    var tokens: [UInt64]
  }

  /// The link with one neighbour.
  struct Link {
    let upSince: Instant
    var isAble = false
    var waiting: [Wanted] = []
    var asking: Asking?
    var serving: Serving?
    var loggedRefusals = 0
  }

  var now: Instant
  var links: [CountryCode: Link] = [:]
  var effects: [Effect] = []
  private var lastNumber: UInt64 = 0

  /// The neighbours with which there is a link.
  public var linkedCountries: [CountryCode] { links.keys.sorted() }

  /// Nothing is under way.
  public init(now: Instant) { self.now = now }

  /// Takes one input; gives what is to be done, in order.
  public func handle(_ input: Input, at time: Instant) -> [Effect] {
    now = time
    effects = []
    switch input {
    case .ask(let token, let place, let byteCount, let seal):
      ask(Wanted(place: place, byteCount: byteCount, seal: seal, tokens: [token]))
    case .linkUp(let country):
      if links[country] != nil { linkDown(country) }
      links[country] = Link(upSince: now)
    case .isAble(let country):
      links[country]?.isAble = true
      askNext(country)
    case .linkDown(let country): linkDown(country)
    case .message(let message, let country): receive(message, from: country)
    case .tick: for country in links.keys.sorted() { tick(country) }
    case .opened(let serving, let byteCount, let seal): opened(serving, byteCount, seal)
    case .withheld(let serving, let refusal):
      if let country = country(serving: serving) { endServing(country, refusal) }
    case .read(let serving, let bytes): read(serving, bytes)
    case .written(let asking): written(asking)
    case .kept(let asking):
      if let country = country(asking: asking) { finish(country, nil) }
    case .notKept(let asking, let error):
      if let country = country(asking: asking) { fail(country, .store(error)) }
    }
    defer { effects = [] }
    return effects
  }

  private func receive(_ message: AttachmentMessage, from country: CountryCode) {
    guard links[country] != nil else { return }
    switch message {
    case .fetch(let request, let place): fetch(request, place, from: country)
    case .taken(let request, let pieces): taken(request, pieces, by: country)
    case .stop(let request): stopped(request, by: country)
    case .begin(let request, let byteCount, let header): begun(request, byteCount, header, by: country)
    case .piece(let request, let number, let sealed): takePiece(request, number, sealed, from: country)
    case .end(let request, let refusal): refused(request, refusal, by: country)
    }
  }

  private func linkDown(_ country: CountryCode) {
    guard let link = links.removeValue(forKey: country) else { return }
    if let serving = link.serving { effects.append(.close(serving: serving.number)) }
    if let asking = link.asking {
      if asking.opening != nil { effects.append(.abandon(asking: asking.number)) }
      effects.append(.answered(tokens: asking.wanted.tokens, .gone(country)))
    }
    for wanted in link.waiting { effects.append(.answered(tokens: wanted.tokens, .gone(country))) }
  }

  private func tick(_ country: CountryCode) {
    guard let link = links[country] else { return }
    if !link.isAble, !link.waiting.isEmpty, now.milliseconds(since: link.upSince) >= Self.helloPatience {
      for wanted in link.waiting { effects.append(.answered(tokens: wanted.tokens, .notUnderstood(country))) }
      links[country]?.waiting = []
    }
    if let asking = link.asking, isOverdue(asking.began, asking.heard, mayBeSilent: asking.isWhole) {
      fail(country, .tooSlow(country))
    }
    if let serving = link.serving, isOverdue(serving.began, serving.heard, mayBeSilent: serving.isReading) {
      endServing(country, AttachmentRefusal(.slow, "nothing was taken for too long"))
    }
  }

  /// A clock that was set back ends what is under way: waiting for the old time to come again could take years.
  private func isOverdue(_ began: Instant, _ heard: Instant, mayBeSilent: Bool) -> Bool {
    let (whole, silent) = (now.milliseconds(since: began), now.milliseconds(since: heard))
    return whole < 0 || whole >= Self.longestTime || !mayBeSilent && (silent < 0 || silent >= Self.silence)
  }

  /// The next number of what is under way here.
  func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  func country(asking number: UInt64) -> CountryCode? { links.first { $0.value.asking?.number == number }?.key }
  func country(serving number: UInt64) -> CountryCode? { links.first { $0.value.serving?.number == number }?.key }

  func log(_ level: LogLevel, _ text: String) {
    effects.append(.log(Core.LogEvent(level: level, text: text)))
  }
}
