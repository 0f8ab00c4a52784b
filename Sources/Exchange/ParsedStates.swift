import Ledger
import Synchronization
import Terms

/// What reading took out of the store's states lately: every lookup asks for the same few, and to take a signed note apart costs
/// more than to fetch it.
final class ParsedStates: Sendable {
  /// Beyond so many all are forgotten; a node has a few hundred streams, and a stretch begins with an agreement.
  private static let most = 1024

  private struct Place: Hashable {
    let stream: StreamName
    let stretch: UInt32
  }

  private struct Contents {
    var states: [StreamName: (bytes: [UInt8], state: StreamState)] = [:]
    var contexts: [Place: EntryContext] = [:]
  }

  private let contents = Mutex(Contents())

  /// The state that these bytes say, as they were fetched just now.
  func state(_ bytes: [UInt8], of stream: StreamName) throws(ReadError) -> StreamState {
    if let known = contents.withLock({ $0.states[stream] }), known.bytes == bytes { return known.state }
    let state = try StreamState(bytes)
    contents.withLock { contents in
      if contents.states.count >= Self.most { contents.states = [:] }
      contents.states[stream] = (bytes, state)
    }
    return state
  }

  /// What the entries of a stretch have in common; made once, as a stretch never changes.
  func context(
    _ stream: StreamName, _ stretch: UInt32, made: () throws(ReadError) -> EntryContext
  ) throws(ReadError) -> EntryContext {
    let place = Place(stream: stream, stretch: stretch)
    if let known = contents.withLock({ $0.contexts[place] }) { return known }
    let context = try made()
    contents.withLock { contents in
      if contents.contexts.count >= Self.most { contents.contexts = [:] }
      contents.contexts[place] = context
    }
    return context
  }
}
