import Noise
import Sodium
import Terms
import Testing

struct HandshakeTests {
  private func check(_ vector: Conversation) throws {
    let responderKey = try StaticKey(vector.responderStatic)
    let initiatorKey = try StaticKey(vector.initiatorStatic)
    var initiator = HandshakeState(
      initiator: initiatorKey, to: responderKey.publicKey, prologue: vector.prologue)
    var responder = HandshakeState(responder: responderKey, prologue: vector.prologue)
    try #require(vector.messages.count >= 4)

    let first = try initiator.write(
      payload: vector.messages[0].payload, FixedEntropy(bytes: vector.initiatorEphemeral))
    #expect(first == vector.messages[0].ciphertext)
    #expect(try responder.read(first[...]) == vector.messages[0].payload)
    #expect(responder.remoteStatic == initiatorKey.publicKey)
    let second = try responder.write(
      payload: vector.messages[1].payload, FixedEntropy(bytes: vector.responderEphemeral))
    #expect(second == vector.messages[1].ciphertext)
    #expect(try initiator.read(second[...]) == vector.messages[1].payload)
    #expect(initiator.handshakeHash == responder.handshakeHash)
    if let hash = vector.handshakeHash { #expect(initiator.handshakeHash.bytes == hash) }

    var one = try initiator.split()
    var other = try responder.split()
    for (index, message) in vector.messages.enumerated().dropFirst(2) {
      if index.isMultiple(of: 2) {
        #expect(try one.seal(message.payload) == message.ciphertext)
        #expect(try other.open(message.ciphertext) == message.payload)
      } else {
        #expect(try other.seal(message.payload) == message.ciphertext)
        #expect(try one.open(message.ciphertext) == message.payload)
      }
    }
  }

  @Test(arguments: Conversation.flynn) func flynnNoisesConversationsComeOutByteForByte(_ vector: Conversation) throws {
    try check(vector)
  }

  @Test func allFourOfFlynnNoisesConversationsAreThere() { #expect(Conversation.flynn.count == 4) }

  @Test func cacophonysConversationComesOutByteForByte() throws {
    #expect(Conversation.cacophony.count == 1)
    for vector in Conversation.cacophony { try check(vector) }
  }

  private func pair(_ seed: UInt64) throws -> (initiator: StaticKey, responder: StaticKey, SeededEntropy) {
    let entropy = SeededEntropy(seed: seed)
    return (StaticKey(ExchangeKey(entropy)), StaticKey(ExchangeKey(entropy)), entropy)
  }

  @Test func aKeyThatIsNotAcceptedEndsTheHandshakeBeforeAnAnswer() throws {
    let (a, b, entropy) = try pair(1)
    var initiator = HandshakeState(initiator: a, to: b.publicKey, prologue: [])
    var responder = HandshakeState(responder: b, prologue: [])
    let first = try initiator.write(entropy)
    #expect(throws: NoiseError.notAccepted(a.publicKey)) { try responder.read(first[...]) { _ in false } }
    #expect(throws: NoiseError.outOfTurn) { try responder.write(entropy) }
  }

  @Test func anyChangedBitOfEitherMessageIsRefused() throws {
    let (a, b, entropy) = try pair(2)
    for flip in 0..<HandshakeState.firstMessageByteCount * 8 {
      var initiator = HandshakeState(initiator: a, to: b.publicKey, prologue: [7])
      var responder = HandshakeState(responder: b, prologue: [7])
      var first = try initiator.write(entropy)
      // X25519 ignores the top bit of a public key, but the handshake hash does not.
      first[flip / 8] ^= 1 << UInt8(flip % 8)
      #expect(throws: NoiseError.self, "bit \(flip)") { try responder.read(first[...]) }
    }
    for flip in 0..<HandshakeState.secondMessageByteCount * 8 {
      var initiator = HandshakeState(initiator: a, to: b.publicKey, prologue: [7])
      var responder = HandshakeState(responder: b, prologue: [7])
      _ = try responder.read(try initiator.write(entropy)[...])
      var second = try responder.write(entropy)
      second[flip / 8] ^= 1 << UInt8(flip % 8)
      #expect(throws: NoiseError.self, "bit \(flip)") { try initiator.read(second[...]) }
    }
  }

  @Test func anotherPrologueOrAnotherResponderIsRefused() throws {
    let (a, b, entropy) = try pair(3)
    var initiator = HandshakeState(initiator: a, to: b.publicKey, prologue: Array("SV GT".utf8))
    let first = try initiator.write(entropy)
    var otherPrologue = HandshakeState(responder: b, prologue: Array("SV HN".utf8))
    #expect(throws: NoiseError.self) { try otherPrologue.read(first[...]) }
    var otherKey = HandshakeState(responder: a, prologue: Array("SV GT".utf8))
    #expect(throws: NoiseError.self) { try otherKey.read(first[...]) }
  }

  @Test func shortLongAndLowOrderMessagesAreRefused() throws {
    let (a, b, entropy) = try pair(4)
    for count in [0, 1, 31, 32, 79, 80, 95, 65_536] {
      var responder = HandshakeState(responder: b, prologue: [])
      #expect(throws: NoiseError.self) { try responder.read(entropy.bytes(count)[...]) }
    }
    var responder = HandshakeState(responder: b, prologue: [])
    #expect(throws: NoiseError.weakPublicKey) { try responder.read([UInt8](repeating: 0, count: 96)[...]) }
    var initiator = HandshakeState(initiator: a, to: b.publicKey, prologue: [])
    #expect(throws: NoiseError.outOfTurn) { try initiator.read([UInt8](repeating: 0, count: 48)[...]) }
  }
}
