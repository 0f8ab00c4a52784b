import Catalog

/// Texts of the committee's pages, in Spanish and English.
enum CommitteePhrase: String, CaseIterable, Phrases {
  case indicators, actionPlan, projects, committeePurpose
  case monthFrom, monthThrough, showPeriod, asTable, printPage, periodWrong, months12
  case computedAt, onTheirWay, onTheirWayHelp, outdated, provisional, settledSince, suppressed, nothingSuppressed,
    notCounted
  case noFigures, figuresFailed, whatFiguresAre
  case crossingTimes, crossingTimesHelp, byTag, byCamera, median, ninety
  case byMonth, shares, sharesHelp, otherFigures, cases, figure, crossing, division, value, allCrossings, month, noChart
  case reformsLate, reformsOpen, reformsDone, noReforms, delayedBy, delayedAsTold, onTime, day, days, milestones,
    milestoneLate
  case bodies, articles, sharedBy, evidence, from, due, lateNow
  case year, committed, disbursed, needed, missingMoney, advance, donor, noProjects, gaps, noGaps, unfundedMeasure,
    unfundedReform
  case underfunded, notTold, funds, reforms, projectsAgreed, cutShort

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .indicators: t("Indicadores", "Indicators")
    case .actionPlan: t("Plan de acción", "Action plan")
    case .projects: t("Proyectos", "Projects")
    case .committeePurpose: t("Sesión del comité", "Committee's session")

    case .monthFrom: t("Desde el mes", "From the month")
    case .monthThrough: t("Hasta el mes", "Through the month")
    case .showPeriod: t("Mostrar", "Show")
    case .asTable: t("Descargar CSV", "Download CSV")
    case .printPage: t("La página se imprime sin menús.", "The page prints without menus.")
    case .periodWrong: t("Ese período no se puede mostrar", "That period cannot be shown")
    case .months12:
      t(
        "Elija a lo más doce meses enteros, el primero primero y ninguno por venir.",
        "Choose at most twelve whole months, the first one first and none to come.")

    case .computedAt: t("Calculado", "Computed")
    case .onTheirWay: t("Se están calculando cifras", "Figures are being computed")
    case .onTheirWayHelp:
      t(
        "Se leen los registros del período; lo que ya está se muestra abajo. La página se completa sola; sin JavaScript, actualícela.",
        "The records of the period are being read; what is ready stands below. The page completes itself; without JavaScript, refresh it."
      )
    case .outdated:
      t(
        "Desde entonces llegaron más registros; se calcula de nuevo cada cuarto de hora.",
        "More records have come since; it is computed anew every quarter of an hour.")
    case .provisional:
      t(
        "Provisional: lo que se informe todavía del período también cuenta",
        "Provisional: what is still told of the period counts too")
    case .settledSince: t("hasta", "until")
    case .suppressed:
      t(
        "cifras de menos de cinco casos no se muestran: podrían decir algo de una sola persona o carga.",
        "figures of fewer than five cases are not shown: they could tell of a single person or load.")
    case .nothingSuppressed: t("Ninguna cifra se calló por pocos casos.", "No figure was left out for too few cases.")
    case .notCounted: t("No se contó", "Not counted")
    case .noFigures:
      t(
        "No hay ninguna cifra de al menos cinco casos en estos meses.",
        "There is no figure of at least five cases in these months.")
    case .figuresFailed: t("No se pudo calcular", "It could not be computed")
    case .whatFiguresAre:
      t(
        "Cada país calcula con los registros que tiene; las cifras de los dos lados de un paso son dos vistas y nunca se suman.",
        "Each country computes from the records it holds; the figures of a crossing's two sides are two views and are never added up."
      )

    case .crossingTimes: t("Tiempo de paso", "Crossing time")
    case .crossingTimesHelp:
      t(
        "De la primera lectura al acercarse a la última al salir del otro lado, en minutos. La mitad tarda a lo más la mediana (●); nueve de cada diez, a lo más el percentil 90 (◇).",
        "From the first read on the approach to the last one leaving the other side, in minutes. Half take at most the median (●); nine of ten at most the 90th percentile (◇)."
      )
    case .byTag: t("por etiqueta RFID", "by RFID tag")
    case .byCamera: t("por cámara", "by camera")
    case .median: t("Mediana", "Median")
    case .ninety: t("Percentil 90", "90th percentile")
    case .byMonth: t("Por mes", "By month")
    case .shares: t("Proporciones por mes", "Shares by month")
    case .sharesHelp: t("De todos los pasos del país, en por ciento.", "Of all crossings of the country, in per cent.")
    case .otherFigures: t("Todas las cifras del período", "All figures of the period")
    case .cases: t("Casos", "Cases")
    case .figure: t("Cifra", "Figure")
    case .crossing: t("Paso", "Crossing")
    case .division: t("División", "Division")
    case .value: t("Valor", "Value")
    case .allCrossings: t("Todos los pasos", "All crossings")
    case .month: t("Mes", "Month")
    case .noChart:
      t("Sin cifras de al menos cinco casos.", "No figures of at least five cases.")

    case .reformsLate: t("con atraso", "delayed")
    case .reformsOpen: t("en curso", "under way")
    case .reformsDone: t("terminadas", "done")
    case .noReforms: t("No se conoce ninguna reforma aquí.", "No reform is known here.")
    case .delayedBy: t("Atraso de", "Delayed by")
    case .delayedAsTold: t("Atrasada, según su país", "Delayed, as its country says")
    case .onTime: t("En plazo", "On time")
    case .day: t("día", "day")
    case .days: t("días", "days")
    case .milestones: t("Hitos", "Milestones")
    case .milestoneLate: t("atrasado", "late")
    case .bodies: t("Instituciones", "Bodies")
    case .articles: t("AFC de la OMC, art.", "WTO TFA, art.")
    case .sharedBy: t("Países", "Countries")
    case .evidence: t("Evidencia", "Evidence")
    case .from: t("Inicio", "Start")
    case .due: t("Vence", "Due")
    case .lateNow: t("Días de atraso hoy", "Days behind today")

    case .year: t("Año", "Year")
    case .committed: t("Comprometido", "Committed")
    case .disbursed: t("Desembolsado", "Disbursed")
    case .needed: t("Necesario", "Needed")
    case .missingMoney: t("Falta", "Missing")
    case .advance: t("Avance", "Advance")
    case .donor: t("Donante", "Donor")
    case .noProjects: t("No se conoce ningún proyecto de este año.", "No project of this year is known.")
    case .gaps: t("Brechas de financiamiento", "Funding gaps")
    case .noGaps: t("No se ve ninguna brecha.", "No gap is seen.")
    case .unfundedMeasure: t("Medida sin financiamiento", "Measure without funding")
    case .unfundedReform: t("Reforma sin financiamiento", "Reform without funding")
    case .underfunded: t("Financiamiento insuficiente", "Too little funding")
    case .notTold: t("no informado", "not told")
    case .funds: t("Financia", "Funds")
    case .reforms: t("Reformas", "Reforms")
    case .projectsAgreed: t("proyectos convenidos", "projects agreed")
    case .cutShort:
      t(
        "Solo se miraron los registros más nuevos; puede faltar algo.",
        "Only the newest records were looked at; something may be missing.")
    }
  }
}

extension Visit {
  /// A text in the visitor's language.
  func callAsFunction(_ phrase: CommitteePhrase) -> String { language(phrase.text) }
}
