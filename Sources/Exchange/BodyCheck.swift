import Ledger
import Terms

/// What the records of a batch are checked for that needs nothing but the record itself: that the body opens, is what the entry
/// commits to, and keeps to the terms. That is most of the work on a batch, so it is spread over the processors; what comes
/// of it does not depend on that.
struct BodyCheck: Sendable {
  /// Records that one processor takes at a time; fewer than twice as many are not worth waking another for.
  private static let share = 16

  let context: EntryContext
  let terms: StreamTerms
  let rules: any RecordRules
  let keys: Keyring
  let processors: any Processors

  /// An entry with its body as it was sent, and the key of its epoch.
  struct Piece: Sendable {
    let index: UInt64
    let entry: Entry
    /// Empty of what has no body, or is kept without.
    let sealed: ArraySlice<UInt8>
    let epoch: EpochKey?
  }

  /// What is known of an entry that passed.
  struct Passed: Sendable {
    let leaf: NodeHash
    /// Under which it is found.
    let keys: [BlindKey]
  }

  /// Checks all; the results are in the order of the pieces.
  func run(_ pieces: [Piece]) -> [Result<Passed, IncomingWork.Fault>] {
    guard pieces.count >= 2 * Self.share else { return pieces.map(result) }
    return Array(unsafeUninitializedCapacity: pieces.count) { buffer, count in
      // Each share writes its own places and no other.
      nonisolated(unsafe) let places = buffer
      processors.each(below: (pieces.count + Self.share - 1) / Self.share) { share in
        for place in share * Self.share..<min((share + 1) * Self.share, pieces.count) {
          places.initializeElement(at: place, to: result(of: pieces[place]))
        }
      }
      count = pieces.count
    }
  }

  private func result(of piece: Piece) -> Result<Passed, IncomingWork.Fault> {
    Result { () throws(IncomingWork.Fault) in try passed(piece) }
  }

  private func passed(_ piece: Piece) throws(IncomingWork.Fault) -> Passed {
    let leaf = context.leaf(piece.entry)
    guard !piece.sealed.isEmpty else { return Passed(leaf: leaf, keys: []) }
    let body = try open(piece, leaf)
    do {
      let read = try rules.verify(body, kind: piece.entry.kind, terms: terms)
      let dataset = terms.stream.dataset
      return Passed(
        leaf: leaf,
        keys: read.searchKeys.map { keys.blindKey(dataset: dataset, field: $0.field, value: $0.value) })
    } catch {
      throw IncomingWork.Fault(
        code: .badEntry, reason: "entry \(piece.index) breaks the agreement: \(error)", index: piece.index)
    }
  }

  private func open(_ piece: Piece, _ leaf: NodeHash) throws(IncomingWork.Fault) -> [UInt8] {
    func fault(_ words: String) -> IncomingWork.Fault {
      IncomingWork.Fault(code: .badEntry, reason: words, index: piece.index)
    }
    guard let epoch = piece.epoch else { throw fault("entry \(piece.index) comes before any epoch") }
    guard let body = try? epoch.open(piece.sealed, leaf: leaf) else {
      throw fault("the body of entry \(piece.index) does not open")
    }
    guard epoch.commitment(to: body, of: piece.entry.id) == piece.entry.commitment else {
      throw fault("the body of entry \(piece.index) is not the one it commits to")
    }
    return body
  }
}
