import Ledger
import Terms

/// The last entries made for a neighbour, as they will be sent. While the neighbour keeps up, a batch is taken from here as
/// soon as its commit is durable, instead of being read back, opened, projected and sealed a second time. It is only a
/// shorter way: what is not here is read from the store.
struct RecentEntries {
  /// Bytes beyond which the neighbour is taken not to keep up, and all is forgotten: sixteen batches.
  static let mostByteCount = 16 * Message.Batch.closedAtByteCount

  /// The index of the first entry that is here.
  private(set) var first: UInt64
  private var leaves: [NodeHash] = []
  private var entries = ByteWriter()
  private var bodies = ByteWriter()
  /// Where each entry ends in `entries` and in `bodies`.
  private var ends: [(entry: Int, body: Int)] = []

  /// None yet; the next entry of the stream has the index `first`.
  init(first: UInt64) { self.first = first }

  /// Takes in the stream's next entry with its body, sealed for the neighbour.
  mutating func append(_ entry: Entry, _ leaf: NodeHash, sealed: [UInt8]) {
    if entries.bytes.count + bodies.bytes.count > Self.mostByteCount {
      self = Self(first: first + UInt64(leaves.count))
    }
    leaves.append(leaf)
    PackedEntries.append(entry, to: &entries)
    bodies.sealed(sealed[...])
    ends.append((entries.bytes.count, bodies.bytes.count))
  }

  /// Whether the entry of this index is here.
  func holds(_ index: UInt64) -> Bool { index >= first && index - first < UInt64(leaves.count) }

  /// The entries from the frontier's size on, below `end`, as far as one batch holds; moves the frontier on. Nil when the
  /// next one is not here.
  func batch(_ frontier: inout Frontier, end: UInt64) -> (count: Int, entries: [UInt8], bodies: [UInt8])? {
    guard holds(frontier.size), frontier.size < end else { return nil }
    let start = Int(frontier.size - first)
    let origin = start == 0 ? (entry: 0, body: 0) : ends[start - 1]
    var next = start
    while next < leaves.count, frontier.size < end, next - start < Message.Batch.mostEntries,
      next == start || ends[next - 1].body - origin.body < Message.Batch.closedAtByteCount
    {
      frontier.append(leaves[next])
      next += 1
    }
    let last = ends[next - 1]
    return (next - start, Array(entries.bytes[origin.entry..<last.entry]), Array(bodies.bytes[origin.body..<last.body]))
  }

  /// Forgets the entries below an index: they were sent.
  mutating func forget(below index: UInt64) {
    guard index > first else { return }
    let count = Int(clamping: index - first)
    guard count < leaves.count else {
      self = Self(first: first + UInt64(leaves.count))
      return
    }
    var rest = Self(first: index)
    let origin = ends[count - 1]
    rest.leaves = Array(leaves[count...])
    rest.entries.raw(entries.bytes[origin.entry...])
    rest.bodies.raw(bodies.bytes[origin.body...])
    rest.ends = ends[count...].map { ($0.entry - origin.entry, $0.body - origin.body) }
    self = rest
  }
}
