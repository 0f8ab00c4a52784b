import Sodium
import Terms

/// The root of a Merkle tree: what a checkpoint signs.
public struct RootHash: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes.
  public let digest: Digest
  /// A root from its bytes.
  public init(_ digest: Digest) { self.digest = digest }
  /// Lower-case hexadecimal digits.
  public var description: String { digest.description }
  /// The root of the empty tree: SHA-256 of nothing (RFC 6962 section 2.1).
  public static let empty = RootHash(SHA256.hash([]))
}

/// The hash of a leaf or of a subtree of a Merkle tree.
public struct NodeHash: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes.
  public let digest: Digest
  /// A node from its bytes.
  public init(_ digest: Digest) { self.digest = digest }
  /// Lower-case hexadecimal digits.
  public var description: String { digest.description }

  /// The hash of a leaf: SHA-256(0x00 || entry) (RFC 6962 section 2.1).
  public static func leaf(_ entry: UnsafeRawBufferPointer) -> NodeHash {
    var hash = SHA256()
    withUnsafeBytes(of: UInt8(0)) { hash.update($0) }
    hash.update(entry)
    return NodeHash(hash.finish())
  }

  /// The hash of a leaf: SHA-256(0x00 || entry) (RFC 6962 section 2.1).
  public static func leaf(_ entry: [UInt8]) -> NodeHash { entry.withUnsafeBytes { leaf($0) } }

  /// The hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962 section 2.1).
  public static func parent(_ left: NodeHash, _ right: NodeHash) -> NodeHash {
    withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { buffer in
      buffer[0] = 1
      left.digest.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: $0) }
      right.digest.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: $0) }
      return NodeHash(SHA256.hash(UnsafeRawBufferPointer(buffer)))
    }
  }
}

/// A tree's right edge: the roots of the complete subtrees that make it up, largest first. It is all that is needed to
/// append and to know the root; at most 64 hashes.
public struct Frontier: Hashable, Sendable {
  /// The number of leaves.
  public private(set) var size: UInt64 = 0
  private var nodes: [NodeHash] = []

  /// The empty tree.
  public init() {}

  /// Appends a leaf. Returns the root of the subtree of `tileLeaves` leaves (a power of two) that it completed, if any.
  @discardableResult
  public mutating func append(_ leaf: NodeHash, tileLeaves: UInt64 = 256) -> NodeHash? {
    var node = leaf
    var tile: NodeHash? = nil
    var covered: UInt64 = 1
    // Each trailing one-bit of the size is a complete subtree as large as the node in hand.
    while size & covered != 0, let left = nodes.popLast() {
      node = .parent(left, node)
      covered <<= 1
      if covered == tileLeaves { tile = node }
    }
    nodes.append(node)
    size += 1
    return tile
  }

  /// The tree's root.
  public var root: RootHash {
    guard var node = nodes.last else { return .empty }
    for left in nodes.dropLast().reversed() { node = .parent(left, node) }
    return RootHash(node.digest)
  }

  /// The right edge of the first `size` leaves of a log.
  public init<S: HashSource>(size: UInt64, from source: S) throws(S.Failure) {
    var low: UInt64 = 0
    for level in (0..<64).reversed() where size >> UInt64(level) & 1 == 1 {
      nodes.append(try source.node(level: level, index: low >> UInt64(level)))
      low += 1 << UInt64(level)
    }
    self.size = size
  }

  /// The form that is kept: size (8 bytes, big-endian), then the hashes, largest subtree first.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 8 + nodes.count * 32)
    writer.uint64(size)
    for node in nodes { writer.digest(node.digest) }
    return writer.bytes
  }

  /// Reads the kept form.
  /// - Throws: `ByteError` when the number of hashes is not that of the size, or the size is beyond any checkpoint's.
  public init(reading reader: inout ByteReader) throws(ByteError) {
    let at = reader.offset
    size = try reader.uint64("frontier size")
    guard size <= Checkpoint.largestSize else {
      throw ByteError(field: "frontier size", offset: at, problem: "\(size) leaves are more than a log may have")
    }
    for _ in 0..<size.nonzeroBitCount { nodes.append(NodeHash(try reader.digest("frontier hash"))) }
  }
}
