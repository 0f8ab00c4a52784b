import Terms

extension LinkReactor {
  /// Changes who the neighbours are, with which keys, and where. From any thread; takes effect soon. A link whose key no
  /// longer counts ends at once; one whose key still counts goes on.
  public func update(neighbours: [Neighbour]) {
    perform { self.adopt(neighbours) }
  }

  /// Changes this node's own keys. From any thread; links that are up go on, new ones use the new keys.
  public func update(identity: LinkIdentity) {
    perform { self.identity = identity }
  }

  func adopt(_ neighbours: [Neighbour]) {
    let listed = Dictionary(neighbours.map { ($0.country, $0) }) { first, _ in first }.filter {
      $0.key != identity.country
    }
    allowed = listed.mapValues(\.transportKeys)
    for (country, link) in links where listed[country] == nil {
      forget(link)
      links[country] = nil
      allowed[country] = nil
    }
    for (country, neighbour) in listed {
      guard let link = links[country] else {
        let link = Link(
          neighbour,
          backoff: Backoff(first: options.firstDelay.milliseconds, longest: options.longestDelay.milliseconds))
        links[country] = link
        planDial(link, atOnce: true)
        continue
      }
      guard link.neighbour != neighbour else { continue }
      link.neighbour = neighbour
      forget(link)
      link.backoff.reset()
      planDial(link, atOnce: true)
    }
    stateChanged = true
  }

  /// Ends what no longer fits the link's neighbour.
  private func forget(_ link: Link) {
    link.generation += 1
    link.isResolving = false
    link.candidates = []
    if let attempt = link.dialling { close(attempt, .removed) }
    if let current = link.current {
      let isListed = allowed[link.neighbour.country] != nil
      let keyCounts = link.currentKey.map { link.neighbour.transportKeys.contains($0) } ?? false
      if !isListed || !keyCounts { close(current, .removed) }
    }
    link.dialAt = nil
  }

  /// Deadlines, pings, due attempts, and the delegate's tick.
  func tick() {
    nextTick = now + max(1, options.tickInterval.milliseconds)
    acceptsLeft = options.admission.acceptsPerTick
    arm(true)
    for connection in Array(connections.values) { check(connection) }
    for link in Array(links.values) {
      if let due = link.dialAt, due <= now { dial(link) }
    }
    publish()
    delegate?.tick(clock.now())
  }

  private func check(_ connection: Connection) {
    switch connection.phase {
    case .connecting, .handshaking:
      if now - connection.began >= options.handshakeLimit.milliseconds { close(connection, .handshakeTooSlow) }
    case .up:
      // While this side reads nothing it hears nothing; that is not the neighbour's fault.
      if !connection.isPaused, now - connection.heardAt > options.silenceLimit.milliseconds {
        return close(connection, .silent)
      }
      if now - connection.pingedAt >= options.pingInterval.milliseconds {
        connection.pingedAt = now
        let token = UInt64(truncatingIfNeeded: max(1, now))
        connection.pingToken = token
        connection.channel.ping(token)
        markDirty(connection)
      }
    case .closed: break
    }
  }
}
