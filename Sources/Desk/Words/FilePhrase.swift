import Catalog

/// Texts of files in forms, in Spanish and English.
enum FilePhrase: String, CaseIterable, Phrases {
  case image, document, scan, chooseOther, kept, drop, limit, formTooLong, tooLong, draftKeeps

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .image: t("Fotografía", "Photograph")
    case .document: t("Documento XML", "XML document")
    case .scan: t("Acta o documento escaneado", "Act or scanned document")
    case .chooseOther: t("Elegir otro archivo en su lugar", "Choose another file instead")
    case .kept: t("Archivo guardado en este nodo", "File kept on this node")
    case .drop: t("Quitar el archivo", "Take the file out")
    case .limit: t("hasta 100 MiB", "up to 100 MiB")
    case .formTooLong:
      t(
        "El archivo pasa de 100 MiB, o el formulario es más largo que un registro. Vuelva atrás: lo escrito sigue allí.",
        "The file is longer than 100 MiB, or the form is longer than a record. Go back: what you typed is still there.")
    case .tooLong:
      t("El archivo pasa de 100 MiB; elija uno más pequeño.", "The file is longer than 100 MiB; choose a smaller one.")
    case .draftKeeps:
      t(
        "Si no se guarda ningún registro ni borrador con él, el nodo lo borra a los 15 días.",
        "If no record and no draft with it is stored, the node removes it after 15 days.")
    }
  }

  /// What the file of a field is.
  static func title(of field: Field) -> Translated {
    switch field.name {
    case "image_digest": FilePhrase.image.text
    case "xml_digest": FilePhrase.document.text
    case "act_digest": FilePhrase.scan.text
    default: field.title
    }
  }
}
