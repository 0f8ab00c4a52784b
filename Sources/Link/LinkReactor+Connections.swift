import Glibc
import Sodium
import Terms

extension LinkReactor {
  /// Takes connections from outside: a bounded number between two ticks, and of those only what the limits admit.
  func acceptWaiting() {
    guard let listening = listenerNumber else { return }
    while acceptsLeft > 0 {
      var code: Int32 = 0
      var number: Int32 = -1
      let address = SocketAddress.filled { pointer, size in
        number = Socket.accept(listening, pointer, size)
        if number < 0 { code = errno }
        return number >= 0
      }
      guard let address else {
        if code == EAGAIN { return }
        if code == EINTR || code == ECONNABORTED { continue }
        refused("no connection can be accepted: \(Socket.message(code))")
        break
      }
      acceptsLeft -= 1
      accepted(Descriptor(number), from: address)
    }
    // No more until the next tick: what still comes waits in the operating system's queue.
    arm(false)
  }

  func arm(_ read: Bool) {
    guard let number = listenerNumber, listenerIsArmed != read else { return }
    listenerIsArmed = read
    poller.change(number, token: Token.listener, read: read, write: false)
  }

  private func accepted(_ descriptor: consuming Descriptor, from address: SocketAddress) {
    if let refusal = admission.admit(address.key, now: now) {
      return refused("connection from \(address): \(refusal.rawValue)")
    }
    Socket.prepare(descriptor.number)
    let channel = Channel(answering: allowed, as: identity, entropy)
    let connection = Connection(
      id: nextID(), address: address, descriptor: descriptor, channel: channel, phase: .handshaking, now: now)
    if !add(connection, write: false) { admission.release(address.key) }
  }

  func add(_ connection: Connection, write: Bool) -> Bool {
    guard let number = connection.number else { return false }
    do {
      try poller.add(number, token: connection.id, read: !write, write: write)
      connection.interest = Connection.Interest(read: !write, write: write)
      connections[connection.id] = connection
      return true
    } catch {
      log(.error, "a connection cannot be watched: \(error)")
      connection.phase = .closed
      connection.descriptor = nil
      return false
    }
  }

  /// The other side has proven itself: this connection becomes the link, unless another one is preferred.
  func proven(_ connection: Connection, _ country: CountryCode, _ key: ExchangePublicKey) {
    guard let link = links[country], link.neighbour.transportKeys.contains(key) else {
      return close(connection, .removed)
    }
    if let older = link.current {
      let choice = Survivor.choose(
        olderInitiator: older.channel.isInitiator ? identity.country : country,
        newerInitiator: connection.channel.isInitiator ? identity.country : country, olderAge: now - older.upAt,
        raceLimit: options.handshakeLimit.milliseconds)
      guard choice == .newer else { return close(connection, .replaced) }
      close(older, .replaced)
      guard connection.isOpen, links[country] === link, link.current == nil else { return close(connection, .replaced) }
    }
    if !connection.channel.isInitiator { admission.release(connection.address.key) }
    connection.phase = .up
    connection.upAt = now
    connection.heardAt = now
    connection.pingedAt = now
    link.current = connection
    link.currentKey = key
    let other = link.dialling
    link.dialling = nil
    link.candidates = []
    link.dialAt = nil
    if let other, other !== connection { close(other, .replaced) }
    link.state.upSince = clock.now()
    link.state.isInitiator = connection.channel.isInitiator
    link.state.lastFailure = nil
    link.state.lastFailureAt = nil
    stateChanged = true
    log(
      .info, "link \(country): up, \(connection.channel.isInitiator ? "dialled" : "answered") at \(connection.address)")
    delegate?.linkUp(country)
  }

  /// Ends a connection and does what follows from it.
  func close(_ connection: Connection, _ reason: LinkFailure) {
    guard connection.isOpen else { return }
    let phase = connection.phase
    let wasUnprovenInbound = connection.isUnprovenInbound
    connection.phase = .closed
    connection.descriptor = nil
    connections[connection.id] = nil
    stateChanged = true
    if wasUnprovenInbound {
      admission.release(connection.address.key)
      return inboundRefused(connection, reason)
    }
    guard let country = connection.channel.peer, let link = links[country] else { return }
    if link.dialling === connection {
      link.dialling = nil
      attemptFailed(link, reason, at: connection.address)
    } else if link.current === connection, phase == .up {
      link.current = nil
      link.currentKey = nil
      link.state.upSince = nil
      link.state.lastFailure = LinkState.Failure(address: nil, reason: reason)
      link.state.lastFailureAt = clock.now()
      log(reason == .stopped || reason == .replaced ? .info : .warning, "link \(country): down: \(reason)")
      if now - connection.upAt >= options.longestDelay.milliseconds { link.backoff.reset() }
      planDial(link)
      delegate?.linkDown(country, reason: reason)
    }
  }

  private func inboundRefused(_ connection: Connection, _ reason: LinkFailure) {
    guard reason != .stopped else { return }
    // Both sides dialled at once and this one was not the survivor: nothing is wrong.
    guard reason != .replaced else { return log(.debug, "connection from \(connection.address): \(reason)") }
    if let country = connection.channel.peer, let link = links[country] {
      link.state.lastRefusal = LinkState.Failure(address: "\(connection.address)", reason: reason)
    }
    refused("connection from \(connection.address): \(reason)")
  }

  /// Logs a refusal; under a flood only the first few of each second, then how many more there were.
  func refused(_ line: String) {
    guard let summary = refusals.admit(now: now) else { return }
    if summary > 0 { log(.warning, "\(summary) more connections were refused") }
    log(.warning, line)
  }
}

/// Lets a few refusals a second into the log and counts the rest.
struct RefusalLog {
  private static let linesPerSecond = 5
  private var second: Int64 = 0
  private var lines = 0
  private var suppressed = 0

  /// Nil when the line is to be left out; else how many were left out before it.
  mutating func admit(now: Int64) -> Int? {
    if now / 1000 != second { (second, lines) = (now / 1000, 0) }
    guard lines < Self.linesPerSecond else {
      suppressed += 1
      return nil
    }
    lines += 1
    defer { suppressed = 0 }
    return suppressed
  }
}
