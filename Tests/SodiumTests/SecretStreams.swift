import Foundation
import Sodium
import Terms
import Testing

/// A Python interpreter with PyNaCl, named by ISTMO_TEST_PYTHON.
private let python = ProcessInfo.processInfo.environment["ISTMO_TEST_PYTHON"].flatMap {
  FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil
}

struct SecretStreams {
  private let pieces = ["first", "", "the third piece, the longest of all", "last"].map { Array($0.utf8) }

  private func sealed(_ key: borrowing SymmetricKey) throws -> (header: [UInt8], pieces: [[UInt8]]) {
    var stream = try SealingStream(key)
    var out: [[UInt8]] = []
    for (place, piece) in pieces.enumerated() {
      out.append(stream.seal(piece, isLast: place == pieces.count - 1, associatedData: [7]))
    }
    return (stream.header, out)
  }

  /// What opens of these pieces, and whether the end was seen.
  private func opened(
    _ header: [UInt8], _ pieces: [[UInt8]], _ key: borrowing SymmetricKey, data: [UInt8] = [7]
  ) throws -> (pieces: [[UInt8]], isEnded: Bool) {
    var stream = try OpeningStream(header: header, key)
    var out: [[UInt8]] = []
    for piece in pieces {
      guard let plain = try? stream.open(piece, associatedData: data) else { break }
      out.append(plain)
    }
    return (out, stream.isEnded)
  }

  @Test func piecesOpenInTheirOrderAndTheEndIsSeen() throws {
    let key = SymmetricKey(SystemEntropy())
    let (header, sealed) = try sealed(key)
    let all = try opened(header, sealed, key)
    #expect(all.pieces == pieces && all.isEnded)
    // Cut short: what is there opens, and nobody takes it for whole.
    let cut = try opened(header, Array(sealed.dropLast()), key)
    #expect(cut.pieces == Array(pieces.dropLast()) && !cut.isEnded)
    #expect(try opened(header, sealed + [sealed[0]], key).pieces == pieces)
  }

  @Test func whatIsAlteredExchangedOrLeftOutDoesNotOpen() throws {
    let key = SymmetricKey(SystemEntropy())
    let (header, sealed) = try sealed(key)
    #expect(try opened(header, [sealed[1], sealed[0]], key).pieces.isEmpty)
    #expect(try opened(header, [sealed[0], sealed[2]], key).pieces == [pieces[0]])
    #expect(try opened(header, [sealed[0], sealed[0]], key).pieces == [pieces[0]])
    #expect(try opened(header, sealed, key, data: [8]).pieces.isEmpty)
    #expect(try opened(header, sealed, SymmetricKey(SystemEntropy())).pieces.isEmpty)
    for position in sealed[0].indices {
      var piece = sealed[0]
      piece[position] ^= 1
      #expect(try opened(header, [piece], key).pieces.isEmpty)
    }
    for position in header.indices {
      var other = header
      other[position] ^= 1
      #expect(try opened(other, sealed, key).pieces.isEmpty)
    }
    #expect(throws: SodiumError.self) { _ = try OpeningStream(header: [1, 2], key).isEnded }
    #expect(try opened(header, [Array(sealed[0].prefix(3))], key).pieces.isEmpty)
  }

  @Test(.enabled(if: python != nil, "ISTMO_TEST_PYTHON names no Python with PyNaCl"))
  func pyNaClOpensOursAndWeOpenPyNaCls() throws {
    let key = SymmetricKey(SystemEntropy())
    let (header, sealed) = try sealed(key)
    let script = """
      import sys
      from nacl.bindings import crypto_secretstream as s
      key, header = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2])
      state = s.crypto_secretstream_xchacha20poly1305_state()
      s.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
      opened = [s.crypto_secretstream_xchacha20poly1305_pull(state, bytes.fromhex(a), b"\\x07") for a in sys.argv[3:]]
      assert [tag for _, tag in opened] == [0] * (len(opened) - 1) + [3], opened
      out = s.crypto_secretstream_xchacha20poly1305_state()
      print("h" + s.crypto_secretstream_xchacha20poly1305_init_push(out, key).hex())
      for plain, tag in opened:
          print("p" + s.crypto_secretstream_xchacha20poly1305_push(out, plain[::-1], b"\\x07", tag).hex())
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments =
      ["-c", script, key.secret.withUnsafeBytes { Array($0).hex }, header.hex] + sealed.map(\.hex)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let words = try text.split(whereSeparator: \.isWhitespace).map { try #require([UInt8](hex: $0.dropFirst())) }
    try #require(words.count == pieces.count + 1)
    let theirs = try opened(words[0], Array(words.dropFirst()), key)
    #expect(theirs.pieces == pieces.map { $0.reversed() } && theirs.isEnded)
  }
}
