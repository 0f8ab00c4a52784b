import Sodium
import Terms

// How a ceremony is kept between its steps:
//
//   opaque title[25] = "istmo ceremony state v1\n" || 0x00;
//   uint8 step; uint8 replacesPinnedRoot;
//   opaque offer<1..2^24-1>; opaque otherOffer<0..2^24-1>; opaque signed<0..2^24-1>; opaque otherSigned<0..2^24-1>;
//   opaque sha256[32];  // of everything before it
extension CeremonyState {
  /// The longest state that is read, in bytes.
  public static let longest = 2 * Offer.longest + 2 * SignedFile.longest + 256
  private static let title = Array("istmo ceremony state v1\n\0".utf8)

  /// The state as bytes.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 16_384)
    writer.raw(Self.title)
    writer.uint8(step.rawValue)
    writer.uint8(replacesPinnedRoot ? 1 : 0)
    writer.vector24(offer.bytes)
    writer.vector24(otherOffer?.bytes ?? [])
    writer.vector24(signedFile?.bytes ?? [])
    writer.vector24(otherSignedFile?.bytes ?? [])
    writer.digest(SHA256.hash(writer.bytes))
    return writer.bytes
  }

  /// Reads a state; everything in it is checked again, save what depends on the time.
  /// - Throws: `CeremonyError.stateDamaged` when it is not what `bytes` made.
  public init(_ bytes: [UInt8]) throws(CeremonyError) {
    guard bytes.count <= Self.longest, bytes.count > Digest.byteCount else { throw .stateDamaged("its length") }
    let body = Array(bytes.dropLast(Digest.byteCount))
    guard Digest(bytes.suffix(Digest.byteCount)) == SHA256.hash(body) else { throw .stateDamaged("its checksum") }
    let step: Step
    let flag: UInt8
    let parts: [ArraySlice<UInt8>]
    do throws(ByteError) {
      var reader = ByteReader(body)
      guard try reader.raw(Self.title.count, "title").elementsEqual(Self.title) else {
        throw ByteError(field: "title", offset: 0, problem: "not a ceremony")
      }
      guard let found = Step(rawValue: try reader.uint8("step")) else {
        throw ByteError(field: "step", offset: Self.title.count, problem: "unknown")
      }
      step = found
      flag = try reader.uint8("flag")
      parts = [
        try reader.vector24("offer"), try reader.vector24("other offer"), try reader.vector24("signed file"),
        try reader.vector24("other signed file"),
      ]
      try reader.finish("state")
    } catch { throw .stateDamaged(error.description) }
    do {
      self.init(offer: try Offer(parts[0]))
      if !parts[1].isEmpty { otherOffer = try Offer(parts[1]) }
      if !parts[2].isEmpty { signedFile = try SignedFile(parts[2]) }
      if !parts[3].isEmpty { otherSignedFile = try SignedFile(parts[3]) }
      replacesPinnedRoot = flag == 1
      try checkWhole(step: step)
    } catch { throw .stateDamaged(error.description) }
    guard self.bytes == bytes else { throw .stateDamaged("its form") }
  }

  private mutating func checkWhole(step: Step) throws(CeremonyError) {
    guard self.step == step, offer.terms.partner(of: country) != nil,
      step == .offered || otherOffer != nil, step.rawValue < Step.signed.rawValue || signedFile != nil
    else { throw .stateDamaged("its step") }
    guard let otherOffer else { return }
    guard otherOffer.country == neighbour, otherOffer.terms == offer.terms else { throw .stateDamaged("its offers") }
    knownCode = CeremonyCode(offer, otherOffer)
    guard let signedFile else { return }
    let minutes = signedFile.minutes.content
    guard minutes.country == country, minutes.code == knownCode, signedFile.minutes.isSigned(by: offer.root),
      signedFile.agreement.digest == (try unsigned(with: otherOffer)).digest,
      (try? signedFile.agreement.verify(signedBy: country, pinned: offer.root)) != nil
    else { throw .stateDamaged("its signed file") }
    if let otherSignedFile { try check(otherSignedFile, of: otherOffer, against: signedFile) }
  }
}
