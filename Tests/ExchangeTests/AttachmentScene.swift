import Ledger
import Sodium
import Terms

@testable import Exchange

/// A node's exchange of attachments by hand, on a disk in memory. What it sends is kept until a test carries it.
final class AttachmentParty {
  let country: CountryCode
  let machine: AttachmentExchange
  var now = Scene.start
  /// What lies on the disk; and what is given in its place, as a hostile origin would.
  var held: [Digest: [UInt8]] = [:]
  var instead: [UInt8]?
  var refusal: AttachmentRefusal?
  /// Whether the disk does nothing until it is told.
  var isDiskSlow = false
  var diskProblem: StoreError?
  private var diskWork: [AttachmentExchange.Effect] = []

  var outbox: [AttachmentMessage] = []
  var answers: [UInt64: AttachmentFailure?] = [:]
  var log: [String] = []
  private var reading: [UInt64: ArraySlice<UInt8>] = [:]
  private(set) var writing: [UInt64: [UInt8]] = [:]
  var openReaders: Int { reading.count }

  init(_ country: CountryCode) {
    self.country = country
    machine = AttachmentExchange(now: Scene.start)
  }

  static func seal(_ digest: Digest, day: UInt64 = 9) throws -> AttachmentSeal {
    let key = try EpochKey(number: 1, master: SymmetricKey(SeededEntropy(seed: day)))
    return try AttachmentSeal(key, leaf: NodeHash(SHA256.hash([1])), digest: digest)
  }

  func give(_ input: AttachmentExchange.Input) throws {
    for effect in machine.handle(input, at: now) {
      switch effect {
      case .send(let message, _): outbox.append(message)
      case .answered(let tokens, let failure): for token in tokens { answers[token] = .some(failure) }
      case .log(let event): log.append(event.text)
      default: diskWork.append(effect)
      }
    }
    if !isDiskSlow { try work() }
  }

  /// The disk does what waits.
  func work() throws {
    while !diskWork.isEmpty {
      switch diskWork.removeFirst() {
      case .open(let number, let place, _):
        if let refusal {
          try give(.withheld(serving: number, refusal))
        } else {
          let bytes = instead ?? held[place.digest] ?? []
          reading[number] = bytes[...]
          try give(.opened(serving: number, byteCount: UInt64(bytes.count), Self.seal(place.digest)))
        }
      case .read(let number, let count):
        guard let rest = reading[number] else { continue }
        reading[number] = rest.dropFirst(count)
        try give(.read(serving: number, Array(rest.prefix(count))))
      case .close(let number): reading[number] = nil
      case .begin(let number): writing[number] = []
      case .write(let number, let bytes):
        if let diskProblem {
          try give(.notKept(asking: number, diskProblem))
        } else if writing[number] != nil {
          writing[number]?.append(contentsOf: bytes)
          try give(.written(asking: number))
        }
      case .keep(let number):
        guard let bytes = writing.removeValue(forKey: number) else { continue }
        held[SHA256.hash(bytes)] = bytes
        try give(.kept(asking: number))
      case .abandon(let number): writing[number] = nil
      default: break
      }
    }
  }
}

/// Guatemala asks, El Salvador owns.
final class AttachmentScene {
  let owner = AttachmentParty(Scene.sv)
  let asker = AttachmentParty(Scene.gt)
  /// What may be done to a message on its way; nil drops it.
  var tamper: (AttachmentMessage) -> AttachmentMessage? = { $0 }
  var carried: [AttachmentMessage] = []
  private var lastToken: UInt64 = 0

  init(linked: Bool = true) throws { if linked { try connect() } }

  func connect(isAble: Bool = true) throws {
    for (party, other) in [(owner, asker), (asker, owner)] {
      try party.give(.linkUp(other.country))
      if isAble { try party.give(.isAble(other.country)) }
    }
  }

  func disconnect() throws {
    try owner.give(.linkDown(asker.country))
    try asker.give(.linkDown(owner.country))
    (owner.outbox, asker.outbox) = ([], [])
  }

  /// Guatemala asks; gives the token.
  @discardableResult
  func ask(_ digest: Digest, index: UInt64 = 7, byteCount: UInt64? = nil) throws -> UInt64 {
    lastToken += 1
    try asker.give(
      .ask(
        token: lastToken, AttachmentPlace(stream: Scene.sent, index: index, digest: digest), byteCount: byteCount,
        AttachmentParty.seal(digest)))
    return lastToken
  }

  /// Carries messages until nothing moves.
  func settle() throws {
    while try step() {}
  }

  /// Carries one message; false when there is none.
  func step() throws -> Bool {
    let (message, to, from): (AttachmentMessage, AttachmentParty, AttachmentParty)
    if !asker.outbox.isEmpty {
      (message, to, from) = (asker.outbox.removeFirst(), owner, asker)
    } else if !owner.outbox.isEmpty {
      (message, to, from) = (owner.outbox.removeFirst(), asker, owner)
    } else {
      return false
    }
    guard let message = tamper(message) else { return true }
    carried.append(message)
    try to.give(.message(AttachmentMessage(type: message.type, payload: message.payload), from: from.country))
    return true
  }

  func run(seconds: Int) throws {
    for _ in 0..<seconds {
      for party in [owner, asker] {
        party.now = party.now.advanced(byMilliseconds: 1000)
        try party.give(.tick)
      }
      try settle()
    }
  }

  /// An attachment of so many bytes at the owner.
  func hold(_ count: Int, seed: UInt64 = 3) -> Digest {
    let bytes = SeededEntropy(seed: seed).bytes(count)
    let digest = SHA256.hash(bytes)
    owner.held[digest] = bytes
    return digest
  }
}
