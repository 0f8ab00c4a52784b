import Catalog
import Exchange
import Ledger
import Store
import Terms

// Backups of a node that goes on, and what became of one that was put back from a backup.
extension Installation {
  /// What a backup of this home holds, as of now.
  public func backup(withAttachments: Bool) throws(StoreError) -> BackupSource {
    let snapshot = try store.snapshot()
    let about = BackupAbout(
      realm: realm, country: country, made: clock.now(), entries: snapshot.entries, hasAttachments: withAttachments)
    let home = Files.split(Files.split(storePath).folder).folder
    return BackupSource(home: home, snapshot: snapshot, about: about)
  }

  /// How a home that was put back from a backup stands; nil when it never was.
  public func recovery() -> RecoveryStatus? {
    let now = clock.now()
    return engine.inspect { $0.recoveryStatus(at: now) } ?? nil
  }

  /// Does not wait for a neighbour before publishing goes on. Returns when that is durable.
  /// - Throws: why there is nothing to wait for.
  public func goOn(without country: CountryCode, reason: String) throws {
    guard let recovery = recovery(), recovery.isWaiting else {
      throw NoteError("this home does not wait for any neighbour; istmo status shows how it stands")
    }
    guard recovery.awaited.contains(country) || recovery.without[country] != nil else {
      throw NoteError(
        "this home does not wait for \(country), but for \(recovery.awaited.map(\.description).joined(separator: ", "))"
      )
    }
    try engine.carryOut(.goOn(without: country, reason: reason))
    guard self.recovery()?.without[country] != nil else {
      throw NoteError("it could not be written down; istmo status says what is wrong with the store")
    }
  }
}

extension RecoveryStatus {
  /// One sentence for an operator; nil when nothing is left to do.
  public var sentence: String? {
    let put = "this home was put back on \(kept.restored.wholeSeconds) from a backup of \(kept.made.wholeSeconds)"
    if isWaiting {
      let names = awaited.map(\.description).joined(separator: ", ")
      return awaited.isEmpty
        ? "\(put); what its neighbours handed back is being put into its registers, nothing is published meanwhile"
        : "\(put); nothing is published until \(names) said what they hold of its streams. A neighbour that stays away: "
          + "istmo restore --accept-without CC --reason TEXT"
    }
    guard !unheard.isEmpty else { return nil }
    return "\(put); these streams are signed again when their neighbour was heard: "
      + unheard.map(\.description).joined(separator: ", ")
  }

  /// The form for programs.
  public var json: JSONValue {
    [
      "restored": .text(kept.restored.wholeSeconds), "made": .text(kept.made.wholeSeconds),
      "waiting": .boolean(isWaiting), "awaited": .list(awaited.map { .text($0.description) }),
      "unheard": .list(unheard.map { .text($0.description) }),
      "without": .list(
        without.sorted { $0.key < $1.key }.map { country, waiver in
          [
            "country": .text(country.description), "time": .text(waiver.time.wholeSeconds),
            "reason": .text(waiver.reason),
          ]
        }),
    ]
  }
}

extension BackupNote {
  /// The form for programs.
  public var json: JSONValue {
    [
      "made": .text(made.wholeSeconds), "bytes": JSONValue(byteCount), "sha256": .text(digest.description),
      "entries": JSONValue(entries), "attachments": .boolean(hasAttachments),
    ]
  }
}
