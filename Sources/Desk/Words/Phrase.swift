import Catalog

/// Every text of the pages, in Spanish and English. The switch makes the compiler ask for both.
enum Phrase: String, CaseIterable, Phrases {
  case product, skip, logout, otherLanguage, role, change, nobodyElse
  case login, officer, password, enter, loginWrong, loginWait, loginBusy, loginOver, loginNote
  case search, searchHelp, key, purpose, purposeHelp, purposeMissing, keyMissing, keyTooLong, keyNotUnderstood
  case purposeEntry, purposeExit, purposeCargo, purposeAlert, purposeAudit
  case zoneWrong, kindZone, kindName, kindRecord, kindContainer, kindTag, kindOther, nothingKnownOfWhatIsShown
  case file, understoodAs, nothingKnown, alerts, holds, consignments, operators, tags, timeline, noRecords
  case noAlerts, searchedBackTo, sources, source, entries, asOf, neverHeard, now, withheld, nothingWithheld
  case lookedUp, trailer
  case withheldNever, withheldForce, withheldRole, withheldGiven, withheldAtOrigin, notes
  case lane, lanePending, noRules, reasons, noReason, spared, missing, route, state, expectedAt, declaredAt, duca
  case held, heldCustoms, releasedThoughHeld, endedHold, alertOf, on, until, since, by
  case publishedAt, replacedBy, answered, record, local
  case awaitsYou, confirm, refuse, refuseReason, refuseTitle, reasonMissing, confirmed, refused, notDone
  case expected, expectedNone, arrivals, arrivalsNone, arrivalsNote, refresh, setPurpose, show
  case person, document, nationality, vehicle, departed, postWord
  case board, streams, stream, direction, incoming, outgoing, home, lag, receipt, wrong, flows, stands, stopped
  case notAgreed, nothingBehind, records, recordsTitle, agreements, inForceUntil, noneInForce, nextFrom, agreementText,
    roots
  case signatures, links, node, store, allFlows, notAllFlows, whatToDo, askOperator, neighbourBehind
  case notFound, notFoundHelp, forbidden, forbiddenHelp, badForm, badFormHelp, tryAgain, unavailable, httpsOnly, back

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .product: t("Istmo", "Istmo")
    case .skip: t("Ir al contenido", "Skip to content")
    case .logout: t("Salir", "Log out")
    case .otherLanguage: t("English", "Español")
    case .role: t("Función", "Role")
    case .change: t("Cambiar", "Change")
    case .nobodyElse: t("Cada consulta queda registrada con su nombre.", "Every lookup is logged under your name.")

    case .login: t("Entrar al escritorio", "Log in to the desk")
    case .officer: t("Oficial", "Officer")
    case .password: t("Contraseña", "Password")
    case .enter: t("Entrar", "Log in")
    case .loginWrong: t("El oficial o la contraseña no son correctos.", "The officer or the password is wrong.")
    case .loginWait:
      t(
        "Demasiados intentos. Espere este tiempo y vuelva a probar:", "Too many attempts. Wait this long and try again:"
      )
    case .loginBusy:
      t(
        "Muchas personas entran a la vez. Pruebe de nuevo en un momento.",
        "Many people are logging in at once. Try again in a moment.")
    case .loginOver: t("Su sesión terminó. Entre de nuevo.", "Your session has ended. Log in again.")
    case .loginNote:
      t(
        "La sesión termina tras 20 minutos sin uso. Si olvidó su contraseña, el operador nacional le da otra.",
        "A session ends after 20 minutes without use. If you forgot your password, the national operator gives you another."
      )

    case .search: t("Buscar", "Search")
    case .searchHelp:
      t(
        "Documento, zona de lectura mecánica, placa, contenedor, DUCA, etiqueta, certificado, o APELLIDOS, NOMBRES AAAA-MM-DD. El lector de documentos puede escribir aquí.",
        "Document, machine-readable zone, plate, container, DUCA, tag, certificate, or SURNAME, GIVEN NAMES YYYY-MM-DD. A document reader can type here."
      )
    case .key: t("Qué busca", "What you look for")
    case .purpose: t("Motivo de la consulta", "Purpose of the lookup")
    case .purposeHelp:
      t(
        "Se registra con la consulta y lo ve el país dueño de los datos.",
        "It is logged with the lookup, and the country that owns the data sees it.")
    case .purposeMissing: t("Escriba el motivo de la consulta.", "Say what the lookup is for.")
    case .keyMissing: t("Escriba qué busca.", "Type what you look for.")
    case .keyTooLong:
      t("Lo escrito es demasiado largo; 500 letras bastan.", "What you typed is too long; 500 letters are enough.")
    case .keyNotUnderstood:
      t(
        "No se entiende como documento, placa, contenedor, etiqueta, certificado, número ni nombre con fecha de nacimiento. Revise lo escrito.",
        "This is understood neither as a document, plate, container, tag, certificate or number, nor as a name with a birth date. Check what you typed."
      )
    case .purposeEntry: t("Control de entrada", "Entry control")
    case .purposeExit: t("Control de salida", "Exit control")
    case .purposeCargo: t("Control de carga", "Cargo control")
    case .purposeAlert: t("Verificación de una alerta", "Checking an alert")
    case .purposeAudit: t("Auditoría", "Audit")

    case .zoneWrong:
      t(
        "La zona de lectura mecánica no cuadra. Léala de nuevo, o escriba el número del documento.",
        "The machine-readable zone does not fit. Read it again, or type the document's number.")
    case .kindZone: t("zona de lectura mecánica", "machine-readable zone")
    case .kindName: t("nombre con fecha de nacimiento", "name with birth date")
    case .kindRecord: t("identificador de un registro", "a record's id")
    case .kindContainer: t("contenedor", "container")
    case .kindTag: t("etiqueta RFID", "RFID tag")
    case .kindOther:
      t(
        "documento, placa, DUCA, certificado o número de cualquier clase",
        "document, plate, DUCA, certificate or number of any kind")
    case .nothingKnownOfWhatIsShown:
      t(
        "En lo que su función puede ver no hay alerta, retención ni carga. Esto no se le muestra:",
        "In what your role may see there is no alert, hold or consignment. This is not shown to you:")
    case .file: t("Expediente de paso", "Crossing file")
    case .understoodAs: t("Buscado como", "Searched as")
    case .nothingKnown:
      t(
        "Ninguna alerta abierta, retención, carga ni alarma de etiqueta conocida aquí.",
        "No open alert, hold, consignment or alarm of a tag is known here.")
    case .alerts: t("Alertas", "Alerts")
    case .holds: t("Retenciones", "Holds")
    case .consignments: t("Cargas", "Consignments")
    case .operators: t("Operadores", "Operators")
    case .tags: t("Etiquetas RFID", "RFID tags")
    case .timeline: t("Cronología", "Timeline")
    case .noRecords:
      t("No hay registros de esto en lo que se tiene aquí.", "There are no records of this in what is held here.")
    case .noAlerts: t("Sin alertas abiertas", "No open alerts")
    case .searchedBackTo: t("Se buscó hasta", "Searched back to")
    case .sources: t("En qué se basa la respuesta", "What the answer rests on")
    case .source: t("Fuentes", "Sources")
    case .entries: t("Registros", "Records")
    case .asOf: t("Al día hasta", "As of")
    case .neverHeard: t("nunca se supo de su origen", "its origin was never heard of")
    case .now: t("ahora", "now")
    case .lookedUp: t("Consultado", "Looked up")
    case .trailer: t("Contenedores", "Containers")
    case .withheld: t("No se muestra", "Withheld")
    case .nothingWithheld: t("No se ocultó nada.", "Nothing was withheld.")
    case .withheldNever: t("no hay convenio sobre esto", "there is no agreement on this")
    case .withheldForce: t("ningún convenio está vigente", "no agreement is in force")
    case .withheldRole: t("el convenio lo reserva a", "the agreement reserves it to")
    case .withheldAtOrigin:
      t(
        "el país de origen los guarda y solo los muestra allí",
        "the country of origin keeps them and shows them only there")
    case .withheldGiven: t("no está entre los datos que se le asignaron", "it is not among the datasets given to you")
    case .notes: t("Avisos", "Notes")

    case .lane: t("Carril", "Lane")
    case .lanePending: t("Sin carril", "No lane")
    case .noRules: t("Este país no ha instalado reglas de carriles.", "This country has installed no rules for lanes.")
    case .reasons: t("Por qué", "Why")
    case .noReason: t("Ninguna regla se aplica.", "No rule applies.")
    case .spared: t("no cuenta por la regla", "does not count because of rule")
    case .missing: t("Falta", "Missing")
    case .route: t("Ruta", "Route")
    case .state: t("Estado", "State")
    case .expectedAt: t("Se espera", "Expected")
    case .declaredAt: t("Declarada", "Declared")
    case .duca: t("DUCA", "DUCA")
    case .held: t("RETENIDA por cuarentena", "HELD by quarantine")
    case .heldCustoms: t("RETENIDA por aduana", "HELD by customs")
    case .releasedThoughHeld: t("LIBERADA AUNQUE ESTÁ RETENIDA", "RELEASED THOUGH HELD")
    case .endedHold: t("Retención terminada", "Hold ended")
    case .alertOf: t("Alerta de", "Alert of")
    case .on: t("sobre", "on")
    case .until: t("hasta", "until")
    case .since: t("desde", "since")
    case .by: t("por", "by")

    case .publishedAt: t("Publicado", "Published")
    case .replacedBy: t("Corregido o retirado después por", "Corrected or withdrawn later by")
    case .answered: t("Respondido por", "Answered by")
    case .record: t("Registro", "Record")
    case .local: t("hora local", "local time")

    case .awaitsYou: t("Espera la decisión de este puesto", "Awaits this post's decision")
    case .confirm: t("Confirmar entrada", "Confirm entry")
    case .refuse: t("Rechazar entrada", "Refuse entry")
    case .refuseReason:
      t("Razón del rechazo (código o frase, sin nombres)", "Reason for refusing (a code or phrase, no names)")
    case .refuseTitle: t("Rechazar…", "Refuse…")
    case .reasonMissing: t("Un rechazo necesita una razón.", "A refusal needs a reason.")
    case .confirmed: t("La entrada quedó confirmada y guardada.", "The entry is confirmed and stored.")
    case .refused: t("El rechazo quedó registrado y guardado.", "The refusal is recorded and stored.")
    case .notDone: t("No se registró:", "Not recorded:")

    case .expected: t("Carga esperada", "Expected cargo")
    case .expectedNone: t("No se espera ninguna carga en este puesto.", "No cargo is expected at this post.")
    case .arrivals: t("Entradas por confirmar", "Entries to confirm")
    case .arrivalsNone: t("Nadie espera confirmación en este puesto.", "Nobody awaits confirmation at this post.")
    case .arrivalsNote:
      t(
        "Personas cuya salida hacia este paso se registró en los últimos tres días y cuya entrada nadie confirmó ni rechazó; las 60 más recientes.",
        "Persons whose departure through this crossing was recorded in the last three days, and whose entry nobody confirmed or refused; the latest 60."
      )
    case .refresh: t("Actualizar", "Refresh")
    case .setPurpose:
      t("Diga para qué mira esta lista; queda registrado.", "Say what you look at this list for; it is logged.")
    case .show: t("Mostrar", "Show")
    case .person: t("Persona", "Person")
    case .document: t("Documento", "Document")
    case .nationality: t("Nacionalidad", "Nationality")
    case .vehicle: t("Vehículo", "Vehicle")
    case .departed: t("Salió", "Departed")
    case .postWord: t("Puesto", "Post")

    case .board: t("Tablero", "Board")
    case .streams: t("Corrientes de datos", "Streams")
    case .stream: t("Corriente", "Stream")
    case .direction: t("Sentido", "Direction")
    case .incoming: t("llega", "comes in")
    case .outgoing: t("sale", "goes out")
    case .home: t("propia", "own")
    case .lag: t("Atraso", "Lag")
    case .receipt: t("Último recibo", "Last receipt")
    case .wrong: t("Qué pasa y qué hacer", "What is wrong and what to do")
    case .flows: t("fluye", "flows")
    case .stands: t("no fluye", "does not flow")
    case .stopped: t("DETENIDA", "STOPPED")
    case .notAgreed: t("sin convenio", "not agreed")
    case .nothingBehind: t("al día", "up to date")
    case .records: t("registros", "records")
    case .recordsTitle: t("Registros", "Records")
    case .agreements: t("Convenios", "Agreements")
    case .inForceUntil: t("vigente hasta", "in force until")
    case .noneInForce: t("ninguno vigente", "none in force")
    case .nextFrom: t("el siguiente rige desde", "the next one counts from")
    case .agreementText: t("Texto firmado", "Signed text")
    case .roots: t("Huella del texto (SHA-256)", "Digest of the text (SHA-256)")
    case .signatures: t("Firmas", "Signatures")
    case .links: t("Enlaces", "Links")
    case .node: t("Nodo", "Node")
    case .store: t("Almacén", "Store")
    case .allFlows: t("Todo lo convenido fluye.", "Everything agreed is flowing.")
    case .notAllFlows: t("No todo lo convenido fluye.", "Not everything agreed is flowing.")
    case .whatToDo: t("Qué hacer", "What to do")
    case .askOperator: t("Compare con el operador del país vecino.", "Compare with the neighbour's operator.")
    case .neighbourBehind:
      t(
        "Se reanuda solo cuando el enlace vuelve; nada se pierde.",
        "It goes on by itself when the link is back; nothing is lost.")

    case .notFound: t("No hay tal página", "There is no such page")
    case .notFoundHelp: t("Vuelva a la búsqueda.", "Go back to the search.")
    case .forbidden: t("Su función no permite esto", "Your role does not permit this")
    case .forbiddenHelp:
      t(
        "Si su trabajo lo necesita, pida la función al operador nacional.",
        "If your work needs it, ask the national operator for the role.")
    case .badForm: t("El formulario no se pudo usar", "The form could not be used")
    case .badFormHelp:
      t("Vuelva, actualice la página y envíelo de nuevo.", "Go back, refresh the page and send it again.")
    case .tryAgain: t("Pruebe de nuevo en un momento.", "Try again in a moment.")
    case .unavailable: t("El nodo no puede responder ahora", "The node cannot answer now")
    case .httpsOnly: t("Entre por la dirección https del escritorio", "Use the desk's https address")
    case .back: t("Volver", "Back")
    }
  }
}
