import Noise
import Terms

extension Channel {
  /// Queues a message.
  /// - Throws: `ChannelError.messageTooLong`, `.reservedType`, `.notEstablished` or `.ended`; the channel lives on.
  public mutating func send(_ message: LinkMessage) throws(ChannelError) {
    guard LinkMessage.isFree(message.type) else { throw .reservedType(message.type) }
    guard message.payload.count <= ChannelLimits.payloadByteLimit else { throw .messageTooLong(message.payload.count) }
    guard phase == .open else { throw phase == .ended ? .ended : .notEstablished }
    message.payload.withUnsafeBytes { queue(message.type, $0) }
  }

  /// Queues a ping with 8 bytes of the caller's choice, unless one still waits to be sealed.
  public mutating func ping(_ token: UInt64) {
    guard phase == .open, sealedTotal >= pingEnd else { return }
    withUnsafeBytes(of: token.bigEndian) { queue(LinkMessage.ping, $0) }
    pingEnd = queuedTotal
  }

  /// Lends the bytes to send next; `body` returns how many of them it took. Seals only a little ahead, so that what
  /// waits stays countable. Returns what `body` returned, or 0 without calling it when there is nothing to send.
  /// - Throws: `ChannelError.handshake(.numbersExhausted)` when the connection has lived too long; it is then dead.
  public mutating func withOutput(_ body: (UnsafeRawBufferPointer) -> Int) throws(ChannelError) -> Int {
    do throws(NoiseError) { try sealPending() } catch {
      end()
      throw .handshake(error)
    }
    guard sealed.count > 0 else { return 0 }
    let taken = min(max(0, sealed.withBytes(body)), sealed.count)
    sealed.drop(taken)
    return taken
  }

  /// Takes all bytes to send. For tests and simulations; a socket uses `withOutput`.
  public mutating func takeOutput() throws(ChannelError) -> [UInt8] {
    var out: [UInt8] = []
    while try withOutput({
      out.append(contentsOf: $0)
      return $0.count
    }) > 0 {}
    return out
  }

  /// The next message of the opened stream, or nil when it is not complete. Answers pings itself.
  mutating func readMessage() throws(ChannelError) -> ChannelEvent? {
    while opened.count >= LinkMessage.headerByteCount {
      let (type, count) = opened.withBytes { ($0[0], Int($0[1]) << 16 | Int($0[2]) << 8 | Int($0[3])) }
      switch type {
      case LinkMessage.ping, LinkMessage.pong:
        guard count == LinkMessage.pingByteCount else { throw .pingLength(count) }
      default:
        guard count <= ChannelLimits.payloadByteLimit else { throw .messageTooLong(count) }
      }
      guard opened.count >= LinkMessage.headerByteCount + count else { return nil }
      opened.drop(LinkMessage.headerByteCount)
      let payload = opened.prefix(count)
      opened.drop(count)
      switch type {
      case LinkMessage.ping: pong(payload)
      case LinkMessage.pong: return .pong(payload.reduce(0) { $0 << 8 | UInt64($1) })
      default: return .message(LinkMessage(type: type, payload: payload))
      }
    }
    return nil
  }

  // One pong waits at most: a flood of pings costs its sender more than this side.
  private mutating func pong(_ payload: [UInt8]) {
    guard sealedTotal >= pongEnd else { return }
    payload.withUnsafeBytes { queue(LinkMessage.pong, $0) }
    pongEnd = queuedTotal
  }

  private mutating func queue(_ type: UInt8, _ payload: UnsafeRawBufferPointer) {
    let count = payload.count
    pending.append([
      type, UInt8(truncatingIfNeeded: count >> 16), UInt8(truncatingIfNeeded: count >> 8),
      UInt8(truncatingIfNeeded: count),
    ])
    pending.append(payload)
    queuedTotal += UInt64(LinkMessage.headerByteCount + count)
  }

  // Small messages share a frame, long ones spread over several.
  private mutating func sealPending() throws(NoiseError) {
    while pending.count > 0, sealed.count < ChannelLimits.sealAheadByteCount {
      let count = min(pending.count, ChannelLimits.framePlaintextByteCount)
      let frameCount = count + Transport.overhead
      var failure: NoiseError?
      pending.withBytes { all in
        let plain = UnsafeRawBufferPointer(rebasing: all[..<count])
        sealed.append(count: 2 + frameCount) { out in
          out[0] = UInt8(truncatingIfNeeded: frameCount >> 8)
          out[1] = UInt8(truncatingIfNeeded: frameCount)
          let body = UnsafeMutableRawBufferPointer(rebasing: out[2...])
          do throws(NoiseError) { try transport?.seal(plain, into: body) } catch { failure = error }
        }
      }
      if let failure { throw failure }
      pending.drop(count)
      sealedTotal += UInt64(count)
    }
  }
}
