import Foundation
import Sodium
import Terms
import Testing

/// A Python interpreter with PyNaCl, named by ISTMO_TEST_PYTHON.
private let python = ProcessInfo.processInfo.environment["ISTMO_TEST_PYTHON"].flatMap {
  FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil
}

struct SealedBoxes {
  private let message = Array("an epoch key, not a person's name".utf8)

  @Test func whatIsSealedOpensForItsOwnerOnly() throws {
    let owner = ExchangeKey(SystemEntropy())
    let other = ExchangeKey(SystemEntropy())
    var box = try SealedBox.seal(SecretBytes(copying: message), to: owner.publicKey, SystemEntropy())
    #expect(box.count == message.count + SealedBox.overheadByteCount)
    #expect(try SealedBox.open(box, with: owner).withUnsafeBytes { Array($0) } == message)
    #expect(throws: SodiumError.self) { _ = try SealedBox.open(box, with: other).count }
    for position in box.indices {
      box[position] ^= 1
      #expect(throws: SodiumError.self) { _ = try SealedBox.open(box, with: owner).count }
      box[position] ^= 1
    }
    for count in 0..<box.count {
      #expect(throws: SodiumError.self) { _ = try SealedBox.open(Array(box.prefix(count)), with: owner).count }
    }
  }

  @Test(.enabled(if: python != nil, "ISTMO_TEST_PYTHON names no Python with PyNaCl"))
  func pyNaClOpensOursAndWeOpenPyNaCls() throws {
    let key = ExchangeKey(SystemEntropy())
    let box = try SealedBox.seal(SecretBytes(copying: message), to: key.publicKey, SystemEntropy())
    let script = """
      import sys
      from nacl.public import PrivateKey, SealedBox
      key = PrivateKey(bytes.fromhex(sys.argv[1]))
      plain = SealedBox(key).decrypt(bytes.fromhex(sys.argv[2]))
      print(plain.hex(), SealedBox(key.public_key).encrypt(plain[::-1]).hex())
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = ["-c", script, key.secret.withUnsafeBytes { Array($0).hex }, box.hex]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let words = text.split(whereSeparator: \.isWhitespace)
    try #require(words.count == 2)
    #expect(String(words[0]) == message.hex)
    let theirs = try #require([UInt8](hex: words[1]))
    #expect(try SealedBox.open(theirs, with: key).withUnsafeBytes { Array($0) } == message.reversed())
  }
}
