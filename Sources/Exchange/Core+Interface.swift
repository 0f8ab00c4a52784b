import Terms

// What goes into a core and what comes out of it.
extension Core {
  /// What goes in.
  public enum Input: Sendable {
    /// Records to publish. What waited together is taken together: it shares the work on its streams.
    case publish([PublishRequest])
    /// A link to a neighbour is up.
    case linkUp(CountryCode)
    /// A link is gone.
    case linkDown(CountryCode)
    /// A message from a neighbour.
    case message(Message, from: CountryCode)
    /// Messages that came by hand, in a bundle, instead of over a link.
    case bundle([Message], from: CountryCode)
    /// The commit under way is durable.
    case committed
    /// The commit under way failed; none of it happened.
    case commitFailed(StoreError)
    /// The effects before `Effect.proceed` are done.
    case proceed
    /// Time went by; about once a second.
    case tick
    /// The turn has come that `Effect.sendMore` asked for.
    case sendMore
    /// The moment has come that `Effect.remind` asked for.
    case due
    /// The disk ran short of room, or has room again: nil. Only what may use the reserve is taken meanwhile.
    case room(StoreError?)
    /// What is due is erased now and not at the next look. An operator may say that the clock is right though it went ahead
    /// further than is believed without a neighbour.
    case eraseDue(isClockRight: Bool)
    /// A neighbour said hello twice: it passes over messages that it does not know.
    case isAble(CountryCode)
    /// The operator does not wait for a neighbour before publishing goes on in a home that was put back from a backup.
    case goOn(without: CountryCode, reason: String)
    /// Agreements or cards changed.
    case neighbours([Neighbour], card: [UInt8])
  }

  /// What became of a request to publish, in the order of its drafts.
  public struct Published: Sendable {
    /// The request's.
    public let token: UInt64
    /// One for each draft.
    public let results: [PublishResult]
  }

  /// Records that are published together or not at all.
  public struct PublishRequest: Sendable {
    /// Under which the results come back.
    public let token: UInt64
    /// Each is stored, or refused with a reason of its own.
    public let drafts: [Draft]

    /// Records under a token that no other request has.
    public init(token: UInt64, drafts: [Draft]) { (self.token, self.drafts) = (token, drafts) }
  }

  /// What comes out, in order.
  public enum Effect: Sendable {
    /// Make this durable, then say `committed` and tell the results; or say `commitFailed`, and tell none of them: whoever publishes
    /// need not wait until the core has heard of its commit.
    case commit(Commit, telling: [Published])
    /// Send a message.
    case send(Message, to: CountryCode)
    /// Send a message as soon as the commit under way is durable, before `committed`; never when the commit fails.
    case sendOnceDurable(Message, to: CountryCode)
    /// The results of a publish of which nothing is to be made durable any more.
    case published(Published)
    /// A publish failed as a whole; none of it was stored.
    case failed(token: UInt64, StoreError)
    /// The neighbour said hello.
    case hello(Message.Hello, from: CountryCode)
    /// New records of a neighbour are durable and visible.
    case arrived(StreamName, range: Range<UInt64>)
    /// Give the input `proceed` once the effects before this one are done, before any other. Publishers hear of a commit
    /// and the next commit begins before what became durable is made ready for the neighbours, and before what will be is.
    case proceed
    /// Give the input `sendMore` when nothing else waits that a user of this node wants. None other is asked for before.
    case sendMore
    /// Give the input `due` after so many milliseconds. None other is asked for before.
    case remind(milliseconds: Int64)
    /// The link must be closed.
    case close(CountryCode, reason: String)
    /// Something an operator should see. No personal data.
    case log(LogEvent)
  }

  /// Something an operator should see.
  public struct LogEvent: Hashable, Sendable {
    /// How bad it is.
    public let level: LogLevel
    /// What happened, without personal data.
    public let text: String
  }
}
