import Ledger
import Terms

// What a neighbour can check of a batch while the origin's disk works: the entries with their bodies, without a signature. They say nothing
// yet, and nothing is kept of them but what was worked out; the batch with its checkpoint follows when it is durable.
extension Core {
  /// Sends the entries of the commit under way ahead of their batch, where they are few: many are worked on behind one another anyway.
  func sendAdvance(of name: StreamName) {
    guard let session = sessions[name.recipient], session.isAble, var frontier = session.sending[name]?.frontier,
      let head = underWay?.sealedHeads[name], let batch = recentBatch(of: name, &frontier, end: head.size),
      frontier.size == head.size, batch.byteCount <= Message.Batch.longestAdvance
    else { return }
    send(.advance(batch), to: name.recipient)
  }

  /// Checks entries that their origin has not signed. What does not fit is passed over: the batch that follows is judged by itself.
  func receive(advance batch: Message.Batch, from country: CountryCode) {
    let name = batch.stream
    guard name.origin == country, let stream = incoming[name], let agreed = stream.agreed, stream.head.halted.isEmpty,
      agreed.obstacle(at: now) == nil, batch.first == stream.head.size, hasRoom,
      batch.byteCount <= Message.Batch.longestAdvance, let neighbour = neighbours[country],
      let terms = try? terms(of: batch, neighbour),
      let work = try? IncomingWork(batch, stream, terms, self)
    else { return }
    stream.advance = Advance(batch: batch, work: work)
  }
}

/// What was worked out of entries that came ahead of their batch. It holds as long as the stream stands as it did.
struct Advance {
  fileprivate let batch: Message.Batch
  fileprivate let work: IncomingWork

  fileprivate init(batch: Message.Batch, work: IncomingWork) { (self.batch, self.work) = (batch, work) }

  /// The work on a batch, if it is that of these entries.
  func work(on batch: Message.Batch) -> IncomingWork? {
    var unsigned = batch
    unsigned.checkpoint = []
    return unsigned == self.batch ? work : nil
  }
}

extension Message.Batch {
  /// Bytes of entries and bodies up to which they are sent ahead of their batch.
  public static let longestAdvance = 4 << 10

  /// Bytes of entries and bodies.
  var byteCount: Int { entries.count + bodies.count }
}
