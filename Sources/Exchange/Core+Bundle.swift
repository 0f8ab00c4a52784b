import Ledger
import Terms

// Replication by hand: what a link would carry, as a list of messages for a file.
extension Core {
  /// What a neighbour has no receipt for, with our receipts for its streams; at most about `byteCount` bytes. When it is
  /// not all, a later bundle, made after the neighbour's receipts came back, holds the rest.
  public func messagesForBundle(to country: CountryCode, byteCount: Int) throws(ReadError) -> [Message] {
    guard !mustReload else { throw .store(.failed("its state is being read again; try again in a moment")) }
    var messages: [Message] = [.hello(Message.Hello(version: 1, time: now, card: card))]
    for name in incoming.keys.sorted() where name.origin == country {
      if let note = receiptNote(name) { messages.append(.receipt(stream: name, note: note)) }
    }
    var room = byteCount
    for name in outgoing.keys.sorted() where name.recipient == country {
      guard let stream = outgoing[name], stream.head.halted.isEmpty, stream.agreed != nil, maySign(name),
        stream.agreed?.obstacle(at: now) == nil
      else { continue }
      var frontier = try Frontier(size: stream.durable.receipt?.checkpoint.size ?? 0, from: reader.tree(name))
      var sources = BatchSources()
      while frontier.size < stream.durable.size, room > 0 {
        let batch = try batch(of: name, &frontier, end: stream.durable.size, &sources)
        room -= batch.byteCount
        messages.append(.batch(batch))
      }
      if frontier.size == stream.durable.size, let note = try? asOfCheckpoint(name, frontier) {
        messages.append(.asOf(stream: name, note: note.bytes))
      }
    }
    return messages
  }

  /// Takes the messages of a bundle as if a link had brought them. Without a link nothing is answered: the receipts go
  /// back in the next bundle.
  func receiveBundle(_ messages: [Message], from country: CountryCode) {
    let hasLink = sessions[country] != nil
    if !hasLink { sessions[country] = Session() }
    defer { if !hasLink { sessions[country] = nil } }
    for message in messages {
      if case .resume = message { continue }
      receive(message, from: country)
    }
    // Who carries a bundle may end the node at once: what it brought is durable before anything is said of it.
    if isStoreReady { keepSignatures() }
    if !hasLink { effects.removeAll { if case .send(_, country) = $0 { true } else { false } } }
  }
}
