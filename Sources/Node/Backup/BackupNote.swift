import Terms

/// What a home remembers of its last backup: `backup.last`, written when the backup was verified.
public struct BackupNote: Hashable, Sendable {
  /// Where it lies in a home.
  static let path = "/backup.last"
  /// Days after which an operator is warned, unless `config` says otherwise: a nightly backup may fail once.
  public static let usualWarnDays = 2

  /// The moment as of which the records are in it.
  public let made: Instant
  /// The file's length in bytes.
  public let byteCount: UInt64
  /// SHA-256 of the file.
  public let digest: Digest
  /// Entries of all streams in it.
  public let entries: UInt64
  /// Whether the attachments are in it.
  public let hasAttachments: Bool

  /// What to remember of a backup.
  public init(_ kept: BackupSealer.Kept) { self.init(kept.about, byteCount: kept.byteCount, digest: kept.digest) }

  init(_ about: BackupAbout, byteCount: UInt64, digest: Digest) {
    (made, entries, hasAttachments) = (about.made, about.entries, about.hasAttachments)
    (self.byteCount, self.digest) = (byteCount, digest)
  }

  var line: String {
    "\(made.milliseconds) \(byteCount) \(digest) \(entries) \(hasAttachments ? "whole" : "without-attachments")\n"
  }

  init?(_ bytes: [UInt8]) {
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 5, let made = Int64(words[0]), made >= 0, let byteCount = UInt64(words[1]),
      let digest = Digest(hex: words[2]), let entries = UInt64(words[3])
    else { return nil }
    (self.made, self.byteCount) = (Instant(milliseconds: made), byteCount)
    (self.digest, self.entries, hasAttachments) = (digest, entries, words[4] == "whole")
  }

  /// What an operator should know of it; nil while it is young enough.
  /// - Parameter warnDays: after how many days; 0 for never.
  public static func warning(_ last: BackupNote?, warnDays: Int, now: Instant) -> String? {
    guard warnDays > 0 else { return nil }
    guard let last else { return "no backup was ever made of this home: istmo backup FILE" }
    let days = now.milliseconds(since: last.made) / 86_400_000
    guard days >= warnDays else { return nil }
    return "the last backup is \(days) days old (\(last.made.wholeSeconds)): istmo backup FILE"
  }
}

extension Home {
  /// The last backup; nil when there was none, or the note of it cannot be read.
  public func lastBackup() -> BackupNote? {
    (try? Files.read(path + BackupNote.path, longest: 1024, what: "the note of the last backup")).flatMap {
      BackupNote($0)
    }
  }

  /// Remembers a backup.
  public func keep(backup: BackupNote) throws(HomeError) {
    try Files.write(Array(backup.line.utf8), to: path + BackupNote.path)
  }
}
