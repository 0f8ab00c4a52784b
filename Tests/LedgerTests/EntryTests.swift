import Ledger
import Sodium
import Terms
import Testing

@Suite struct EntryTests {
  static let id = "0198c5a8-7c1e-7000-8000-000000000001"
  static let target = "0198c5a8-0000-7000-8000-0000000000ff"
  let context: EntryContext

  init() throws {
    let agreement = try #require(Digest(hex: String(repeating: "0f1e", count: 16)))
    context = EntryContext(origin: "istmo.sieca.int/SV/GT/migration", agreement: agreement, version: 1)
  }

  private func text(_ kind: String) -> String {
    """
    istmo/entry/v1
    istmo.sieca.int/SV/GT/migration
    agreement \(String(repeating: "0f1e", count: 16))
    version 1
    id \(Self.id)
    \(kind)
    body 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

    """
  }

  @Test(arguments: [
    ("record", 0), ("replaces \(target)", 1), ("withdraws \(target)", 2), ("epoch 20781", 3), ("erased 0", 4),
  ])
  func everyKindHasItsCanonicalText(line: String, tag: Int) throws {
    let target = try RecordID(Self.target)
    let kind: Entry.Kind = [.record, .replaces(target), .withdraws(target), .epoch(20_781), .erased(0)][tag]
    let entry = Entry(id: try RecordID(Self.id), kind: kind, commitment: SHA256.hash([]))
    let bytes = context.canonicalBytes(of: entry)
    #expect(String(decoding: bytes, as: UTF8.self) == text(line))
    let (readContext, readEntry) = try EntryContext.read(bytes)
    #expect(readContext == context)
    #expect(readEntry == entry)
    #expect(context.leaf(entry) == .leaf(bytes))
    #expect(entry.hasBody == (tag < 3))
  }

  @Test func theLongestEntryIsAFewHundredBytes() throws {
    let longest = EntryContext(
      origin: try StreamName("ZZ/ZZ/\(String(repeating: "a", count: 32))").checkpointOrigin(
        in: Realm(String(repeating: "a", count: 64))), agreement: Digest(), version: .max)
    let id = try RecordID(Self.id)
    let bytes = longest.canonicalBytes(of: Entry(id: id, kind: .withdraws(id), commitment: Digest()))
    #expect(bytes.count < 400)
    #expect(try EntryContext.read(bytes).0 == longest)
    for kind in [Entry.Kind.replaces(id), .epoch(.max), .erased(.max)] {
      let entry = Entry(id: id, kind: kind, commitment: Digest())
      #expect(longest.leaf(entry) == .leaf(longest.canonicalBytes(of: entry)))
    }
  }

  @Test func aContextIsWhatItsEntriesBeginWith() {
    let same = EntryContext(origin: context.origin, agreement: context.agreement, version: context.version)
    #expect(same == context)
    #expect(same.hashValue == context.hashValue)
    let others = [
      EntryContext(origin: context.origin + "s", agreement: context.agreement, version: 1),
      EntryContext(origin: context.origin, agreement: Digest(), version: 1),
      EntryContext(origin: context.origin, agreement: context.agreement, version: 2),
    ]
    #expect(Set(others + [context]).count == 4)
  }

  @Test func anythingElseIsNoEntry() throws {
    let good = text("record")
    _ = try EntryContext.read(Array(good.utf8))
    let bad: [String] = [
      "", String(good.dropLast()), good + "\n", "\n" + good, good.replacing("entry/v1", with: "entry/v2"),
      good.replacing("agreement 0f", with: "agreement 0F"), good.replacing("agreement", with: "Agreement"),
      good.replacing("agreement ", with: "agreement  "), good.replacing("version 1", with: "version 01"),
      good.replacing("version 1", with: "version +1"), good.replacing("version 1", with: "version 4294967296"),
      good.replacing("version 1", with: "version -1"), good.replacing("0198c5a8-7c1e-7", with: "0198c5a8-7c1e-4"),
      good.replacing("c5a8", with: "C5A8"), good.replacing("FU=", with: "FV="), good.replacing("FU=", with: "FU"),
      good.replacing("record", with: "Record"), good.replacing("record", with: "record "),
      good.replacing("record", with: "epoch"), good.replacing("record", with: "epoch -1"),
      good.replacing("record", with: "epoch 007"), good.replacing("record", with: "epoch 4294967296"),
      good.replacing("record", with: "replaces"), good.replacing("record", with: "replaces x"),
      good.replacing("record", with: "epoch 1\nepoch 2"), good.replacing("\n", with: "\r\n"),
      good.replacing("SV/GT", with: "SV\r\n/GT"), good.replacing("SV/GT", with: "SV\0GT"),
      good.replacing("SV/GT", with: "SV\nGT"), good.replacing("SV/GT", with: String(repeating: "S", count: 900)),
    ]
    for text in bad { #expect(throws: NoteError.self, "\(text)") { try EntryContext.read(Array(text.utf8)) } }
    #expect(throws: NoteError.self) { try EntryContext.read([0xFF] + Array(good.utf8)) }
  }

  @Test func aCommitmentIsTheHashOfSaltAndBody() {
    #expect(Entry.commit(to: [3, 4], salt: [1, 2]) == SHA256.hash([1, 2, 3, 4]))
  }

  @Test func entriesAreReadAsTheyAreWritten() throws {
    var random = Seeded(62)
    for _ in 0..<2000 {
      let entry = random.entry()
      let (readContext, readEntry) = try EntryContext.read(context.canonicalBytes(of: entry))
      #expect(readContext == context && readEntry == entry)
      #expect(context.leaf(entry) == .leaf(context.canonicalBytes(of: entry)))
    }
  }
}

@Suite struct PackedEntriesTests {
  @Test(arguments: [0, 1, 2, 257])
  func entriesAreUnpackedAsTheyWerePacked(count: Int) throws {
    var random = Seeded(UInt64(count))
    let entries = (0..<count).map { _ in random.entry() }
    var writer = ByteWriter()
    for entry in entries { PackedEntries.append(entry, to: &writer) }
    #expect(try PackedEntries.read(writer.bytes[...], count: count) == entries)
    #expect(throws: ByteError.self) { try PackedEntries.read((writer.bytes + [0])[...], count: count) }
    #expect(throws: ByteError.self) { try PackedEntries.read(writer.bytes[...], count: count + 1) }
  }

  @Test func anEntryThatIsPassedOverEndsWhereItDoesWhenItIsRead() throws {
    var random = Seeded(7)
    let entries = (0..<300).map { _ in random.entry() }
    var writer = ByteWriter()
    for entry in entries { PackedEntries.append(entry, to: &writer) }
    var (passing, reading) = (ByteReader(writer.bytes), ByteReader(writer.bytes))
    for _ in entries {
      try PackedEntries.skip(&passing)
      _ = try PackedEntries.read(&reading)
      #expect(passing.offset == reading.offset)
    }
    #expect(throws: ByteError.self) { try PackedEntries.skip(&passing) }
    for (tag, length) in [(UInt8(0), 48), (1, 64), (2, 64), (3, 52), (4, 52), (5, 100), (255, 100)] {
      var short = ByteReader([tag] + [UInt8](repeating: 1, count: tag > 4 ? length : length - 1))
      #expect(throws: ByteError.self) { try PackedEntries.skip(&short) }
    }
  }

  @Test func sizesAreThoseOfTheDocument() throws {
    let (id, digest) = (try RecordID(EntryTests.id), Digest())
    let sizes: [(Entry.Kind, Int)] = [
      (.record, 49), (.replaces(id), 65), (.withdraws(id), 65), (.epoch(1), 53), (.erased(1), 53),
    ]
    for (kind, size) in sizes {
      var writer = ByteWriter()
      PackedEntries.append(Entry(id: id, kind: kind, commitment: digest), to: &writer)
      #expect(writer.bytes.count == size)
    }
  }

  @Test func countsThatCannotBeTrueAreRefusedBeforeAnythingIsReserved() {
    for count in [-1, .min, .max, 1 << 40] {
      #expect(throws: ByteError.self) { try PackedEntries.read([][...], count: count) }
    }
    #expect(throws: ByteError.self) { try PackedEntries.read([UInt8](repeating: 5, count: 49)[...], count: 1) }
    // A UUIDv4 as id.
    #expect(throws: ByteError.self) { try PackedEntries.read([UInt8](repeating: 0, count: 49)[...], count: 1) }
  }
}
