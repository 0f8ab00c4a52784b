import Catalog

/// Texts about backups and about a home that was put back from one, in Spanish and English.
enum BackupPhrase: String, CaseIterable, Phrases {
  case backups, never, lastBackup, age, size, entries, digest, withAttachments, yes, no, old, help, days
  case restored, waiting, filling, unheard, without, asOf

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .backups: t("Copias de seguridad", "Backups")
    case .never:
      t(
        "Nunca se hizo una copia de este nodo. Si su disco muere, solo vuelve lo que tienen los vecinos.",
        "No backup was ever made of this node. If its disk dies, only what the neighbours hold comes back.")
    case .lastBackup: t("Última copia, con los registros de", "Last backup, with the records as of")
    case .age: t("Antigüedad", "Age")
    case .days: t("días", "days")
    case .size: t("Tamaño", "Size")
    case .entries: t("Asientos en ella", "Entries in it")
    case .digest: t("SHA-256 del archivo", "SHA-256 of the file")
    case .withAttachments: t("Adjuntos", "Attachments")
    case .yes: t("con ellos", "with them")
    case .no: t("sin ellos", "without")
    case .old: t("La última copia es vieja. Haga otra ahora.", "The last backup is old. Make another one now.")
    case .help:
      t(
        "Las copias se hacen en la máquina del nodo: istmo backup ARCHIVO. Guarde el archivo en otro lugar, y su frase de paso en otro más.",
        "Backups are made on the node's own machine: istmo backup FILE. Keep the file elsewhere, and its passphrase elsewhere again."
      )
    case .restored:
      t("Este nodo se repuso desde una copia", "This node was put back from a backup")
    case .asOf: t("con los registros de", "with the records as of")
    case .waiting:
      t(
        "No se publica nada hasta que estos países digan qué tienen:",
        "Nothing is published until these countries said what they hold:")
    case .filling:
      t(
        "Lo que devolvieron los vecinos se pone en los registros; en un momento se publica de nuevo.",
        "What the neighbours handed back is being put into the registers; publishing goes on in a moment.")
    case .unheard:
      t(
        "Estas corrientes se firman de nuevo cuando se oiga a su vecino:",
        "These streams are signed again when their neighbour was heard:")
    case .without: t("El operador no esperó a", "The operator did not wait for")
    }
  }
}
