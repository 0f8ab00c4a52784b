import Foundation
import Ledger
import Sodium
import Terms
import Testing

/// Known answers of Go's x/mod.
struct XMod: Decodable {
  let text, privateKey, leafHelloWorld: String
  let verifierKeys, signatureLines: [String]
}

@Suite struct NoteTests {
  let xmod: XMod
  let peter, enoch: NoteKey

  init() throws {
    xmod = try vectors("x-mod", as: XMod.self)
    (peter, enoch) = (try NoteKey(xmod.verifierKeys[0]), try NoteKey(xmod.verifierKeys[1]))
  }

  private func note(_ lines: String...) throws -> SignedNote {
    try SignedNote(Array((xmod.text + "\n" + lines.joined()).utf8))
  }

  @Test func aVerifierKeyIsWrittenAsItIsRead() throws {
    #expect(peter.name == "PeterNeumann")
    #expect(peter.id == 0xC74F_20A3)
    #expect(peter.kind == .ed25519)
    #expect(enoch.id == 0xAF0C_FE78)
    for key in xmod.verifierKeys { #expect(try NoteKey(key).description == key) }
    let cosigner = try NoteKey(name: "w.example/1", kind: .cosignature, key: peter.key)
    #expect(try NoteKey(cosigner.description) == cosigner)
    #expect(cosigner.id != (try NoteKey(name: "w.example/1", kind: .ed25519, key: peter.key)).id)
  }

  @Test func aMalformedVerifierKeyIsRefused() throws {
    let good = xmod.verifierKeys[0]
    for bad in [
      "", "+", "++", "PeterNeumann", "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
      good.replacing("c74f20a3", with: "c74f20a4"), good.replacing("c74f20a3", with: "C74F20A3"),
      good.replacing("c74f20a3", with: "c74f20a"), good.replacing("PeterNeumann", with: "PeterNeuman"),
      good.replacing("PeterNeumann", with: "Peter Neumann"), good.replacing("PeterNeumann", with: ""),
      good.replacing("+ARpc", with: "+AhpC"), good + "A", good + "=", String(good.dropLast(4)), good + "\n", " " + good,
      good.replacing("+ARpc", with: "+\u{301}ARpc"),
    ] {
      #expect(throws: NoteError.self, "\(bad)") { try NoteKey(bad) }
    }
  }

  @Test(arguments: ["", "a b", "a+b", "a\u{A0}b", "a\u{2003}b", "a\tb", "a\nb", "a\u{85}b", "a\u{3000}"])
  func aNameThatCannotStandInASignatureLineIsRefused(name: String) {
    #expect(throws: NoteError.self) { try NoteKey(name: name, kind: .ed25519, key: peter.key) }
  }

  @Test func signaturesOfGoAreAccepted() throws {
    let both = try note(xmod.signatureLines[0], xmod.signatureLines[1])
    #expect(both.text == xmod.text)
    #expect(try both.isSigned(by: peter))
    #expect(try both.isSigned(by: enoch))
    #expect(both.description == xmod.text + "\n" + xmod.signatureLines.joined())
    let one = try note(xmod.signatureLines[0])
    #expect(try one.isSigned(by: peter))
    #expect(try !one.isSigned(by: enoch))
  }

  @Test func weSignAsGoDoes() throws {
    // PRIVATE+KEY+name+id+base64(type || seed)
    let parts = xmod.privateKey.split(separator: "+", maxSplits: 4)
    let material = try #require(Base64.decode(parts[4]))
    let key = try SigningKey(seed: SecretBytes(copying: material.dropFirst()))
    #expect(key.verifyingKey == peter.key)
    var signed = try SignedNote(text: xmod.text)
    signed.sign(with: key, as: peter)
    #expect(signed.description == xmod.text + "\n" + xmod.signatureLines[0])
  }

  @Test func aLineUnderAKnownKeyThatDoesNotVerifySpoilsTheNote() throws {
    // Another text under the same lines; the other key's line does not help.
    let other = try SignedNote(Array(("Another text.\n\n" + xmod.signatureLines.joined()).utf8))
    #expect(throws: NoteError.self) { try other.isSigned(by: peter) }
    let spoilt = try note(xmod.signatureLines[0], xmod.signatureLines[0].replacing("ZJku", with: "ZJkv"))
    #expect(throws: NoteError.self) { try spoilt.isSigned(by: peter) }
  }

  @Test func aLineOfAnUnknownKeyIsIgnored() throws {
    // The same name with another id, and the same id under another name (signed-note: only both together are a key).
    let otherID = xmod.signatureLines[0].replacing("x08g", with: "x08h")
    let otherName = xmod.signatureLines[0].replacing("PeterNeumann", with: "PeterNewman")
    let signed = try note(otherID, otherName, xmod.signatureLines[0])
    #expect(signed.signatures.count == 3)
    #expect(try signed.isSigned(by: peter))
    #expect(try !note(otherID, otherName).isSigned(by: peter))
  }

  @Test func namesInAnotherNormalFormAreOtherNames() throws {
    let (composed, decomposed) = ("aduana.example/ca\u{F1}as", "aduana.example/can\u{303}as")
    let key = try signingKey(1)
    let mine = try NoteKey(name: composed, kind: .ed25519, key: key.verifyingKey)
    var signed = try SignedNote(text: "text\n")
    signed.sign(with: key, as: mine)
    let forged = SignedNote.Signature(name: decomposed, id: mine.id, bytes: [UInt8](repeating: 0, count: 64))
    signed.add(forged)
    #expect(signed.signatures.count == 2)
    #expect(try SignedNote(signed.bytes).isSigned(by: mine))
  }

  @Test func anotherSignatureOfTheSameKeyTakesThePlaceOfTheEarlier() throws {
    let key = try signingKey(2)
    let receipt = try NoteKey(name: "gt.example/receipt", kind: .cosignature, key: key.verifyingKey)
    var signed = try note(xmod.signatureLines[0], xmod.signatureLines[1])
    for second in 0..<100 {
      signed.add(
        Cosignature.sign(signed.text, at: Instant(milliseconds: Int64(second) * 1000), with: key, as: receipt))
    }
    #expect(signed.signatures.map(\.name) == ["PeterNeumann", "EnochRoot", "gt.example/receipt"])
    #expect(try signed.time(of: receipt) == 99)
    #expect(try SignedNote(signed.bytes) == signed)
  }

  @Test func textsWithEmptyLinesEndAtTheLastOne() throws {
    let key = try signingKey(3)
    let name = try NoteKey(name: "a", kind: .ed25519, key: key.verifyingKey)
    for text in ["\n", "\n\n", "a\n\nb\n", "a\n\n\n", "ñ é 日本\n", "\n\na\n"] {
      var signed = try SignedNote(text: text)
      signed.sign(with: key, as: name)
      let read = try SignedNote(signed.bytes)
      #expect(read.text == text)
      #expect(try read.isSigned(by: name))
    }
  }

  @Test func aMalformedNoteIsRefused() throws {
    let (text, line) = (xmod.text, xmod.signatureLines[0])
    let dash = "\u{2014}"
    let head = text + "\n"
    let badLines: [String] = [
      "", line + "\n", line + "x\n", String(line.dropLast()), " " + line, line.replacing(dash, with: "-"),
      line.replacing(dash, with: "\u{2013}"), line.replacing("\(dash) ", with: "\(dash)  "),
      line.replacing("M=", with: "M"), line.replacing("M=", with: "N="), line.replacing("Neumann", with: "+eumann"),
      "\(dash) PeterNeumann x08goA==\n\(dash) PeterNeumann x08g\n", "\(dash) PeterNeumann \n",
      "\(dash)  x08goAAA\n", "\(line)\r\n",
    ]
    let badTexts: [String] = [
      "", "\n", "\n\n", text, text + line, text.replacing(" ", with: "\t") + "\n" + line,
      text.replacing("\n", with: "\r\n") + "\r\n" + line, "\(text)\0\n\n\(line)", "\(text)\u{1}\n\n\(line)",
    ]
    for bad in badTexts + badLines.map({ head + $0 }) {
      #expect(throws: NoteError.self, "\(bad)") { try SignedNote(Array(bad.utf8)) }
    }
    #expect(throws: NoteError.self) { try SignedNote([0xFF] + Array((text + "\n" + line).utf8)) }
    #expect(throws: NoteError.self) { try SignedNote(text: "no newline") }
    #expect(throws: NoteError.self) { try SignedNote(text: "a\rb\n") }
  }

  @Test func sixteenSignaturesAreReadAndTheLimitsHold() throws {
    let lines = (0..<SignedNote.mostSignatures).map {
      xmod.signatureLines[0].replacing("PeterNeumann", with: "Peter\($0)")
    }
    // signed-note: verifiers MUST accept at least 16 signatures.
    for count in [16, SignedNote.mostSignatures] {
      let signed = try SignedNote(Array((xmod.text + "\n" + lines.prefix(count).joined()).utf8))
      #expect(signed.signatures.count == count)
    }
    #expect(throws: NoteError.self) {
      try SignedNote(Array((xmod.text + "\n" + lines.joined() + xmod.signatureLines[0]).utf8))
    }
    let long = String(repeating: "a", count: SignedNote.longest) + "\n\n" + xmod.signatureLines[0]
    #expect(throws: NoteError.self) { try SignedNote(Array(long.utf8)) }
    let manyLines = String(repeating: "\n", count: SignedNote.longest - 200) + xmod.signatureLines[0]
    #expect(try SignedNote(Array(manyLines.utf8)).signatures.count == 1)
  }
}
