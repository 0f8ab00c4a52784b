import Glibc
import Terms

extension LinkReactor {
  /// Bytes of a message up to which a thread that is not the reactor's sends it by itself.
  static let smallMessage = 4 << 10

  /// Sends a message in the order of `post` and `perform`: at once and on this thread when it is small and the reactor waits, else on the
  /// reactor's, soon. Waking a thread takes longer than sealing and writing. From any thread.
  /// - Parameter refused: called on the reactor's thread when `send` gives false.
  public func post(_ message: LinkMessage, to country: CountryCode, refused: @escaping @Sendable () -> Void) {
    if message.payload.count <= Self.smallMessage, !isOnThread,
      turn.withLockIfAvailable({ _ in mailbox.isEmpty && sendHere(message, to: country) }) == true
    {
      return
    }
    perform { if !self.send(message, to: country) { refused() } }
  }

  /// Sends a message on a link on which nothing waits. What is left, and what went wrong, the reactor's thread finds again.
  /// - Returns: false when nothing was done.
  private func sendHere(_ message: LinkMessage, to country: CountryCode) -> Bool {
    guard let connection = links[country]?.current, connection.isOpen, !connection.isBlocked,
      connection.channel.queuedByteCount == 0
    else { return false }
    do { try connection.channel.send(message) } catch { return false }
    if push(connection) != nil || connection.isBlocked || connection.channel.queuedByteCount > 0 {
      markDirty(connection)
      perform {}
    }
    return true
  }

  /// Queues a message for a neighbour.
  /// - Returns: false when the link is down, the outbox is full (wait for `writable`), or the message is refused: longer
  ///   than `ChannelLimits.payloadByteLimit`, or of a type that is the channel's own.
  public func send(_ message: LinkMessage, to country: CountryCode) -> Bool {
    assertOnThread()
    guard let connection = links[country]?.current, connection.isOpen,
      connection.channel.queuedByteCount < options.outboxByteLimit
    else { return false }
    do throws(ChannelError) { try connection.channel.send(message) } catch {
      log(.error, "link \(country): a message of type \(message.type) was not sent: \(error)")
      return false
    }
    if connection.channel.queuedByteCount >= options.lowWaterByteCount { connection.owesWritable = true }
    markDirty(connection)
    return true
  }

  /// Bytes that wait to be sent to a neighbour; 0 when the link is down.
  public func queuedBytes(to country: CountryCode) -> Int {
    assertOnThread()
    return links[country]?.current?.channel.queuedByteCount ?? 0
  }

  /// Bytes of memory that the link with a neighbour holds on to, in both directions; 0 when it is down.
  public func memoryByteCount(of country: CountryCode) -> Int {
    assertOnThread()
    return links[country]?.current?.channel.memoryByteCount ?? 0
  }

  /// Delivers no more messages from a neighbour, and reads no more from its socket, until `resumeReading`. A link that
  /// comes up anew is not paused.
  public func pauseReading(_ country: CountryCode) {
    assertOnThread()
    guard let connection = links[country]?.current, !connection.isPaused else { return }
    connection.isPaused = true
    watch(connection)
  }

  /// Ends a pause.
  public func resumeReading(_ country: CountryCode) {
    assertOnThread()
    guard let connection = links[country]?.current, connection.isPaused else { return }
    connection.isPaused = false
    connection.heardAt = now
    watch(connection)
    markDirty(connection)
  }

  func markDirty(_ connection: Connection) {
    guard !connection.isDirty, connection.isOpen else { return }
    connection.isDirty = true
    dirty.append(connection)
  }

  /// Gives each connection with something to do one turn. What they cause in turn waits for the next round.
  func serviceDirty() {
    let round = dirty
    dirty.removeAll(keepingCapacity: true)
    for connection in round {
      connection.isDirty = false
      deliver(connection)
      write(connection)
    }
  }

  /// Reads what arrived, within the budget; epoll tells again when there is more.
  func read(_ connection: Connection, isBroken: Bool) {
    var budget = options.readBudgetByteCount
    while let number = connection.number, !connection.isPaused, budget > 0 {
      let room = min(scratch.count, connection.channel.room)
      let count = recv(number, scratch.baseAddress, room, 0)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      if count < 0 { return close(connection, .system(call: "receive", code: errno)) }
      if count == 0 { return close(connection, .closedByPeer) }
      budget -= count
      if let country = connection.channel.peer, connection.phase == .up {
        links[country]?.state.bytesIn += UInt64(count)
      }
      _ = connection.channel.receive(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
      deliver(connection)
      if count < room { break }
    }
    // A paused connection that broke cannot be read to its end: it would wake the thread without pause.
    if isBroken, connection.isPaused { close(connection, .closedByPeer) }
  }

  /// Takes the channel's events until it needs more bytes or the layer above pauses.
  private func deliver(_ connection: Connection) {
    while connection.isOpen, connection.phase != .connecting, !connection.isPaused {
      let event: ChannelEvent?
      do throws(ChannelError) { event = try connection.channel.next() } catch {
        return close(connection, .channel(error))
      }
      if connection.channel.openedFrameCount != connection.heardFrames {
        connection.heardFrames = connection.channel.openedFrameCount
        connection.heardAt = now
      }
      switch event {
      case nil:
        if connection.channel.queuedByteCount > 0 { markDirty(connection) }
        return
      case .established(let country, let key): proven(connection, country, key)
      case .message(let message):
        if let country = connection.channel.peer { delegate?.received(message, from: country) }
      case .pong(let token):
        // Only the last ping's own number counts: any other says nothing about the line.
        guard let country = connection.channel.peer, token == connection.pingToken else { continue }
        links[country]?.state.roundTripMilliseconds = now - connection.pingedAt
      }
    }
  }

  /// Writes what waits, within the budget.
  private func write(_ connection: Connection) {
    if let failure = push(connection) { return close(connection, failure) }
    guard connection.isOpen, connection.phase != .connecting else { return }
    watch(connection)
    if connection.channel.queuedByteCount > 0, !connection.isBlocked { markDirty(connection) }
    if connection.owesWritable, connection.channel.queuedByteCount < options.lowWaterByteCount,
      let country = connection.channel.peer
    {
      connection.owesWritable = false
      delegate?.writable(country)
    }
  }

  /// Gives the socket what it takes of what waits, within the budget.
  /// - Returns: why the connection must be closed, if it must.
  private func push(_ connection: Connection) -> LinkFailure? {
    var budget = options.writeBudgetByteCount
    while let number = connection.number, connection.phase != .connecting, !connection.isBlocked, budget > 0 {
      var code: Int32 = 0
      let taken: Int
      do throws(ChannelError) {
        taken = try connection.channel.withOutput { bytes in
          let count = Glibc.send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
          if count < 0 { code = errno }
          return count
        }
      } catch { return .channel(error) }
      switch code {
      case 0: break
      case EINTR: continue
      case EAGAIN: connection.isBlocked = true
      default: return .system(call: "send", code: code)
      }
      if taken <= 0 { break }
      budget -= taken
      if let country = connection.channel.peer, connection.phase == .up {
        links[country]?.state.bytesOut += UInt64(taken)
      }
    }
    return nil
  }

  /// Tells epoll what this connection waits for, if that changed.
  func watch(_ connection: Connection) {
    guard let number = connection.number, connection.phase != .connecting else { return }
    let wanted = Connection.Interest(read: !connection.isPaused, write: connection.isBlocked)
    guard connection.interest != wanted else { return }
    connection.interest = wanted
    poller.change(number, token: connection.id, read: wanted.read, write: wanted.write)
  }
}
