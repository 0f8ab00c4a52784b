import Catalog
import Dispatch
import Exchange
import Sodium
import Terms

extension Installation {
  /// Takes an attachment of this country in, in pieces. `resume` is called when more may be given after `receive` said no;
  /// `done` once, when it is durable or will not be.
  public func attachmentIntake(
    expecting digest: Digest?, resume: @escaping @Sendable () -> Void,
    done: @escaping @Sendable (Result<BlobStore.Blob, AttachmentIntake.Problem>) -> Void
  ) -> AttachmentIntake {
    AttachmentIntake(
      blobs, expected: digest, willKeep: { [loose] (digest) throws(StoreError) in try loose.forget(digest) },
      resume: resume, done: done)
  }

  /// Takes an attachment in that an officer gives with a form. Unless a record bears it, it is removed `LooseAttachments.age` after it was
  /// given or kept in a draft last.
  public func formAttachmentIntake(
    resume: @escaping @Sendable () -> Void,
    done: @escaping @Sendable (Result<BlobStore.Blob, AttachmentIntake.Problem>) -> Void
  ) -> AttachmentIntake {
    AttachmentIntake(
      blobs, expected: nil,
      willKeep: { [loose, blobs, clock] (digest) throws(StoreError) in
        try loose.note(digest, isHeld: blobs.holds(digest), at: clock.now())
      }, resume: resume, done: done)
  }

  /// A form names these attachments and is kept as a draft, or stored: they stay for it.
  public func renewFormAttachments(_ digests: [Digest]) throws(StoreError) {
    try loose.renew(digests, at: clock.now())
  }

  /// How many bytes an attachment has that is here; nil when it is not.
  public func attachmentByteCount(_ digest: Digest) throws(StoreError) -> UInt64? {
    try blobs.open(digest)?.blob.byteCount
  }

  /// Removes attachments that came with forms of which no record became.
  /// - Returns: how many.
  @discardableResult public func sweepFormAttachments() throws -> Int {
    try loose.sweep(
      at: clock.now(),
      isBorne: { [registry, keys, store] (digest) throws(ReadError) in
        let value = Array(digest.description.utf8)
        for definition in registry.topology.definitions {
          for field in definition.attachmentFields {
            let key = keys.blindKey(dataset: definition.dataset, field: field, value: value)
            if try !store.readLocations(key, 1...Int32.max, 1).isEmpty { return true }
          }
        }
        return false
      }, remove: { [blobs] (digest) throws(HomeError) in try blobs.remove(digest) })
  }

  /// An attachment for an officer, from here or from the neighbour whose record bears it. It is a lookup: logged durably before
  /// the neighbour is asked or a byte is given. Waits for the disk; the reply may come later, from another thread.
  public func attachment(
    _ request: AttachmentRequest, reply: @escaping @Sendable (Result<AttachmentAnswer, AttachmentError>) -> Void
  ) {
    let (bearers, withheld): ([Lookups.Bearer], [String])
    do throws(LookupError) { (bearers, withheld) = try lookups.bearers(request) } catch {
      return reply(.failure(.lookup(error)))
    }
    guard let first = bearers.first else { return reply(.failure(.notBorne(request.digest, withheld: withheld))) }
    do throws(StoreError) {
      if let answer = try answer(first, request, isFetched: false) { return reply(.success(answer)) }
    } catch {
      // What is damaged here can be mended by fetching it again.
      guard case .damaged = error, bearers.contains(where: { $0.stream.origin != country }) else {
        return reply(.failure(.store(error)))
      }
      log(.error, "attachments", error.description)
    }
    // One record of each neighbour: which of its records asks makes no difference to what it may send.
    var asked: Set<CountryCode> = [country]
    let neighbours = bearers.filter { asked.insert($0.stream.origin).inserted }
    fetch(neighbours[...], request, .notHere(first.stream), reply)
  }

  /// Asks one neighbour after the other.
  private func fetch(
    _ bearers: ArraySlice<Lookups.Bearer>, _ request: AttachmentRequest, _ failure: AttachmentError,
    _ reply: @escaping @Sendable (Result<AttachmentAnswer, AttachmentError>) -> Void
  ) {
    guard let bearer = bearers.first else { return reply(.failure(failure)) }
    let (place, seal): (AttachmentPlace, AttachmentSeal)
    do throws(ReadError) {
      guard let found = try self.place(of: bearer, request) else {
        return fetch(
          bearers.dropFirst(), request, .lookup(.read(.damaged("the card of \(bearer.stream.origin)"))), reply)
      }
      (place, seal) = found
    } catch { return reply(.failure(.lookup(.read(error)))) }
    attachmentPort.ask(place, byteCount: bearer.attachment.byteCount, seal) { [self] problem in
      DispatchQueue.global().async { [self] in
        if let problem { return fetch(bearers.dropFirst(), request, .notFetched(problem), reply) }
        do throws(StoreError) {
          guard let answer = try answer(bearer, request, isFetched: true) else { throw .failed("it is gone again") }
          reply(.success(answer))
        } catch { reply(.failure(.store(error))) }
      }
    }
  }

  /// Which attachment is fetched, and what its pieces are sealed under; nil when the neighbour cannot be asked.
  private func place(
    of bearer: Lookups.Bearer, _ request: AttachmentRequest
  ) throws(ReadError) -> (AttachmentPlace, AttachmentSeal)? {
    let (stream, digest) = (bearer.stream, request.digest)
    guard !bearer.isAnswered else {
      return lookups.questions.fetching(
        digest, bearer.attachment.field, of: stream, request.asker, history: request.history,
        agreed: lookups.agreed(stream.dataset).first { $0.terms.stream == stream })
    }
    return (
      AttachmentPlace(stream: stream, index: bearer.record.locator.index, digest: digest), try seal(bearer, digest)
    )
  }

  private func seal(_ bearer: Lookups.Bearer, _ digest: Digest) throws(ReadError) -> AttachmentSeal {
    let key = try engine.reader.vault.key(of: bearer.stream, at: bearer.record.locator.index)
    do { return try AttachmentSeal(key, leaf: bearer.record.context.leaf(bearer.record.entry), digest: digest) } catch {
      throw .damaged("\(error)")
    }
  }

  private func answer(
    _ bearer: Lookups.Bearer, _ request: AttachmentRequest, isFetched: Bool
  ) throws(StoreError) -> AttachmentAnswer? {
    guard let blob = try blobs.open(request.digest) else { return nil }
    return AttachmentAnswer(
      blob: blob, mediaType: bearer.attachment.mediaType, stream: bearer.stream, record: bearer.record.entry.id,
      isFetched: isFetched)
  }
}
