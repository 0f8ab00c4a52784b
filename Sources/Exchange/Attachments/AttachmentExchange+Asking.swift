import Sodium
import Terms

/// An attachment on its way from a neighbour.
final class Asking {
  /// Its request's number.
  let number: UInt64
  var wanted: AttachmentExchange.Wanted
  let began: Instant
  var heard: Instant
  /// The sealed stream, once the owner began.
  var opening: OpeningStream?
  var byteCount: UInt64 = 0
  var received: UInt64 = 0
  var hash = SHA256()
  /// Pieces that came, and those of them that are written.
  var (pieces, written): (UInt32, UInt32) = (0, 0)
  /// Whether all came and was checked; then the disk alone is waited for.
  var isWhole = false

  init(_ number: UInt64, _ wanted: AttachmentExchange.Wanted, at now: Instant) {
    (self.number, self.wanted, began, heard) = (number, wanted, now, now)
  }

  /// Opens the next piece.
  /// - Throws: `SodiumError` when it is not the next piece of this attachment of this record.
  func open(_ sealed: [UInt8]) throws(SodiumError) -> (bytes: [UInt8], isLast: Bool) {
    guard let bytes = try opening?.open(sealed, associatedData: wanted.seal.binding) else {
      throw .doesNotOpen(what: "a piece")
    }
    return (bytes, opening?.isEnded == true)
  }
}

// The asker's side.
extension AttachmentExchange {
  func ask(_ wanted: Wanted) {
    let country = wanted.place.stream.origin
    guard let link = links[country] else {
      return effects.append(.answered(tokens: wanted.tokens, .linkDown(country)))
    }
    // The same asked again while it is on its way is answered together with it.
    if let asking = link.asking, asking.wanted.place == wanted.place {
      asking.wanted.tokens += wanted.tokens
    } else if let place = link.waiting.firstIndex(where: { $0.place == wanted.place }) {
      links[country]?.waiting[place].tokens += wanted.tokens
    } else if link.waiting.count >= Self.mostWaiting {
      effects.append(.answered(tokens: wanted.tokens, .busy(country)))
    } else {
      links[country]?.waiting.append(wanted)
      askNext(country)
    }
  }

  func askNext(_ country: CountryCode) {
    guard let link = links[country], link.isAble, link.asking == nil, let wanted = link.waiting.first else { return }
    let asking = Asking(nextNumber(), wanted, at: now)
    links[country]?.waiting.removeFirst()
    links[country]?.asking = asking
    effects.append(.send(.fetch(request: asking.number, wanted.place), to: country))
  }

  /// What is under way with this number; messages about one that has ended are passed over.
  private func asking(_ request: UInt64, of country: CountryCode) -> Asking? {
    guard let asking = links[country]?.asking, asking.number == request, !asking.isWhole else { return nil }
    asking.heard = now
    return asking
  }

  func begun(_ request: UInt64, _ byteCount: UInt64, _ header: [UInt8], by country: CountryCode) {
    guard let asking = asking(request, of: country) else { return }
    guard asking.opening == nil else { return fail(country, .broken(country)) }
    guard (1...Self.longestByteCount).contains(byteCount) else {
      return fail(country, .tooLong(country, byteCount: byteCount))
    }
    if let expected = asking.wanted.byteCount, expected != byteCount {
      return fail(country, .otherSize(country, expected: expected, found: byteCount))
    }
    do throws(SodiumError) { asking.opening = try asking.wanted.seal.opening(header) } catch {
      return fail(country, .store(.failed("\(error)")))
    }
    asking.byteCount = byteCount
    effects.append(.begin(asking: request))
  }

  func takePiece(_ request: UInt64, _ number: UInt32, _ sealed: [UInt8], from country: CountryCode) {
    guard let asking = asking(request, of: country) else { return }
    guard asking.opening != nil, number == asking.pieces, asking.pieces - asking.written < Self.mostUntaken,
      let (bytes, isLast) = try? asking.open(sealed)
    else { return fail(country, .broken(country)) }
    asking.pieces += 1
    asking.received += UInt64(bytes.count)
    asking.hash.update(bytes)
    // The size was told and is bounded: no more than that is ever written.
    guard asking.received <= asking.byteCount, isLast || bytes.count == Self.pieceByteCount,
      isLast == (asking.received == asking.byteCount)
    else { return fail(country, .broken(country)) }
    if isLast {
      let hash = asking.hash
      guard hash.finish() == asking.wanted.place.digest else { return fail(country, .otherContent(country)) }
      asking.isWhole = true
    }
    effects.append(.write(asking: request, bytes))
  }

  func written(_ number: UInt64) {
    guard let country = country(asking: number), let asking = links[country]?.asking else { return }
    asking.written += 1
    effects.append(.send(.taken(request: number, pieces: asking.written), to: country))
    if asking.isWhole, asking.written == asking.pieces {
      effects.append(.keep(asking: number))
    }
  }

  func refused(_ request: UInt64, _ refusal: AttachmentRefusal, by country: CountryCode) {
    guard asking(request, of: country) != nil else { return }
    finish(country, .refused(country, refusal))
  }

  /// Ends what is asked of a neighbour, and tells it.
  func fail(_ country: CountryCode, _ failure: AttachmentFailure) {
    if let asking = links[country]?.asking { effects.append(.send(.stop(request: asking.number), to: country)) }
    finish(country, failure)
  }

  func finish(_ country: CountryCode, _ failure: AttachmentFailure?) {
    guard let asking = links[country]?.asking else { return }
    links[country]?.asking = nil
    let place = asking.wanted.place
    if let failure {
      if asking.opening != nil { effects.append(.abandon(asking: asking.number)) }
      log(.warning, "the attachment of \(place) did not come: \(failure)")
    }
    effects.append(.answered(tokens: asking.wanted.tokens, failure))
    askNext(country)
  }
}
