import Terms

/// A proof that an entry is in a log, verifiable offline (C2SP tlog-proof 1.0.0).
public struct TlogProof: Hashable, Sendable {
  /// Opaque data for the application, not authenticated; nil for none.
  public let extra: [UInt8]?
  /// The entry's index.
  public let index: UInt64
  /// The audit path, leaf's sibling first.
  public let path: [NodeHash]
  /// The log's checkpoint with its signatures.
  public let checkpoint: SignedCheckpoint

  /// A proof from its parts.
  public init(extra: [UInt8]? = nil, index: UInt64, path: [NodeHash], checkpoint: SignedCheckpoint) {
    (self.extra, self.index, self.path, self.checkpoint) = (extra, index, path, checkpoint)
  }

  /// The text of the file.
  public var description: String {
    var text = "c2sp.org/tlog-proof@v1\n"
    if let extra { text += "extra \(Base64.encode(extra))\n" }
    text += "index \(index)\n"
    for node in path { text += Base64.encode(node.digest.bytes) + "\n" }
    return text + "\n" + checkpoint.note.description
  }

  /// Reads the text of a file.
  /// - Throws: `NoteError` when it is not well formed.
  public init(_ text: some StringProtocol) throws(NoteError) {
    guard text.utf8.count <= SignedNote.longest, let blank = text.firstRange(of: "\n\n") else {
      throw NoteError("not a tlog-proof: no blank line before the checkpoint")
    }
    var lines = text[..<blank.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst() == "c2sp.org/tlog-proof@v1" else {
      throw NoteError("not a tlog-proof: the first line must be c2sp.org/tlog-proof@v1")
    }
    var extra: [UInt8]?
    if let line = lines.first, line.hasPrefix("extra ") {
      extra = Base64.decode(line.dropFirst(6))
      guard extra != nil else { throw NoteError("the tlog-proof's extra line is not base64") }
      lines.removeFirst()
    }
    guard let line = lines.popFirst(), line.hasPrefix("index "), let index = UInt64(line.dropFirst(6)),
      "index \(index)" == line
    else { throw NoteError("the tlog-proof has no index line") }
    guard lines.count <= Proof.longest else { throw NoteError("the tlog-proof's path is too long") }
    var path: [NodeHash] = []
    for line in lines {
      guard let digest = Base64.decode(line).flatMap({ Digest($0) }) else {
        throw NoteError("the tlog-proof's line \"\(line.prefix(60))\" is not a hash")
      }
      path.append(NodeHash(digest))
    }
    self.init(
      extra: extra, index: index, path: path, checkpoint: try SignedCheckpoint(text[blank.upperBound...].utf8))
  }

  /// Whether the entry's bytes are at this index of the tree that the checkpoint names. The checkpoint's signatures are
  /// asked for apart.
  public func includes(_ entry: [UInt8]) -> Bool {
    Proof.verifyInclusion(
      of: .leaf(entry), at: index, in: checkpoint.checkpoint.size, root: checkpoint.checkpoint.root, path: path)
  }
}
