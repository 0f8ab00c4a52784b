import Catalog

/// Texts about what other countries' nodes answered over the link, records and attachments, in Spanish and English.
enum LivePhrase: String, CaseIterable {
  case answeredAt, unanswered, linkDown, tooSlow, refused, notRead
  case showAttachment, noAttachment, notBorne, notHere, noLink, notSent

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .answeredAt: t("respondido por el país de origen", "answered by the country of origin")
    case .unanswered:
      t("el país de origen los guarda y no respondió", "the country of origin keeps them and did not answer")
    case .linkDown: t("el enlace está caído desde", "the link is down since")
    case .tooSlow: t("no respondió a tiempo; pregunte de nuevo", "it did not answer in time; ask again")
    case .refused: t("rechazó la pregunta", "it refused the question")
    case .notRead:
      t("su respuesta no es válida; avise al operador nacional", "its answer is not valid; tell the national operator")
    case .showAttachment: t("Ver lo adjunto", "See what is attached")
    case .noAttachment: t("No se pudo traer lo adjunto", "What is attached could not be got")
    case .notBorne:
      t("Ningún registro que su función puede ver lo lleva.", "No record that your role may see bears it.")
    case .notHere: t("Todavía no se entregó a este nodo.", "It was not given to this node yet.")
    case .noLink:
      t("El enlace con el país de origen está caído.", "The link to the country of origin is down.")
    case .notSent:
      t("El país de origen no lo envió; pruebe de nuevo.", "The country of origin did not send it; try again.")
    }
  }
}
