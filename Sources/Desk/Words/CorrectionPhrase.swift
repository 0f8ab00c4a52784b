import Catalog

/// Texts of correcting and withdrawing records, and of a record's history, in Spanish and English.
enum CorrectionPhrase: String, CaseIterable, Phrases {
  case correct, storeCorrection, correctNote, corrects, changedMeanwhile
  case withdraw, withdrawNote, withdrawNoReason, withdrawn
  case history, historyNote, versionWithdrawal, whose, notCorrectable

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .correct: t("Corregir", "Correct")
    case .storeCorrection: t("Guardar corrección", "Store the correction")
    case .correctNote:
      t(
        "Cambie lo que está mal. La corrección ocupa el lugar del registro; el anterior queda en su historia.",
        "Change what is wrong. The correction takes the record's place; the earlier one stays in its history.")
    case .corrects: t("Corrige el registro", "Corrects the record")
    case .changedMeanwhile:
      t("Otra persona ya lo cambió. La versión vigente:", "Somebody else changed it already. The version that stands:")
    case .withdraw: t("Retirar", "Withdraw")
    case .withdrawNote:
      t(
        "El registro deja de valer aquí y en los países que lo recibieron; en su historia queda quién lo dijo y que se retiró.",
        "The record ceases to count here and in the countries that got it; its history keeps it and that it was withdrawn."
      )
    case .withdrawNoReason:
      t(
        "Este conjunto de datos no guarda una razón; el retiro queda con su fecha.",
        "This dataset keeps no reason; the withdrawal stands with its date.")
    case .withdrawn: t("Retirado; el retiro quedó guardado como", "Withdrawn; the withdrawal is stored as")
    case .history: t("Historia del registro", "The record's history")
    case .historyNote:
      t("La versión más reciente primero.", "The latest version first.")
    case .versionWithdrawal: t("Retiro", "Withdrawal")
    case .whose:
      t("La corrige o retira el país que la publicó.", "The country that published it corrects or withdraws it.")
    case .notCorrectable:
      t(
        "Un retiro no se corrige: publique el registro de nuevo.",
        "A withdrawal is not corrected: publish the record anew.")
    }
  }
}
