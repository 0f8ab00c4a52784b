/// A bug put into a world on purpose: a checker that misses one of these would prove nothing.
public enum Planted: String, Sendable, CaseIterable {
  /// A node calls a commit durable before it is on the disk.
  case earlyAnswer
  /// A disk that says it kept a commit and did not.
  case lostCommit
  /// A crash brings an older state of the disk back.
  case oldDisk
  /// A neighbour is sent every field, and takes it.
  case leakedField
  /// A filter that lets nothing through.
  case closedFilter
  /// References that are not remembered.
  case forgottenReference
  /// Records that are not put into the index.
  case missingIndex
  /// A recipient that signs for more than it holds.
  case falseReceipt
}
