import Ledger
import Terms

// Streams that stop for good: two checkpoints that cannot both be true, or an origin that lost what it had signed.
extension Core {
  /// Stops a stream for good, keeping why and the proof.
  func halt(_ name: StreamName, _ reason: String, proof: ForkProof?) {
    log(.error, "\(name) is stopped: \(reason)")
    halts[name] = (reason, proof)
    if name.origin == country {
      outgoing[name]?.head.halted = reason
      sessions[name.recipient]?.sending[name] = nil
    } else {
      incoming[name]?.head.halted = reason
    }
    keepHalts()
  }

  /// Puts what was stopped into the next commit.
  func keepHalts() {
    for (name, halt) in halts.sorted(by: { $0.key < $1.key }) {
      if let proof = halt.proof { building.commit.states.append((ForkProof.stateKey(name), proof.bytes)) }
      if name.origin == country { building.grown.insert(name) } else { building.received.insert(name) }
    }
  }

  /// Sends the proof why a stream was stopped, when there is one: the other side may have lost it in a crash, or never
  /// got it.
  func sendProof(of name: StreamName, to country: CountryCode) throws(ReadError) -> Bool {
    var bytes = halts[name]?.proof?.bytes
    if bytes == nil { bytes = try store.readState(ForkProof.stateKey(name)) }
    guard let bytes else { return false }
    send(.conflict(stream: name, proof: bytes), to: country)
    return true
  }

  /// The origin signed a checkpoint that does not fit to what is held.
  func fork(_ stream: HeldStream, _ other: SignedCheckpoint, prefix: Frontier) throws(ReadError) {
    guard let held = stream.durable.checkpoint else { return }
    let proof: ForkProof
    if other.checkpoint.size == held.checkpoint.size {
      proof = ForkProof(first: held, second: other)
    } else {
      let path = try Proof.consistency(
        from: other.checkpoint.size, to: held.checkpoint.size, from: reader.tree(stream.name))
      proof = ForkProof(first: other, second: held, prefixRoot: prefix.root, path: path)
    }
    halt(stream.name, "\(stream.name.origin) signed two inconsistent checkpoints; the proof is kept", proof: proof)
    send(.conflict(stream: stream.name, proof: proof.bytes), to: stream.name.origin)
  }

  func receiveConflict(_ name: StreamName, _ bytes: [UInt8], from country: CountryCode) {
    guard name.origin == country || name.recipient == country, let proof = try? ForkProof(bytes),
      proof.first.checkpoint.origin == name.checkpointOrigin(in: realm),
      proof.isValid(
        logKeys: name.origin == self.country ? [keys.log.verifyingKey] : neighbours[country]?.logKeys ?? [])
    else { return log(.warning, "\(country) reports a conflict in \(name) without a valid proof; it is not believed") }
    let halted = (name.origin == self.country ? outgoing[name]?.head : incoming[name]?.head)?.halted
    guard halted?.isEmpty == true else { return }
    halt(name, "two inconsistent checkpoints exist; \(country) sent the proof, it is kept", proof: proof)
  }
}
