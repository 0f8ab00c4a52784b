import Noise
import Sodium
import Terms
import Testing

struct TransportTests {
  private struct Pair: ~Copyable {
    var one: Transport
    var other: Transport
  }

  private func pair(_ seed: UInt64 = 9) throws -> Pair {
    let entropy = SeededEntropy(seed: seed)
    let (a, b) = (StaticKey(ExchangeKey(entropy)), StaticKey(ExchangeKey(entropy)))
    var initiator = HandshakeState(initiator: a, to: b.publicKey, prologue: [])
    var responder = HandshakeState(responder: b, prologue: [])
    _ = try responder.read(try initiator.write(entropy)[...])
    _ = try initiator.read(try responder.write(entropy)[...])
    return Pair(one: try initiator.split(), other: try responder.split())
  }

  @Test func bothSidesTakeTheNextKeyAtTheSameMessage() throws {
    var pair = try pair()
    for index in 0..<(3 * Int(Transport.rekeyInterval) + 5) {
      let message = [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)]
      let sealed = try pair.one.seal(message)
      #expect(try pair.other.open(sealed) == message)
    }
    #expect(pair.one.sentCount == 3 * Transport.rekeyInterval + 5)
    #expect(pair.other.receivedCount == pair.one.sentCount)
    #expect(pair.other.sentCount == 0)
  }

  @Test func aRepeatedReorderedOrAlteredMessageDoesNotOpen() throws {
    var pair = try pair()
    let first = try pair.one.seal([1])
    let second = try pair.one.seal([2])
    #expect(throws: NoiseError.self) { try pair.other.open(second) }
    #expect(try pair.other.open(first) == [1])
    #expect(throws: NoiseError.self) { try pair.other.open(first) }
    var altered = second
    altered[0] ^= 1
    #expect(throws: NoiseError.self) { try pair.other.open(altered) }
    #expect(throws: NoiseError.self) { try pair.other.open([UInt8](repeating: 0, count: 15)) }
    #expect(try pair.other.open(second) == [2])
  }

  @Test func theLastNumberIsNeverUsed() throws {
    let key = try CounterKey(SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
    var state = CipherState(key: key, number: .max - 1)
    var out = [UInt8](repeating: 0, count: 17)
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    func seal(_ state: inout CipherState) throws {
      var failure: NoiseError?
      [UInt8(1)].withUnsafeBytes { plain in
        out.withUnsafeMutableBytes { buffer in
          do throws(NoiseError) { try state.seal(plain, associatedData: none, into: buffer) } catch { failure = error }
        }
      }
      if let failure { throw failure }
    }
    try seal(&state)
    #expect(throws: NoiseError.numbersExhausted) { try seal(&state) }
  }

  @Test func aMessageOverTheLimitIsRefused() throws {
    var pair = try pair()
    let longest = [UInt8](repeating: 3, count: Transport.plaintextByteLimit)
    #expect(try pair.other.open(try pair.one.seal(longest)) == longest)
    #expect(throws: NoiseError.self) { try pair.one.seal(longest + [3]) }
  }
}
