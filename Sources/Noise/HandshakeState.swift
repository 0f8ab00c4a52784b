import Sodium
import Terms

/// Noise's HandshakeState (revision 34, section 5.3) for the pattern IK (section 7.5):
///
///     IK:
///       <- s
///       ...
///       -> e, es, s, ss
///       <- e, ee, se
///
/// Bytes in, bytes out; no socket, clock or random source of its own. The initiator knows the responder's static key
/// beforehand; the responder learns the initiator's from the first message and is asked whether to accept it.
public struct HandshakeState: ~Copyable, Sendable {
  /// The protocol's name (section 8).
  public static let protocolName = "Noise_IK_25519_ChaChaPoly_SHA256"
  /// The first message's length in bytes with an empty payload: e, s with tag, the payload's tag.
  public static let firstMessageByteCount = 32 + 48 + 16
  /// The second message's length in bytes with an empty payload: e, the payload's tag.
  public static let secondMessageByteCount = 32 + 16

  /// Who speaks first.
  public enum Role: Hashable, Sendable {
    /// Sends the first message.
    case initiator
    /// Answers it.
    case responder
  }

  private enum Token { case e, s, ee, es, se, ss }
  private enum Step { case first, second, finished, failed }

  private let role: Role
  private var step = Step.first
  private var symmetric: SymmetricState
  private let own: StaticKey
  private var ephemeral: ExchangeKey?
  /// The other side's static key: known from the start to the initiator, after the first message to the responder.
  public private(set) var remoteStatic: ExchangePublicKey?
  private var remoteEphemeral: ExchangePublicKey?

  /// An initiator that wants to speak with the owner of `remote`.
  public init(initiator own: StaticKey, to remote: ExchangePublicKey, prologue: [UInt8]) {
    self.init(role: .initiator, own: own, remote: remote, responder: remote, prologue: prologue)
  }

  /// A responder that waits for anyone.
  public init(responder own: StaticKey, prologue: [UInt8]) {
    self.init(role: .responder, own: own, remote: nil, responder: own.publicKey, prologue: prologue)
  }

  private init(
    role: Role, own: StaticKey, remote: ExchangePublicKey?, responder: ExchangePublicKey, prologue: [UInt8]
  ) {
    self.role = role
    self.own = own
    remoteStatic = remote
    symmetric = SymmetricState(protocolName: Self.protocolName)
    prologue.withUnsafeBytes { symmetric.mixHash($0) }
    responder.bytes.withUnsafeBytes { symmetric.mixHash($0) }  // the pre-message "<- s"
  }

  /// Whether both messages have passed.
  public var isFinished: Bool { step == .finished }

  /// The handshake hash, the same on both sides once finished: names this connection (section 11.2).
  public var handshakeHash: Digest { symmetric.hash }

  /// Writes this side's message (WriteMessage). The ephemeral key's 32 bytes come from `entropy`.
  /// - Throws: `NoiseError`; the handshake is then dead.
  public mutating func write(payload: [UInt8] = [], _ entropy: some Entropy) throws(NoiseError) -> [UInt8] {
    let (tokens, next) = try begin(writing: true)
    var message: [UInt8] = []
    for token in tokens {
      switch token {
      case .e:
        let key = ExchangeKey(entropy)
        message += key.publicKey.bytes.bytes
        key.publicKey.bytes.withUnsafeBytes { symmetric.mixHash($0) }
        ephemeral = consume key
      case .s: message += try symmetric.sealAndHash(own.publicKey.bytes.bytes)
      default: try mix(token)
      }
    }
    message += try symmetric.sealAndHash(payload)
    guard message.count <= CipherState.messageByteLimit else {
      throw .wrongLength(expected: 0...CipherState.messageByteLimit, found: message.count)
    }
    step = next
    return message
  }

  /// Reads the other side's message (ReadMessage) and returns its payload. The responder asks `accepting` as soon as
  /// the initiator's static key is open, after one key agreement and before any other work.
  /// - Throws: `NoiseError`; the handshake is then dead.
  public mutating func read(
    _ message: ArraySlice<UInt8>, accepting: (ExchangePublicKey) -> Bool = { _ in true }
  ) throws(NoiseError) -> [UInt8] {
    let (tokens, next) = try begin(writing: false)
    let least = next == .second ? Self.firstMessageByteCount : Self.secondMessageByteCount
    guard (least...CipherState.messageByteLimit).contains(message.count) else {
      throw .wrongLength(expected: least...CipherState.messageByteLimit, found: message.count)
    }
    var rest = message
    for token in tokens {
      switch token {
      case .e:
        let key = try Self.publicKey(rest.prefix(32))
        rest = rest.dropFirst(32)
        key.bytes.withUnsafeBytes { symmetric.mixHash($0) }
        remoteEphemeral = key
      case .s:
        let part = rest.prefix(32 + symmetric.overhead)
        rest = rest.dropFirst(part.count)
        let key = try Self.publicKey(try symmetric.openAndHash(part, part: "the initiator's static key")[...])
        guard accepting(key) else { throw .notAccepted(key) }
        remoteStatic = key
      default: try mix(token)
      }
    }
    let payload = try symmetric.openAndHash(rest, part: "the handshake's payload")
    step = next
    return payload
  }

  /// The ciphers for what follows the handshake.
  /// - Throws: `NoiseError.outOfTurn` before both messages have passed.
  public consuming func split() throws(NoiseError) -> Transport {
    guard step == .finished else { throw .outOfTurn }
    return Transport(try symmetric.split(), role: role)
  }

  // A step that throws leaves the handshake dead.
  private mutating func begin(writing: Bool) throws(NoiseError) -> (tokens: [Token], next: Step) {
    let now = step
    step = .failed
    switch (now, role == .initiator, writing) {
    case (.first, true, true), (.first, false, false): return ([.e, .es, .s, .ss], .second)
    case (.second, true, false), (.second, false, true): return ([.e, .ee, .se], .finished)
    default: throw .outOfTurn
    }
  }

  private static func publicKey(_ bytes: ArraySlice<UInt8>) throws(NoiseError) -> ExchangePublicKey {
    guard let digest = Digest(bytes) else { throw .wrongLength(expected: 32...32, found: bytes.count) }
    return ExchangePublicKey(digest)
  }

  // A token's first letter names the initiator's key, its second the responder's (section 7.1).
  private mutating func mix(_ token: Token) throws(NoiseError) {
    let usesEphemeral =
      switch token {
      case .ee: true
      case .es: role == .initiator
      case .se: role == .responder
      default: false
      }
    let remoteUsesEphemeral =
      switch token {
      case .ee: true
      case .es: role == .responder
      case .se: role == .initiator
      default: false
      }
    guard let remote = remoteUsesEphemeral ? remoteEphemeral : remoteStatic else { throw .outOfTurn }
    let shared: SecretBytes
    do {
      if !usesEphemeral {
        shared = try own.pair.sharedSecret(with: remote)
      } else if let key = ephemeral.take() {
        shared = try key.sharedSecret(with: remote)
        ephemeral = consume key
      } else {
        throw SodiumError.weakPublicKey
      }
    } catch { throw .weakPublicKey }
    try symmetric.mixKey(shared)
  }
}
