import Catalog

/// Texts of the operator's pages, in Spanish and English.
enum BoardPhrase: String, CaseIterable, Phrases {
  case operatorPages, overview, streamPage, keyPage, retentionPage, storePage, tokenPage, lookupPage, officerPage,
    ceremonyPage
  case mapTitle, mapHelp, pairs, pairFlows, pairWaits, pairStands, pairNone, notLinked, incomingOf, ownCrossing,
    otherCrossing
  case troubles, noTroubles, lately, lastHours, sampledEvery, noSamples, worst, lagLately, suspended, newest
  case expiresIn, expired, differs, noDifferences, differencesHelp, theirs, digestOfTerms, printThis, agreementStreams
  case cardOf, serial, validFrom, validUntil, ownKeys, keyLog, keyReceipt, keyTransport, keySealing, keyWitness, keyRoot
  case cardEndsSoon, cardEnded, cardRenew
  case retentionHelp, erasingWaits, daysKept, oldestRecord, dueNow, asAgreed, asDefined, nothingDue, erasedEntries
  case lastErasure
  case diskFree, diskOf, databaseBytes, walBytes, freeInFile, indexEntries, indexRuns, indexPartitions, streamsHeld,
    maintenance
  case runningSince, noRoom, storeHelp, worksWell, failing
  case tokenName, scopes, tokenEnds, tokenEnded, noTokens, tokenHelp
  case lookupsOwn, lookupsTheirs, lookupsHelp, when, who, asRole, atPost, aboutCountry, foundRecords, noLookups,
    onlyNewest
  case officerID, fullName, roles, datasets, allDatasets, disabledState, enabledState, addOfficer, disable, enable,
    givePassword
  case passwordShown, passwordHelp, officerAdded, officerWrong, officerExists, officerUnknown, officerSelf, postOf,
    officerHelp
  case rolesHelp, datasetsHelp, tooManyOfficers, noPost, postHelp, pageNeedsPost
  case ceremonyHelp, noCeremony, step, stepOffered, stepCompared, stepSigned, stepComplete, codeToRead, codeAloudHelp,
    nextOnBoth
  case offerDigest, offerMade, offerEnds, bothOffers, termsToRead, signHere, noCodeYet, qrOf, groupWord, ceremonyPrint
  case changed, sessionEnds, liveOff

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .operatorPages: t("Páginas del operador", "Operator's pages")
    case .overview: t("Mapa", "Map")
    case .streamPage: t("Corrientes", "Streams")
    case .keyPage: t("Claves", "Keys")
    case .retentionPage: t("Conservación", "Retention")
    case .storePage: t("Disco y almacén", "Disk and store")
    case .tokenPage: t("Fichas de sistemas", "Systems' tokens")
    case .lookupPage: t("Consultas", "Lookups")
    case .officerPage: t("Oficiales", "Officers")
    case .ceremonyPage: t("Ceremonias", "Ceremonies")

    case .mapTitle: t("Intercambio de este nodo", "This node's exchange")
    case .mapHelp:
      t(
        "Cada línea es un par de países; su signo y su trazo dicen cómo está. Rombos: pasos terrestres y el transbordador.",
        "Each line is a pair of countries; its sign and its dashes say how it stands. Diamonds: crossings by land, and the ferry."
      )
    case .pairs: t("Pares", "Pairs")
    case .pairFlows: t("todo fluye, nada espera", "all flows, nothing waits")
    case .pairWaits: t("fluye, hay registros en espera", "flows, records wait")
    case .pairStands: t("algo convenido no fluye", "something agreed does not flow")
    case .pairNone: t("sin convenio", "no agreement")
    case .notLinked: t("sin enlace", "no link")
    case .incomingOf: t("corrientes", "streams")
    case .ownCrossing: t("paso propio", "own crossing")
    case .otherCrossing: t("otro paso", "other crossing")

    case .troubles: t("Qué pasa y qué hacer ahora", "What is wrong, and what to do now")
    case .noTroubles: t("Nada pide atención.", "Nothing asks for attention.")
    case .lately: t("Últimamente", "Lately")
    case .lastHours: t("Las líneas muestran", "The lines show")
    case .sampledEvery:
      t(
        "una muestra cada 30 s, desde que el nodo arrancó a lo más",
        "a sample every 30 s, at most since the node started")
    case .noSamples: t("Todavía no hay muestras del atraso.", "There are no samples of the lag yet.")
    case .worst: t("máximo", "greatest")
    case .lagLately: t("Atraso en este tiempo", "Lag in this time")
    case .suspended: t("Suspendido", "Suspended")
    case .newest: t("Último recibo o “al día hasta”", "Latest receipt or \"as of\"")

    case .expiresIn: t("vence en", "expires in")
    case .expired: t("venció", "expired")
    case .differs: t("Difiere de lo firmado", "Differs from what is signed")
    case .noDifferences:
      t(
        "La topología de este nodo dice lo mismo que el convenio firmado.",
        "This node's topology says the same as the signed agreement.")
    case .differencesHelp:
      t(
        "Lo que la topología del vecino dice no se intercambia: si difiere, sus corrientes lo dicen como razón de no fluir.",
        "What the neighbour's topology says is not exchanged: where it differs, its streams tell it as the reason for not flowing."
      )
    case .theirs: t("Del vecino", "The neighbour's")
    case .digestOfTerms: t("Huella", "Digest")
    case .printThis: t("Para imprimir, use la impresión del navegador.", "To print, use the browser's printing.")
    case .agreementStreams: t("Corrientes convenidas", "Streams agreed")

    case .cardOf: t("Tarjeta de", "Card of")
    case .serial: t("Serie", "Serial")
    case .validFrom: t("Vale desde", "Valid from")
    case .validUntil: t("Vale hasta", "Valid until")
    case .ownKeys: t("Claves de este nodo", "This node's keys")
    case .keyLog: t("registro: firma puntos de control", "log: signs checkpoints")
    case .keyReceipt: t("recibo: firma recibos y “al día hasta”", "receipt: signs receipts and \"as of\"")
    case .keyTransport: t("transporte: prueba el nodo en el enlace", "transport: proves the node on the link")
    case .keySealing: t("sello: abre lo que sellan los vecinos", "sealing: opens what neighbours seal")
    case .keyWitness: t("testigo: cofirma estados de otros", "witness: cosigns others' states")
    case .keyRoot:
      t("raíz: está fuera de línea y firma tarjetas y convenios", "root: is offline and signs cards and agreements")
    case .cardEndsSoon: t("La tarjeta vence pronto", "The card ends soon")
    case .cardEnded: t("La tarjeta venció", "The card has ended")
    case .cardRenew:
      t(
        "Emita una tarjeta nueva con la clave raíz; los vecinos la reciben por el enlace.",
        "Issue a new card with the root key; neighbours get it over the link.")

    case .retentionHelp:
      t(
        "El nodo borra por sí solo, cada hora, lo que pasó el tiempo por el que se guarda; las pruebas de lo demás quedan.",
        "The node erases by itself, every hour, what is past the time for which it is kept; proofs of all else remain.")
    case .erasingWaits: t("No se borra por ahora.", "Nothing is erased for now.")
    case .erasedEntries: t("Borrados", "Erased")
    case .lastErasure: t("Último borrado", "Last erasure")
    case .daysKept: t("Días", "Days")
    case .oldestRecord: t("El más antiguo", "Oldest")
    case .dueNow: t("Vencidos", "Due")
    case .asAgreed: t("según el convenio", "as agreed")
    case .asDefined: t("según la definición", "as defined")
    case .nothingDue: t("Nada está vencido.", "Nothing is due.")

    case .diskFree: t("Libre en el disco", "Free on the disk")
    case .diskOf: t("de", "of")
    case .databaseBytes: t("Base de datos", "Database")
    case .walBytes: t("Diario por copiar (WAL)", "Log to be copied (WAL)")
    case .freeInFile: t("Libre dentro de la base", "Free within the database")
    case .indexEntries: t("Entradas del índice ciego", "Entries of the blind index")
    case .indexRuns: t("Tramos del índice", "Runs of the index")
    case .indexPartitions: t("Particiones del índice", "Partitions of the index")
    case .streamsHeld: t("Corrientes guardadas", "Streams held")
    case .maintenance: t("Mantenimiento", "Maintenance")
    case .runningSince: t("En marcha desde", "Running since")
    case .noRoom: t("No hay lugar para más registros", "There is no room for more records")
    case .storeHelp:
      t(
        "Se rehúsa publicar y recibir antes de que el disco se llene; las consultas siguen.",
        "Publishing and receiving are refused before the disk is full; lookups go on.")
    case .worksWell: t("funciona", "works")
    case .failing: t("FALLA", "FAILS")

    case .tokenName: t("Sistema", "System")
    case .scopes: t("Alcance", "Scope")
    case .tokenEnds: t("Vale hasta", "Valid until")
    case .tokenEnded: t("vencida", "ended")
    case .noTokens: t("Ningún sistema tiene ficha.", "No system has a token.")
    case .tokenHelp:
      t(
        "Solo se guarda la huella de cada ficha. También se hacen y terminan en la máquina del nodo: istmo token.",
        "Only each token's digest is kept. They are made and ended on the node's machine too: istmo token.")

    case .lookupsOwn: t("De este país", "This country's")
    case .lookupsTheirs: t("De vecinos, sobre registros de este país", "Neighbours', of this country's records")
    case .lookupsHelp:
      t(
        "Aquí no se muestra qué se buscó ni qué se encontró: sería otra consulta sobre personas. La línea entera está en la máquina del nodo: istmo lookups.",
        "What was searched for and what was found is not shown here: that would be another lookup of persons. The whole line is on the node's machine: istmo lookups."
      )
    case .when: t("Cuándo", "When")
    case .who: t("Quién", "Who")
    case .asRole: t("Función", "Role")
    case .atPost: t("Puesto", "Post")
    case .aboutCountry: t("Registros de", "Records of")
    case .foundRecords: t("Halló", "Found")
    case .noLookups: t("No hay consultas registradas.", "There are no lookups in the log.")
    case .onlyNewest: t("Se muestran las más recientes:", "The newest are shown:")

    case .officerID: t("Nombre de entrada", "Login name")
    case .fullName: t("Nombre", "Name")
    case .roles: t("Funciones", "Roles")
    case .datasets: t("Conjuntos de datos", "Datasets")
    case .allDatasets: t("todos", "all")
    case .disabledState: t("deshabilitado", "disabled")
    case .enabledState: t("habilitado", "enabled")
    case .addOfficer: t("Agregar oficial", "Add an officer")
    case .disable: t("Deshabilitar", "Disable")
    case .enable: t("Habilitar", "Enable")
    case .givePassword: t("Contraseña nueva", "New password")
    case .passwordShown: t("Contraseña de", "Password of")
    case .passwordHelp:
      t(
        "Se muestra una sola vez. Entréguela en persona; las sesiones anteriores terminaron.",
        "It is shown once. Hand it over in person; earlier sessions have ended.")
    case .officerAdded: t("Oficial agregado", "Officer added")
    case .officerWrong: t("Revise los datos", "Check what you typed")
    case .officerExists:
      t("Ya hay un oficial con ese nombre de entrada.", "There is an officer of that login name already.")
    case .officerUnknown: t("No hay tal oficial.", "There is no such officer.")
    case .officerSelf: t("Nadie se deshabilita a sí mismo.", "Nobody disables himself or herself.")
    case .postOf: t("Puesto", "Post")
    case .officerHelp:
      t(
        "Nombre de entrada: 1 a 40 de a-z, 0-9, punto y guion.", "Login name: 1 to 40 of a-z, 0-9, dot and hyphen.")
    case .rolesHelp: t("Una o más; el oficial cambia entre ellas.", "One or more; the officer switches between them.")
    case .datasetsHelp:
      t("Ninguno marcado: todos los que la función permita.", "None ticked: all that the role permits.")
    case .noPost: t("— sin puesto —", "— no post —")
    case .postHelp:
      t(
        "Solo quien es del comité, de estadística o de la operación del nodo puede no tener puesto.",
        "Only a committee's, a statistician's or a node operator's login may be without a post.")
    case .pageNeedsPost:
      t(
        "Esta página es de un puesto y usted no tiene ninguno; el operador nacional lo asigna.",
        "This page is of a post and you have none; the national operator gives one.")
    case .tooManyOfficers: t("No caben más oficiales.", "There is no room for more officers.")

    case .ceremonyHelp:
      t(
        "Pasos de las ceremonias guardadas en este nodo, para imprimir y leer en la mesa. Firmar se hace con la clave raíz, fuera de línea.",
        "Steps of the ceremonies kept on this node, to print and read at the table. Signing is done with the root key, offline."
      )
    case .noCeremony: t("No hay ninguna ceremonia empezada aquí.", "No ceremony was begun here.")
    case .step: t("Paso", "Step")
    case .stepOffered: t("1. Oferta hecha", "1. Offer made")
    case .stepCompared: t("2. Ofertas comparadas: lean el código", "2. Offers compared: read the code")
    case .stepSigned: t("3. Firmado por este lado", "3. Signed by this side")
    case .stepComplete: t("4. Firmado por ambos", "4. Signed by both")
    case .codeToRead: t("Código de sesenta cifras", "Code of sixty digits")
    case .codeAloudHelp:
      t(
        "Léanlo en voz alta por turnos, grupo por grupo, cada lado de su propia pantalla. Nunca lo envíen ni lo fotografíen: solo prueba algo si sale de una boca conocida.",
        "Read it aloud in turns, group by group, each side from its own screen. Never send or photograph it: it proves something only from a known person's mouth."
      )
    case .nextOnBoth: t("Lo que sigue", "What comes next")
    case .offerDigest: t("Huella de la oferta (SHA-256)", "Digest of the offer (SHA-256)")
    case .offerMade: t("Hecha", "Made")
    case .offerEnds: t("Se puede usar hasta", "Can be used until")
    case .bothOffers: t("Ofertas", "Offers")
    case .termsToRead: t("Términos para leer en voz alta", "Terms to read aloud")
    case .signHere: t("Firmas de quienes estuvieron", "Signatures of those present")
    case .noCodeYet:
      t(
        "El código aparece cuando se compara la oferta del otro lado.",
        "The code appears when the other side's offer is compared.")
    case .qrOf: t("Código QR de la huella de la oferta de", "QR code of the digest of the offer of")
    case .groupWord: t("Grupo", "Group")
    case .ceremonyPrint:
      t("Para imprimir: cada ceremonia ocupa sus propias páginas.", "To print: each ceremony has its own pages.")

    case .changed: t("Hay cambios desde que se mostró esto:", "There are changes since this was shown:")
    case .sessionEnds:
      t(
        "La sesión terminó; esta página ya no se actualiza.",
        "The session has ended; this page shows nothing new any more.")
    case .liveOff:
      t("Sin conexión con el nodo; se intenta de nuevo.", "No connection with the node; it is tried again.")
    }
  }
}

extension Visit {
  /// A text in the visitor's language.
  func callAsFunction(_ phrase: BoardPhrase) -> String { language(phrase.text) }
}
