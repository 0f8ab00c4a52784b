import Dispatch
import Officers
import Sodium
import Synchronization

/// Hashes passwords a few at a time: each takes 64 MiB for a tenth of a second, and a flood of logins must take neither the memory
/// nor the threads of lookups.
final class PasswordHasher: Sendable {
  /// Hashed at once: 128 MiB at most.
  static let atOnce = 2
  /// Logins that wait to be hashed; with more the answer is "in a moment", which costs nothing.
  static let mostWaiting = 32

  private let queues = (0..<PasswordHasher.atOnce).map { DispatchQueue(label: "istmo-passwords-\($0)") }
  private let waiting = Mutex(0)
  private let next = Atomic(0)
  /// Compared with when there is no such officer, so that the time of the answer does not tell who exists.
  private let decoy = Mutex<PasswordHash?>(nil)

  /// Compares a password with an officer's, later; `answer` is called on a thread of its own.
  /// - Returns: false when too many wait, and nothing will be called.
  func compare(_ password: [UInt8], with officer: Officer?, answer: @escaping @Sendable (Bool) -> Void) -> Bool {
    run { [self] in
      let secret = Self.secret(password)
      let isRight = hash(of: officer)?.isOf(secret) ?? false
      answer(isRight && officer?.isDisabled == false)
    }
  }

  /// What became of another password.
  enum Change: Sendable {
    /// This is its hash.
    case hash(PasswordHash)
    /// The present one was wrong.
    case wrong
    /// The machine has no memory for it now.
    case noMemory
  }

  /// Compares an officer's password and hashes another, later.
  /// - Returns: false when too many wait, and nothing will be called.
  func change(
    _ password: [UInt8], of officer: Officer, to new: [UInt8], answer: @escaping @Sendable (Change) -> Void
  ) -> Bool {
    run {
      guard officer.password.isOf(Self.secret(password)), !officer.isDisabled else { return answer(.wrong) }
      answer((try? PasswordHash(Self.secret(new))).map { .hash($0) } ?? .noMemory)
    }
  }

  private static func secret(_ typed: [UInt8]) -> SecretBytes {
    var typed = typed
    let secret = SecretBytes(copying: typed)
    wipe(&typed)
    return secret
  }

  private func run(_ body: @escaping @Sendable () -> Void) -> Bool {
    let isTaken = waiting.withLock { waiting in
      guard waiting < Self.mostWaiting else { return false }
      waiting += 1
      return true
    }
    guard isTaken else { return false }
    let turn = next.wrappingAdd(1, ordering: .relaxed).newValue
    queues[Int(UInt(bitPattern: turn) % UInt(queues.count))].async { [self] in
      defer { waiting.withLock { $0 -= 1 } }
      body()
    }
    return true
  }

  /// Hashes a new password; waits for its turn among the logins, of which no more are hashed at once meanwhile.
  func hash(_ password: String) throws -> PasswordHash {
    try queues[0].sync { try PasswordHash(SecretBytes(copying: password.utf8)) }
  }

  private func hash(of officer: Officer?) -> PasswordHash? {
    if let officer { return officer.password }
    return decoy.withLock { decoy in
      if decoy == nil { decoy = try? PasswordHash(SecretBytes(random: 16, SystemEntropy())) }
      return decoy
    }
  }
}
