import Sodium
import Terms

/// Gives the hashes of complete subtrees of a log, for making proofs.
public protocol HashSource {
  /// What reading can fail with.
  associatedtype Failure: Error
  /// The hash of the complete subtree of 2^`level` leaves that starts at leaf `index` << `level`.
  func node(level: Int, index: UInt64) throws(Failure) -> NodeHash
}

/// Inclusion and consistency proofs (RFC 6962 section 2.1, RFC 9162 section 2.1).
public enum Proof {
  /// The longest proof in a tree of fewer than 2^63 leaves; longer ones are refused unread.
  public static let longest = 126

  /// The audit path of leaf `index` in the tree of the first `size` leaves (RFC 6962 section 2.1.1), leaf's sibling first.
  public static func inclusion<S: HashSource>(
    of index: UInt64, in size: UInt64, from source: S
  ) throws(S.Failure) -> [NodeHash] {
    guard index < size else { return [] }
    var path: [NodeHash] = []
    var (low, high) = (UInt64(0), size)
    // Walks down to the leaf; each step's other half is one element, root's child last.
    while high - low > 1 {
      let split = low + largestPower(below: high - low)
      if index < split {
        path.append(try subtree(split..<high, source))
        high = split
      } else {
        path.append(try subtree(low..<split, source))
        low = split
      }
    }
    return path.reversed()
  }

  /// The consistency proof between the trees of the first `old` and the first `new` leaves (RFC 6962 section 2.1.2).
  public static func consistency<S: HashSource>(
    from old: UInt64, to new: UInt64, from source: S
  ) throws(S.Failure) -> [NodeHash] {
    guard old > 0, old < new else { return [] }
    var path: [NodeHash] = []
    var (low, high) = (UInt64(0), new)
    var whole = true
    while high != old {
      let split = low + largestPower(below: high - low)
      if old <= split {
        path.append(try subtree(split..<high, source))
        high = split
      } else {
        path.append(try subtree(low..<split, source))
        low = split
        whole = false
      }
    }
    if !whole { path.append(try subtree(low..<high, source)) }
    return path.reversed()
  }

  /// The root of the tree of the leaves in a range that starts where a subtree starts.
  public static func root<S: HashSource>(of size: UInt64, from source: S) throws(S.Failure) -> RootHash {
    size == 0 ? .empty : RootHash(try subtree(0..<size, source).digest)
  }

  private static func subtree<S: HashSource>(_ range: Range<UInt64>, _ source: S) throws(S.Failure) -> NodeHash {
    // Complete subtrees from the left, largest first, then joined from the right.
    var nodes: [NodeHash] = []
    var low = range.lowerBound
    while low < range.upperBound {
      let level = 63 - (range.upperBound - low).leadingZeroBitCount
      nodes.append(try source.node(level: level, index: low >> UInt64(level)))
      low += 1 << UInt64(level)
    }
    guard var node = nodes.popLast() else { return NodeHash(RootHash.empty.digest) }
    while let left = nodes.popLast() { node = .parent(left, node) }
    return node
  }

  /// Whether `path` proves that `leaf` is leaf number `index` of the tree with this size and root
  /// (RFC 9162 section 2.1.3.2).
  public static func verifyInclusion(
    of leaf: NodeHash, at index: UInt64, in size: UInt64, root: RootHash, path: [NodeHash]
  ) -> Bool {
    guard index < size, path.count <= longest else { return false }
    var (fn, sn) = (index, size - 1)
    var node = leaf
    for sibling in path {
      guard sn != 0 else { return false }
      if fn & 1 == 1 || fn == sn {
        node = .parent(sibling, node)
        while fn & 1 == 0, fn != 0 { (fn, sn) = (fn >> 1, sn >> 1) }
      } else {
        node = .parent(node, sibling)
      }
      (fn, sn) = (fn >> 1, sn >> 1)
    }
    return sn == 0 && node.digest == root.digest
  }

  /// Whether `path` proves that the tree of `old` leaves is a prefix of that of `new` leaves (RFC 9162 section 2.1.4.2).
  /// Of an empty tree every tree is a continuation, and the path is empty.
  public static func verifyConsistency(
    from old: UInt64, oldRoot: RootHash, to new: UInt64, newRoot: RootHash, path: [NodeHash]
  ) -> Bool {
    guard old <= new, path.count <= longest else { return false }
    if old == new { return path.isEmpty && oldRoot == newRoot }
    if old == 0 { return path.isEmpty && oldRoot == .empty }
    var rest = path[...]
    // When the old size is a power of two, its root is the first element and is left out of the path.
    let first: NodeHash
    if old & (old - 1) == 0 {
      first = NodeHash(oldRoot.digest)
    } else if let head = rest.popFirst() {
      first = head
    } else {
      return false
    }
    var (fn, sn) = (old - 1, new - 1)
    while fn & 1 == 1 { (fn, sn) = (fn >> 1, sn >> 1) }
    var (fr, sr) = (first, first)
    for node in rest {
      guard sn != 0 else { return false }
      if fn & 1 == 1 || fn == sn {
        fr = .parent(node, fr)
        sr = .parent(node, sr)
        while fn & 1 == 0, fn != 0 { (fn, sn) = (fn >> 1, sn >> 1) }
      } else {
        sr = .parent(sr, node)
      }
      (fn, sn) = (fn >> 1, sn >> 1)
    }
    return sn == 0 && fr.digest == oldRoot.digest && sr.digest == newRoot.digest
  }

  /// The largest power of two below `count`, which must be at least 2.
  private static func largestPower(below count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }
}
