import Ledger
import Sodium
import Terms

/// Two checkpoints of one log that cannot both be true: a portable proof that the log's key signed a fork.
///
/// When sizes differ, `prefixRoot` and `path` show what the larger tree's beginning really is: `path` proves that the
/// tree of the smaller size with root `prefixRoot` is the beginning of the larger one, and that root is not the one the
/// smaller checkpoint names.
public struct ForkProof: Hashable, Sendable {
  /// The checkpoint with the smaller size (or the one held first).
  public let first: SignedCheckpoint
  /// The other one.
  public let second: SignedCheckpoint
  /// The root of the larger tree's beginning; nil when the sizes are equal.
  public let prefixRoot: RootHash?
  /// The consistency proof of that beginning.
  public let path: [NodeHash]

  /// Two checkpoints that cannot both be true.
  public init(first: SignedCheckpoint, second: SignedCheckpoint, prefixRoot: RootHash? = nil, path: [NodeHash] = []) {
    (self.first, self.second, self.prefixRoot, self.path) = (first, second, prefixRoot, path)
  }

  /// Whether one of these log keys signed both, and they contradict each other.
  public func isValid(logKeys: [VerifyingKey]) -> Bool {
    guard (try? first.isSigned(byLog: logKeys)) == true, (try? second.isSigned(byLog: logKeys)) == true else {
      return false
    }
    let (a, b) = (first.checkpoint, second.checkpoint)
    guard a.origin == b.origin else { return false }
    if a.size == b.size { return a.root != b.root }
    guard a.size < b.size, let prefixRoot, prefixRoot != a.root else { return false }
    return Proof.verifyConsistency(from: a.size, oldRoot: prefixRoot, to: b.size, newRoot: b.root, path: path)
  }

  /// The name under which it is kept.
  public static func stateKey(_ stream: StreamName) -> String { "fork/\(stream)" }

  /// The kept and sent form.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 2048)
    writer.vector16(first.bytes)
    writer.vector16(second.bytes)
    if let prefixRoot {
      writer.uint8(UInt8(clamping: path.count))
      writer.digest(prefixRoot.digest)
      for node in path { writer.digest(node.digest) }
    } else {
      writer.uint8(0xFF)
    }
    return writer.bytes
  }

  /// Reads the kept and sent form.
  public init(_ bytes: [UInt8]) throws(ReadError) {
    do {
      var reader = ByteReader(bytes)
      first = try SignedCheckpoint(try reader.vector16("first checkpoint"))
      second = try SignedCheckpoint(try reader.vector16("second checkpoint"))
      let count = try reader.uint8("path length")
      if count == 0xFF {
        prefixRoot = nil
        path = []
      } else {
        prefixRoot = RootHash(try reader.digest("prefix root"))
        var nodes: [NodeHash] = []
        for _ in 0..<count { nodes.append(NodeHash(try reader.digest("path"))) }
        path = nodes
      }
      try reader.finish("fork proof")
    } catch {
      throw .damaged("a fork proof: \(error)")
    }
  }
}
