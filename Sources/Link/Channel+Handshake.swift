import Noise
import Sodium
import Terms

extension Channel {
  /// The responder reads who wants to speak with whom. A stranger is refused at its first wrong byte.
  mutating func readPreamble() throws(ChannelError) -> Bool {
    let bytes = inbox.prefix(Preamble.byteCount)
    guard bytes.count == Preamble.byteCount else {
      try Preamble.check(prefix: bytes[...])
      return false
    }
    let found = try Preamble(bytes[...])
    guard found.responder == identity.country else { throw .notForUs(found.responder) }
    guard allowed[found.initiator]?.isEmpty == false else { throw .notANeighbour(found.initiator) }
    inbox.drop(Preamble.byteCount)
    preamble = found
    phase = .first
    return true
  }

  /// The responder reads the first handshake message and answers it, if the initiator's key is one of its country's.
  mutating func readFirst() throws(ChannelError) -> Bool {
    guard let preamble, let message = try handshakeMessage(HandshakeState.firstMessageByteCount) else { return false }
    let keys = allowed[preamble.initiator] ?? []
    var refusal: NoiseError = .outOfTurn
    for own in identity.keys.prefix(LinkIdentity.keyLimit) {
      var state = HandshakeState(responder: own, prologue: preamble.prologue(realm: identity.realm))
      do throws(NoiseError) {
        _ = try state.read(message[...]) { keys.contains($0) }
        peerKey = state.remoteStatic
        appendFrame(try state.write(entropy))
        transport = try state.split()
        phase = .confirmation
        return true
      } catch {
        if case .notAccepted(let key) = error { throw .keyNotAllowed(preamble.initiator, key) }
        refusal = error
      }
    }
    throw .handshake(refusal)
  }

  /// The initiator reads the answer and confirms with a ping: until that arrives, the responder cannot tell the first
  /// message from a replay (Noise revision 34, section 14, "Replay").
  mutating func readSecond() throws(ChannelError) -> ChannelEvent? {
    guard let message = try handshakeMessage(HandshakeState.secondMessageByteCount) else { return nil }
    guard var state = handshake.take(), let peer, let peerKey else { throw .ended }
    do throws(NoiseError) {
      _ = try state.read(message[...])
      transport = try state.split()
    } catch { throw .handshake(error) }
    phase = .open
    ping(0)
    return .established(peer, peerKey)
  }

  /// The first frame that opens proves that the initiator is alive and not a replay.
  mutating func readConfirmation() throws(ChannelError) -> ChannelEvent? {
    guard try openFrame() else { return nil }
    guard let peer, let peerKey else { throw .ended }
    phase = .open
    return .established(peer, peerKey)
  }

  private mutating func handshakeMessage(_ count: Int) throws(ChannelError) -> [UInt8]? {
    guard try frame(count...count) != nil else { return nil }
    inbox.drop(2)
    let message = inbox.prefix(count)
    inbox.drop(count)
    return message
  }

  mutating func appendFrame(_ message: [UInt8]) {
    sealed.append([UInt8(truncatingIfNeeded: message.count >> 8), UInt8(truncatingIfNeeded: message.count)])
    sealed.append(message)
  }
}
