import Terms

extension LinkReactor {
  /// Sets the next attempt, unless there is nothing to dial.
  func planDial(_ link: Link, atOnce: Bool = false) {
    let canDial = link.neighbour.endpoint != nil && !link.neighbour.transportKeys.isEmpty
    guard isRunning, canDial, link.current == nil, link.dialling == nil, !link.isResolving else {
      return link.dialAt = nil
    }
    link.dialAt = now + (atOnce ? 0 : link.backoff.next(entropy))
    stateChanged = true
  }

  /// Begins an attempt: first the addresses, then each address with each key.
  func dial(_ link: Link) {
    link.dialAt = nil
    stateChanged = true
    guard let endpoint = link.neighbour.endpoint else { return }
    guard link.candidates.isEmpty else { return dialNext(link) }
    if let addresses = try? SocketAddress.resolve(endpoint, numericOnly: true) { return resolved(link, addresses) }
    // Asking the name service may take long: not on this thread, and not behind another neighbour's question.
    link.isResolving = true
    let (country, generation) = (link.neighbour.country, link.generation)
    let mailbox = mailbox
    do throws(LinkFailure) {
      _ = try Threads.start("istmo-resolve", joinable: false) { [weak self] in
        let answer: Result<[SocketAddress], LinkFailure>
        do throws(LinkFailure) { answer = .success(try SocketAddress.resolve(endpoint)) } catch {
          answer = .failure(error)
        }
        let reactor = self
        _ = mailbox.post { reactor?.resolved(country, generation, answer) }
      }
    } catch {
      link.isResolving = false
      attemptFailed(link, error, at: nil)
    }
  }

  private func resolved(
    _ country: CountryCode, _ generation: Int, _ answer: Result<[SocketAddress], LinkFailure>
  ) {
    guard let link = links[country], link.generation == generation else { return }
    link.isResolving = false
    guard link.current == nil, link.dialling == nil else { return }
    switch answer {
    case .success(let addresses): resolved(link, addresses)
    case .failure(let failure): attemptFailed(link, failure, at: nil)
    }
  }

  private func resolved(_ link: Link, _ addresses: [SocketAddress]) {
    link.candidates = addresses.flatMap { address in
      link.neighbour.transportKeys.map { Link.Candidate(address: address, key: $0) }
    }
    dialNext(link)
  }

  private func dialNext(_ link: Link) {
    guard !link.candidates.isEmpty else { return planDial(link) }
    let candidate = link.candidates.removeFirst()
    do throws(LinkFailure) {
      let channel: Channel
      do throws(ChannelError) {
        channel = try Channel(dialling: link.neighbour.country, key: candidate.key, as: identity, entropy)
      } catch { throw .channel(error) }
      let connection = Connection(
        id: nextID(), address: candidate.address, descriptor: try Socket.connect(to: candidate.address),
        channel: channel, phase: .connecting, now: now)
      guard add(connection, write: true) else { return planDial(link) }
      link.dialling = connection
      stateChanged = true
    } catch { attemptFailed(link, error, at: candidate.address) }
  }

  /// The attempt to connect has ended, well or badly.
  func connected(_ connection: Connection) {
    guard let number = connection.number else { return }
    let code = Socket.pendingError(number)
    guard code == 0 else { return close(connection, .system(call: "connect", code: code)) }
    connection.phase = .handshaking
    watch(connection)
    markDirty(connection)
  }

  /// One address with one key did not work. The next is tried at once; after the last there is a pause.
  func attemptFailed(_ link: Link, _ reason: LinkFailure, at address: SocketAddress?) {
    stateChanged = true
    guard reason != .stopped, reason != .replaced, reason != .removed, link.current == nil else {
      return planDial(link)
    }
    let place = address.map { "\($0)" } ?? link.neighbour.endpoint ?? "nowhere"
    let failure = LinkState.Failure(address: place, reason: reason)
    if link.state.lastFailure != failure { log(.warning, "link \(link.neighbour.country): \(failure)") }
    link.state.lastFailure = failure
    link.state.lastFailureAt = clock.now()
    planDial(link, atOnce: !link.candidates.isEmpty)
  }
}
