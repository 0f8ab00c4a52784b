import Catalog
import Exchange
import Foundation
import Ledger
import Sodium
import Terms
import Testing

/// Compares what a status said with what the stores of both sides say when everything is counted again.
struct HonestCheck {
  let here: StoredHome
  let there: StoredHome

  /// `isQuiet`: nothing was under way when the status was taken, so that it must be as fresh as the neighbour's disk.
  func check(_ status: JSONValue, _ ending: Ending, isQuiet: Bool, _ when: String) throws {
    let streams = status["streams"]?.items ?? []
    let isFlowing =
      status["running"]?.boolean == true && status["problems"]?.items.isEmpty == true
      && streams.allSatisfy { $0["flowing"]?.boolean == true }
    #expect(status["flowing"]?.boolean == isFlowing, "\(when)")
    #expect(ending == .exit(isFlowing ? 0 : 1), "\(when)")

    let own = here.home.config.country
    let agreement = try #require(try here.home.countingAgreements(with: there.home.config.country).last)
    let agreed = Set(agreement.terms.streams.map(\.stream)).union(try here.reader.streams())
    #expect(Set(streams.compactMap { $0["stream"]?.string }) == Set(agreed.map(\.description)), "\(when)")
    for stream in streams {
      let name = try StreamName(stream["stream"]?.string ?? "")
      let state = try here.reader.state(of: name)
      let count = try here.recount(name)
      let text = "\(when): \(own) on \(stream.json)"
      #expect(stream["size"]?.number == Int64(count.size), "\(text)")
      #expect(stream["halted"]?.string == state.halted, "\(text)")
      if count.size > 0 { try checkSignature(name, state, count, text) }
      if name.isHome { continue }
      let other = Int64(try there.recount(name).size)
      if name.origin == own {
        try checkOutgoing(stream, status, state, held: other, size: Int64(count.size), isQuiet: isQuiet, text)
      } else {
        try checkIncoming(stream, status, state, sent: other, size: Int64(count.size), isQuiet: isQuiet, text)
      }
    }
  }

  /// The kept checkpoint is signed by the log key of the origin's card, and of all entries; of an own stream's last ones it may not be.
  private func checkSignature(_ name: StreamName, _ state: StreamState, _ count: StoredHome.Count, _ text: String)
    throws
  {
    #expect(state.size == count.size && state.frontier.root == count.root, "\(text)")
    #expect(!state.lacksCheckpoint(isOwn: name.origin == here.home.config.country), "\(text)")
    guard let signed = state.checkpoint else { return }
    let size = signed.checkpoint.size
    #expect(try Frontier(size: size, from: here.reader.tree(name)).root == signed.checkpoint.root, "\(text)")
    let card = try #require(try here.home.card(of: name.origin), "\(text)")
    #expect(try signed.isSigned(byLog: [card.content.log]), "\(text)")
  }

  private func checkOutgoing(
    _ stream: JSONValue, _ status: JSONValue, _ state: StreamState, held: Int64, size: Int64, isQuiet: Bool,
    _ text: String
  ) throws {
    let shown = try #require(stream["receipt_size"]?.number, "\(text)")
    let kept = Int64(state.receipt?.checkpoint.size ?? 0)
    // Never more than the neighbour's disk holds; never less than what is signed on this one.
    #expect(kept <= shown && shown <= held, "\(text): kept \(kept), held there \(held)")
    if isQuiet { #expect(shown == held, "\(text): held there \(held)") }
    if let receipt = state.receipt {
      let time = try signedTime(receipt, by: there.home.config.country, text)
      #expect(try Frontier(size: UInt64(kept), from: here.reader.tree(name(stream))).root == receipt.checkpoint.root)
      // A later receipt for the same may not be on the disk yet.
      try checkShown("receipt_time", of: stream, status, isAtLeast: time, text)
    }
    #expect(stream["lag_records"]?.number == size - shown, "\(text)")
    let lag = try #require(stream["lag_milliseconds"]?.number, "\(text)")
    #expect((lag > 0) == (size > shown), "\(text)")
    if size > shown {
      let oldest = try here.reader.entry(name(stream), at: UInt64(shown)).entry.id.time
      let now = try Instant(try #require(status["time"]?.string))
      #expect(lag <= max(1, now.milliseconds(since: oldest)), "\(text)")
    }
  }

  private func checkIncoming(
    _ stream: JSONValue, _ status: JSONValue, _ state: StreamState, sent: Int64, size: Int64, isQuiet: Bool,
    _ text: String
  ) throws {
    #expect(stream["receipt_size"]?.number == Int64(state.checkpoint?.checkpoint.size ?? 0), "\(text)")
    // Of what the origin has beyond this it can know only what it heard of.
    let lag = try #require(stream["lag_records"]?.number, "\(text)")
    // An origin that lost data has less than is held here: nothing is behind then.
    let missing = max(0, sent - size)
    #expect(lag >= 0 && lag <= missing, "\(text): there \(sent)")
    if isQuiet { #expect(lag == missing, "\(text): there \(sent)") }
    if let checkpoint = state.checkpoint {
      let time = try signedTime(checkpoint, by: there.home.config.country, text)
      try checkShown("as_of", of: stream, status, isAtLeast: time, text)
    } else {
      #expect(size == 0, "\(text)")
    }
  }

  /// The time shown is that of the disk, or later. What was signed about when the status was taken may have come after it, as the
  /// nodes went on for a moment: then the one before it was shown. How old that may be at most on a machine that does not stand still,
  /// another test proves.
  private func checkShown(
    _ member: String, of stream: JSONValue, _ status: JSONValue, isAtLeast time: Int64, _ text: String
  ) throws {
    let shown = stream[member]?.string.flatMap { try? Instant($0) }?.seconds ?? 0
    let taken = try Instant(try #require(status["time"]?.string)).seconds
    // The first of all may be the one that came after it.
    if shown == 0, time > taken { return }
    #expect(shown >= (time <= taken - 2 ? time : min(time, taken - 120)), "\(text): \(time) is on the disk")
  }

  private func name(_ stream: JSONValue) throws -> StreamName { try StreamName(stream["stream"]?.string ?? "") }

  /// The time of a cosignature, verified with the receipt key of the country's card.
  private func signedTime(_ note: SignedCheckpoint, by country: CountryCode, _ text: String) throws -> Int64 {
    let card = try #require(try here.home.card(of: country), "\(text)")
    let key = NoteKey(.receipt, of: country, in: here.home.config.realm, key: card.content.receipt)
    return Int64(clamping: try #require(try note.note.time(of: key), "\(text): not signed by \(country)"))
  }
}
