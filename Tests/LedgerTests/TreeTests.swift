import Ledger
import Sodium
import Terms
import Testing

/// The definitions of RFC 6962 section 2.1 written down once more as they stand there, to compare with.
enum Definition {
  static func root(_ leaves: ArraySlice<NodeHash>) -> Digest {
    if leaves.count == 0 { return SHA256.hash([]) }
    if leaves.count == 1 { return leaves[leaves.startIndex].digest }
    let (left, right) = halves(leaves)
    return SHA256.hash([1] + root(left).bytes + root(right).bytes)
  }

  static func path(_ m: Int, _ leaves: ArraySlice<NodeHash>) -> [Digest] {
    if leaves.count == 1 { return [] }
    let (left, right) = halves(leaves)
    return m < left.count ? path(m, left) + [root(right)] : path(m - left.count, right) + [root(left)]
  }

  static func proof(_ m: Int, _ leaves: ArraySlice<NodeHash>, whole: Bool = true) -> [Digest] {
    if m == leaves.count { return whole ? [] : [root(leaves)] }
    let (left, right) = halves(leaves)
    return m <= left.count
      ? proof(m, left, whole: whole) + [root(right)] : proof(m - left.count, right, whole: false) + [root(left)]
  }

  private static func halves(_ leaves: ArraySlice<NodeHash>) -> (ArraySlice<NodeHash>, ArraySlice<NodeHash>) {
    var k = 1
    while k * 2 < leaves.count { k *= 2 }
    return (leaves.prefix(k), leaves.dropFirst(k))
  }
}

@Suite struct TreeTests {
  struct CT: Decodable {
    struct Inclusion: Decodable { let leaf, size: Int, path: [String] }
    struct Consistency: Decodable { let old, new: Int, path: [String] }
    let emptyRoot: String
    let leaves, roots: [String]
    let inclusion: [Inclusion]
    let consistency: [Consistency]
  }

  let ct: CT
  let ctLog: MemoryLog

  init() throws {
    ct = try vectors("ct-merkle", as: CT.self)
    ctLog = MemoryLog(try ct.leaves.map { try #require([UInt8](hex: $0)) })
  }

  @Test func theEmptyTreeHasTheRootOfTheStandard() throws {
    #expect(RootHash.empty == (try root(hex: ct.emptyRoot)))
    #expect(Frontier().root == .empty)
    #expect(Proof.root(of: 0, from: ctLog) == .empty)
  }

  @Test func rootsAreThoseOfCertificateTransparency() throws {
    var frontier = Frontier()
    for (position, leaf) in ct.leaves.enumerated() {
      frontier.append(.leaf(try #require([UInt8](hex: leaf))))
      #expect(frontier.root == (try root(hex: ct.roots[position])))
      #expect(Proof.root(of: UInt64(position + 1), from: ctLog) == frontier.root)
    }
  }

  @Test func inclusionProofsAreThoseOfCertificateTransparency() throws {
    #expect(ct.inclusion.count == 5)
    for vector in ct.inclusion {
      let (index, size) = (UInt64(vector.leaf - 1), UInt64(vector.size))
      let path = try vector.path.map { try node(hex: $0) }
      #expect(Proof.inclusion(of: index, in: size, from: ctLog) == path)
      let root = try root(hex: ct.roots[vector.size - 1])
      #expect(Proof.verifyInclusion(of: ctLog.leaves[Int(index)], at: index, in: size, root: root, path: path))
      checkBadInclusion(ctLog.leaves[Int(index)], index, size, root, path)
    }
  }

  @Test func consistencyProofsAreThoseOfCertificateTransparency() throws {
    #expect(ct.consistency.count == 4)
    for vector in ct.consistency {
      let path = try vector.path.map { try node(hex: $0) }
      let (old, new) = (UInt64(vector.old), UInt64(vector.new))
      #expect(Proof.consistency(from: old, to: new, from: ctLog) == path)
      let (oldRoot, newRoot) = (try root(hex: ct.roots[vector.old - 1]), try root(hex: ct.roots[vector.new - 1]))
      #expect(Proof.verifyConsistency(from: old, oldRoot: oldRoot, to: new, newRoot: newRoot, path: path))
      checkBadConsistency(old, oldRoot, new, newRoot, path)
    }
  }

  @Test func proofsOfNothingAreRefusedAsInCertificateTransparency() {
    let leaf = NodeHash.leaf([UInt8]())
    for (index, size) in [(0, 0), (0, 1), (1, 0), (2, 1)] as [(UInt64, UInt64)] {
      #expect(!Proof.verifyInclusion(of: leaf, at: index, in: size, root: .empty, path: []))
    }
    let (a, b) = (RootHash(SHA256.hash([1])), RootHash(SHA256.hash([2])))
    // Back in time, an empty proof, other roots of one size, a path where none belongs.
    for (old, new) in [(1, 0), (2, 1), (1, 2)] as [(UInt64, UInt64)] {
      #expect(!Proof.verifyConsistency(from: old, oldRoot: a, to: new, newRoot: a, path: []))
    }
    #expect(!Proof.verifyConsistency(from: 0, oldRoot: .empty, to: 0, newRoot: b, path: []))
    #expect(!Proof.verifyConsistency(from: 1, oldRoot: a, to: 1, newRoot: b, path: []))
    for (old, new) in [(0, 0), (0, 1), (1, 1)] as [(UInt64, UInt64)] {
      let path = [NodeHash(RootHash.empty.digest)]
      #expect(!Proof.verifyConsistency(from: old, oldRoot: .empty, to: new, newRoot: .empty, path: path))
    }
    // An old tree of no leaves has one root only; every tree continues it.
    #expect(!Proof.verifyConsistency(from: 0, oldRoot: a, to: 5, newRoot: b, path: []))
    #expect(Proof.verifyConsistency(from: 0, oldRoot: .empty, to: 5, newRoot: b, path: []))
    #expect(Proof.verifyConsistency(from: 5, oldRoot: b, to: 5, newRoot: b, path: []))
  }

  @Test func aLeafHashIsThatOfGo() throws {
    let expected = try vectors("x-mod", as: XMod.self).leafHelloWorld
    #expect(Base64.encode(NodeHash.leaf(Array("hello world".utf8)).digest.bytes) == expected)
  }

  @Test func everyProofOfEveryTreeUpToSeventyLeavesIsThatOfTheDefinition() {
    let log = MemoryLog((0..<70).map { Array("leaf \($0)".utf8) })
    for size in 1...70 {
      let leaves = log.leaves[..<size]
      let root = RootHash(Definition.root(leaves))
      #expect(Proof.root(of: UInt64(size), from: log) == root)
      for index in 0..<size {
        let path = Proof.inclusion(of: UInt64(index), in: UInt64(size), from: log)
        #expect(path.map(\.digest) == Definition.path(index, leaves), "leaf \(index) of \(size)")
        #expect(
          Proof.verifyInclusion(
            of: leaves[index], at: UInt64(index), in: UInt64(size), root: root, path: path), "leaf \(index) of \(size)")
        let old = index + 1
        let oldRoot = RootHash(Definition.root(log.leaves[..<old]))
        let proof = Proof.consistency(from: UInt64(old), to: UInt64(size), from: log)
        #expect(proof.map(\.digest) == Definition.proof(old, leaves), "\(old) to \(size)")
        #expect(
          Proof.verifyConsistency(
            from: UInt64(old), oldRoot: oldRoot, to: UInt64(size), newRoot: root, path: proof), "\(old) to \(size)")
      }
    }
  }

  @Test func noAlteredProofOfAnyTreeUpToTwentyLeavesIsAccepted() {
    let log = MemoryLog((0..<20).map { Array("leaf \($0)".utf8) })
    for size in UInt64(1)...20 {
      let root = Proof.root(of: size, from: log)
      for index in 0..<size {
        checkBadInclusion(
          log.leaves[Int(index)], index, size, root, Proof.inclusion(of: index, in: size, from: log))
        let old = index + 1
        checkBadConsistency(
          old, Proof.root(of: old, from: log), size, root, Proof.consistency(from: old, to: size, from: log))
      }
    }
  }

  @Test func proofsOfWhatIsNotThereAreEmpty() {
    #expect(Proof.inclusion(of: 8, in: 8, from: ctLog) == [])
    #expect(Proof.consistency(from: 0, to: 8, from: ctLog) == [])
    #expect(Proof.consistency(from: 9, to: 8, from: ctLog) == [])
  }

  @Test func sizesAtTheEndOfTheNumbersDoNotTrap() {
    let leaf = NodeHash.leaf([UInt8]())
    let root = RootHash(leaf.digest)
    for count in [0, 1, 62, 63, 64, 65, 126, 127, 1000] {
      let path = [NodeHash](repeating: leaf, count: count)
      for size in [UInt64(0), 1, 2, 1 << 62, 1 << 63, (1 << 63) - 1, .max - 1, .max] {
        for index in [UInt64(0), 1, 1 << 62, size &- 1, size] {
          #expect(
            !Proof.verifyInclusion(of: leaf, at: index, in: size, root: root, path: path) || (size == 1 && count == 0))
          let ok = Proof.verifyConsistency(from: index, oldRoot: root, to: size, newRoot: root, path: path)
          #expect(!ok || (index == size && count == 0))
        }
      }
    }
  }

  /// Every kind of bad inclusion proof that Certificate Transparency's tests try, and neighbours swapped.
  private func checkBadInclusion(
    _ leaf: NodeHash, _ index: UInt64, _ size: UInt64, _ root: RootHash, _ path: [NodeHash]
  ) {
    func refuses(
      _ why: String, leaf: NodeHash? = nil, index other: UInt64? = nil, size otherSize: UInt64? = nil,
      root otherRoot: RootHash? = nil, path otherPath: [NodeHash]? = nil
    ) {
      let accepted = Proof.verifyInclusion(
        of: leaf ?? NodeHash.leaf([0xFF]), at: other ?? index, in: otherSize ?? size, root: otherRoot ?? root,
        path: otherPath ?? path)
      #expect(!accepted, "leaf \(index) of \(size): \(why)")
    }
    refuses("wrong leaf")
    for other in [index &- 1, index + 1, index ^ 2] { refuses("wrong index", leaf: leaf, index: other) }
    for other in [size * 2, size / 2, 0] { refuses("wrong size", leaf: leaf, size: other) }
    refuses("wrong root", leaf: leaf, root: .empty)
    for bad in badPaths(path, extra: root) { refuses(bad.0, leaf: leaf, path: bad.1) }
  }

  /// Every kind of bad consistency proof that Certificate Transparency's tests try, and neighbours swapped.
  private func checkBadConsistency(
    _ old: UInt64, _ oldRoot: RootHash, _ new: UInt64, _ newRoot: RootHash, _ path: [NodeHash]
  ) {
    func refuses(
      _ why: String, old other: UInt64? = nil, oldRoot otherOldRoot: RootHash? = nil, new otherNew: UInt64? = nil,
      newRoot otherNewRoot: RootHash? = nil, path otherPath: [NodeHash]? = nil
    ) {
      let accepted = Proof.verifyConsistency(
        from: other ?? old, oldRoot: otherOldRoot ?? oldRoot, to: otherNew ?? new, newRoot: otherNewRoot ?? newRoot,
        path: otherPath ?? path)
      #expect(!accepted, "\(old) to \(new): \(why)")
    }
    refuses("wrong old root", oldRoot: .empty)
    refuses("wrong new root", newRoot: .empty)
    for bad in badPaths(path, extra: oldRoot) { refuses(bad.0, path: bad.1) }
    guard old < new else { return }
    for other in [old - 1, old + 1, old ^ 2] { refuses("wrong old size", old: other) }
    for other in [new * 2, new / 2, 0] { refuses("wrong new size", new: other) }
    refuses("swapped roots", oldRoot: newRoot, newRoot: oldRoot)
    refuses("swapped sizes", old: new, new: old)
    refuses("empty proof", path: [])
  }

  private func badPaths(_ path: [NodeHash], extra: RootHash) -> [(String, [NodeHash])] {
    let strange = NodeHash(RootHash.empty.digest)
    var bad = [
      ("extended", path + [strange]), ("extended by the root", path + [NodeHash(extra.digest)]),
      ("preceded", [strange] + path), ("preceded by the root", [NodeHash(extra.digest)] + path),
    ]
    guard let first = path.first else { return bad }
    bad.append(("truncated", path.dropLast()))
    bad.append(("without its head", Array(path.dropFirst())))
    bad.append(("with its head doubled", [first] + path))
    for place in path.indices {
      var other = path
      other[place] = strange
      bad.append(("element \(place) altered", other))
      guard place > 0 else { continue }
      other = path
      other.swapAt(place - 1, place)
      bad.append(("elements \(place - 1) and \(place) swapped", other))
    }
    return bad
  }
}

@Suite struct FrontierTests {
  @Test func aFrontierIsReadAsItIsWritten() throws {
    var frontier = Frontier()
    for count in 0..<300 {
      var reader = ByteReader(frontier.bytes)
      #expect(try Frontier(reading: &reader) == frontier)
      try reader.finish("frontier")
      frontier.append(.leaf(Array("\(count)".utf8)))
    }
  }

  @Test func aFrontierBeyondTheLargestLogIsRefused() {
    for size in [Checkpoint.largestSize + 1, .max] {
      var writer = ByteWriter()
      writer.uint64(size)
      for _ in 0..<64 { writer.digest(Digest()) }
      var reader = ByteReader(writer.bytes)
      #expect(throws: ByteError.self) { try Frontier(reading: &reader) }
    }
  }

  @Test func theLargestFrontierCanStillBeAskedAndAppendedTo() throws {
    var writer = ByteWriter()
    writer.uint64(Checkpoint.largestSize)
    for _ in 0..<63 { writer.digest(Digest()) }
    var reader = ByteReader(writer.bytes)
    var frontier = try Frontier(reading: &reader)
    _ = frontier.root
    frontier.append(.leaf([1]))
    frontier.append(.leaf([2]))
    #expect(frontier.size == Checkpoint.largestSize + 2)
  }

  @Test func aFrontierThatIsCutShortIsRefused() {
    var frontier = Frontier()
    for count in 0..<23 { frontier.append(.leaf(Array("\(count)".utf8))) }
    for count in 0..<frontier.bytes.count {
      var reader = ByteReader(frontier.bytes.prefix(count))
      #expect(throws: ByteError.self) { try Frontier(reading: &reader) }
    }
  }

  @Test func aCompletedTileIsGivenOnce() {
    let log = MemoryLog((0..<70).map { [UInt8($0)] })
    var frontier = Frontier()
    for (position, leaf) in log.leaves.enumerated() {
      let tile = frontier.append(leaf, tileLeaves: 16)
      #expect((tile != nil) == (position % 16 == 15))
      if let tile { #expect(tile == log.node(level: 4, index: UInt64(position / 16))) }
    }
  }
}
