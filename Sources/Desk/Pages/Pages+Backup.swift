import Exchange
import Markup
import Node
import Terms

// Backups on the page of the disk, and how a home that was put back from one stands. No personal data.
extension Pages {
  @HTMLBuilder func backups(_ status: NodeStatus, _ visit: Visit) -> HTML {
    HTML.element("h2") { visit(BackupPhrase.backups) }
    if let last = status.lastBackup {
      if status.backupWarning != nil { HTML.element("p", .class("box warn")) { visit(BackupPhrase.old) } }
      HTML.element("dl", .class("box")) {
        for (name, value) in rows(last, visit) {
          HTML.element("div") {
            HTML.element("dt") { visit(name) }
            HTML.element("dd") { value }
          }
        }
      }
    } else {
      HTML.element("p", .class("box warn")) { visit(BackupPhrase.never) }
    }
    HTML.element("p", .class("help")) { visit(BackupPhrase.help) }
    if let recovery = status.recovery { restored(recovery, visit) }
  }

  private func rows(_ last: BackupNote, _ visit: Visit) -> [(BackupPhrase, String)] {
    let days = max(0, visit.now.milliseconds(since: last.made) / 86_400_000)
    let attachments: BackupPhrase = last.hasAttachments ? .yes : .no
    return [
      (.lastBackup, visit.time(last.made)), (.age, "\(days) \(visit(BackupPhrase.days))"),
      (.size, Self.bytes(last.byteCount)), (.entries, "\(last.entries)"), (.withAttachments, visit(attachments)),
      (.digest, last.digest.description),
    ]
  }

  private func restored(_ recovery: RecoveryStatus, _ visit: Visit) -> HTML {
    HTML.element("section", .class(recovery.isWaiting ? "box wrong" : "box")) {
      HTML.element("h2") { visit(BackupPhrase.restored) }
      HTML.element("p") {
        "\(visit.time(recovery.kept.restored)), \(visit(BackupPhrase.asOf)) \(visit.time(recovery.kept.made))."
      }
      if recovery.isWaiting {
        HTML.element("p") {
          recovery.awaited.isEmpty
            ? visit(BackupPhrase.filling)
            : visit(BackupPhrase.waiting) + " " + recovery.awaited.map { visit.country($0) }.joined(separator: ", ")
        }
      } else if !recovery.unheard.isEmpty {
        HTML.element("p") {
          visit(BackupPhrase.unheard) + " " + recovery.unheard.map(\.description).joined(separator: ", ")
        }
      }
      for (country, waiver) in recovery.without.sorted(by: { $0.key < $1.key }) {
        HTML.element("p") {
          "\(visit(BackupPhrase.without)) \(visit.country(country)) (\(visit.time(waiver.time))): \(waiver.reason)"
        }
      }
    }
  }
}
