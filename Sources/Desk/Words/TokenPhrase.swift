import Catalog

/// Texts of the page for systems' tokens, in Spanish and English.
enum TokenPhrase: String, CaseIterable, Phrases {
  case add, shown, shownOnce, lastUse, never, end, ended, nameHelp, nameWrong, days, daysWrong, scopesHelp, scopesWrong
  case exists, unknown, full, publishAll, publishOnly, lookup, observe

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .add: t("Hacer una ficha", "Make a token")
    case .shown: t("Ficha de", "Token of")
    case .shownOnce:
      t(
        "Se muestra una sola vez. Entréguela a quien opera el sistema por un medio seguro; va como Authorization: Bearer.",
        "It is shown once. Hand it to whoever runs the system in a safe way; it goes as Authorization: Bearer.")
    case .lastUse: t("Último uso", "Last use")
    case .never: t("nunca", "never")
    case .end: t("Terminar", "End")
    case .ended: t("La ficha ya no vale", "The token counts no more")
    case .nameHelp:
      t("1 a 64 letras, cifras y signos, sin espacios.", "1 to 64 letters, digits and signs, without spaces.")
    case .nameWrong:
      t(
        "El nombre del sistema tiene de 1 a 64 letras sin acentos, cifras y signos, sin espacios.",
        "A system's name is 1 to 64 letters without accents, digits and signs, without spaces.")
    case .days: t("Vale durante (días, 1 a 3650)", "Valid for (days, 1 to 3650)")
    case .daysWrong: t("Los días son un número de 1 a 3650.", "Days are a number from 1 to 3650.")
    case .scopesHelp:
      t(
        "Solo lo que el sistema necesita; una ficha para cada sistema.", "Only what the system needs; a token for each."
      )
    case .scopesWrong: t("Elija al menos un alcance.", "Choose one scope at least.")
    case .exists: t("Ya hay una ficha con ese nombre.", "There is a token of that name already.")
    case .unknown: t("No hay tal ficha; quizá ya terminó.", "There is no such token; perhaps it was ended before.")
    case .full:
      t("No caben más fichas; termine las vencidas.", "There is no room for more tokens; end those that are over.")
    case .publishAll: t("publicar todo conjunto de datos", "publish every dataset")
    case .publishOnly: t("publicar solo", "publish only")
    case .lookup: t("consultar en nombre de oficiales", "look up in the name of officers")
    case .observe: t("ver estado y cifras, sin datos personales", "see status and figures, no personal data")
    }
  }
}
