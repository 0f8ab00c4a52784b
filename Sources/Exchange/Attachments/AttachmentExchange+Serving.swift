import Sodium
import Terms

/// An attachment on its way to a neighbour.
final class Serving {
  /// Its number here; the neighbour's own number is `request`.
  let number: UInt64
  let request: UInt64
  let place: AttachmentPlace
  let began: Instant
  var heard: Instant
  /// The sealed stream, once the attachment was opened.
  var sealing: SealingStream?
  var seal: AttachmentSeal?
  var byteCount: UInt64 = 0
  var sent: UInt64 = 0
  /// Pieces that were sent, and those of them that the neighbour took.
  var (pieces, taken): (UInt32, UInt32) = (0, 0)
  /// Whether the disk is waited for.
  var isReading = true

  init(_ number: UInt64, _ request: UInt64, _ place: AttachmentPlace, at now: Instant) {
    (self.number, self.request, self.place, began, heard) = (number, request, place, now, now)
  }

  /// Bytes of the next piece.
  var nextByteCount: Int { Int(min(UInt64(AttachmentExchange.pieceByteCount), byteCount - sent)) }
}

// The owner's side.
extension AttachmentExchange {
  func fetch(_ request: UInt64, _ place: AttachmentPlace, from country: CountryCode) {
    if links[country]?.serving != nil {
      let refusal = AttachmentRefusal(.busy, "another attachment is being sent to \(country); one goes at a time")
      return effects.append(.send(.end(request: request, refusal), to: country))
    }
    let serving = Serving(nextNumber(), request, place, at: now)
    links[country]?.serving = serving
    effects.append(.open(serving: serving.number, place, for: country))
  }

  func opened(_ number: UInt64, _ byteCount: UInt64, _ seal: AttachmentSeal) {
    guard let country = country(serving: number), let serving = links[country]?.serving, serving.seal == nil else {
      // The neighbour has gone meanwhile.
      return effects.append(.close(serving: number))
    }
    guard (1...Self.longestByteCount).contains(byteCount), let stream = try? seal.sealing() else {
      return endServing(country, AttachmentRefusal(.unreadable, "the attachment cannot be sent; ask again later"))
    }
    // Before the first byte leaves: who has had even a part of it is in the log.
    log(.info, "\(country) fetches the attachment of \(serving.place)")
    let header = stream.header
    serving.sealing = consume stream
    (serving.seal, serving.byteCount) = (seal, byteCount)
    serving.heard = now
    effects.append(.send(.begin(request: serving.request, byteCount: byteCount, header: header), to: country))
    effects.append(.read(serving: number, byteCount: serving.nextByteCount))
  }

  func read(_ number: UInt64, _ bytes: [UInt8]) {
    guard let country = country(serving: number), let serving = links[country]?.serving, serving.isReading,
      let binding = serving.seal?.binding
    else { return }
    serving.isReading = false
    guard bytes.count == serving.nextByteCount else {
      return endServing(country, AttachmentRefusal(.unreadable, "the attachment cannot be read to its end"))
    }
    let isLast = serving.sent + UInt64(bytes.count) == serving.byteCount
    guard let sealed = serving.sealing?.seal(bytes, isLast: isLast, associatedData: binding) else { return }
    effects.append(.send(.piece(request: serving.request, number: serving.pieces, sealed: sealed), to: country))
    serving.sent += UInt64(bytes.count)
    serving.pieces += 1
    serving.heard = now
    readNext(serving)
  }

  private func readNext(_ serving: Serving) {
    guard !serving.isReading, serving.seal != nil, serving.sent < serving.byteCount,
      serving.pieces - serving.taken < Self.mostUntaken
    else { return }
    serving.isReading = true
    effects.append(.read(serving: serving.number, byteCount: serving.nextByteCount))
  }

  func taken(_ request: UInt64, _ pieces: UInt32, by country: CountryCode) {
    guard let serving = links[country]?.serving, serving.request == request, pieces > serving.taken,
      pieces <= serving.pieces
    else { return }
    serving.taken = pieces
    serving.heard = now
    guard serving.sent == serving.byteCount, pieces == serving.pieces else { return readNext(serving) }
    close(serving, country)
  }

  func stopped(_ request: UInt64, by country: CountryCode) {
    guard let serving = links[country]?.serving, serving.request == request else { return }
    log(.info, "\(country) wants no more of the attachment of \(serving.place)")
    close(serving, country)
  }

  /// Sends no more, and tells the neighbour why.
  func endServing(_ country: CountryCode, _ refusal: AttachmentRefusal) {
    guard let serving = links[country]?.serving else { return }
    effects.append(.send(.end(request: serving.request, refusal), to: country))
    if let link = links[country], link.loggedRefusals < Self.mostLoggedRefusals {
      links[country]?.loggedRefusals += 1
      // The names in a request that is refused are the neighbour's own words: streams have a form, and no digest is logged.
      log(
        .warning,
        "\(country) asked for the attachment of \(serving.place): \(refusal.reason)"
      )
    }
    close(serving, country)
  }

  private func close(_ serving: Serving, _ country: CountryCode) {
    links[country]?.serving = nil
    effects.append(.close(serving: serving.number))
  }
}
