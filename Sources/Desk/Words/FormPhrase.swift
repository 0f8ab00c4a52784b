import Catalog

/// Every text of forms, uploads, actions and the officer's own account, in Spanish and English.
enum FormPhrase: String, CaseIterable, Phrases {
  case forms, formsNote, formsNone, open, drafts, draftsNote, draftsNone, deleteDraft, draftKept, draftDeleted,
    draftsFull
  case draftsBroken, draftGone, keepDraft, chooseFirst, showFields, storeRecord, storeNote, addRow, compulsory,
    compulsoryNote
  case personalDatum, notSaid, yes, no, several, between, formTrouble, formTooBig, event, upTo, characters
  case stored, storedBefore, storedNote, storedGoes, storedStays, storedNext, storedID, another, toForms, mayNot
  case savedAt, doneStored, localTime, wholeLine
  case actTreat, actRelease, actReturn, actDestroy, actQuarantine, actCustomsHold, actCustomsRelease, actArrive
  case actOutcome, actLift, actFollowUp, actClose, actWorksAgain, actAbout, actWhere, actNotHere
  case upload, uploadUnreadable, uploadHelp, uploadHelpXML, uploadFile, uploadPreview, uploadLimits, uploadGone
  case uploadDone, uploadForetold, uploadNothingYet, uploadStore, uploadAnother, countStored, countAccepted
  case countDuplicates, countRefused, countRefusedTitle, downloadRefused, lineNumber, fieldName, whyRefused, moreRefused
  case account, changePassword, currentPassword, newPassword, newPasswordAgain, passwordNote, passwordLength
  case passwordsDiffer, passwordSame, passwordWrong, passwordChanged
  case factor, factorNeeded, factorScan, factorPicture, factorSecret, factorConfirm, factorOn, factorOff, factorBegin
  case factorAnew, factorKept, code, codeHelp, codeWrong, codeWait, recovery, recoveryNote, recoveryDone, recoveryLeft
  case openHits, openHitsNote, openHitsNone, tagAlarms, tagAlarmsNone, tagReadAt, outages, outagesNone, reportOutage,
    reportIncident

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .forms: t("Registrar", "Record")
    case .formsNote:
      t(
        "Para cuando el sistema nacional no está disponible. Lo que se guarda aquí vale igual y se valida igual.",
        "For when the national system is not available. What is stored here counts the same and is checked the same.")
    case .formsNone:
      t("Su función no registra ningún conjunto de datos.", "Your role records no dataset.")
    case .open: t("Abrir formulario", "Open the form")
    case .drafts: t("Borradores", "Drafts")
    case .draftsNote:
      t(
        "Solo usted los ve. Se guardan cifrados durante 14 días, 20 a lo sumo.",
        "Only you see them. They are kept encrypted for 14 days, 20 at most.")
    case .draftsNone: t("No hay borradores.", "There are no drafts.")
    case .deleteDraft: t("Borrar", "Delete")
    case .draftKept: t("El borrador quedó guardado.", "The draft is kept.")
    case .draftDeleted: t("El borrador se borró.", "The draft was deleted.")
    case .draftsFull:
      t(
        "No caben más borradores. Borre alguno o guarde el registro.",
        "There is no room for more drafts. Delete one, or store the record.")
    case .draftsBroken:
      t(
        "Los borradores no se pueden leer o escribir ahora. Lo escrito sigue en la página.",
        "Drafts cannot be read or written now. What you typed is still on the page.")
    case .draftGone: t("Ese borrador ya no existe.", "That draft is not there any more.")
    case .keepDraft: t("Guardar borrador", "Keep as a draft")
    case .chooseFirst: t("Primero elija", "Choose first")
    case .showFields: t("Mostrar campos", "Show the fields")
    case .storeRecord: t("Guardar registro", "Store the record")
    case .storeNote:
      t(
        "Un registro guardado no se borra: se corrige con otro.",
        "A stored record is not erased: another one corrects it.")
    case .addRow: t("Añadir", "Add")
    case .compulsory: t("obligatorio", "compulsory")
    case .compulsoryNote: t("Lo marcado con * es obligatorio.", "What is marked with * is compulsory.")
    case .personalDatum: t("dato personal", "personal")
    case .notSaid: t("— sin indicar —", "— not said —")
    case .yes: t("Sí", "Yes")
    case .no: t("No", "No")
    case .several: t("Separe varios con |", "Separate several with |")
    case .between: t("Entre", "Between")
    case .formTrouble:
      t("No se guardó. Corrija lo señalado:", "Not stored. Correct what is marked:")
    case .formTooBig:
      t("El formulario es más largo que un registro (64 KiB).", "The form is longer than a record (64 KiB).")
    case .event: t("Hecho", "Event")
    case .upTo: t("Hasta", "Up to")
    case .characters: t("caracteres", "characters")
    case .stored: t("Registro guardado", "Record stored")
    case .storedBefore: t("Ya estaba guardado", "It was stored before")
    case .storedNote:
      t(
        "Está en el disco de este nodo y en su registro encadenado.",
        "It is on this node's disk and in its chained log.")
    case .storedGoes:
      t(
        "Si el convenio lo admite, se envía ahora a:",
        "If the agreement admits it, it is now sent to:")
    case .storedStays:
      t(
        "No hay convenio vigente sobre este conjunto: queda en el país.",
        "There is no agreement in force on this dataset: it stays in the country.")
    case .storedNext:
      t(
        "Cuando el vecino lo tiene en su disco firma un recibo; el tablero lo muestra.",
        "When the neighbour has it on its disk it signs a receipt; the board shows it.")
    case .storedID: t("Identificador", "Id")
    case .another: t("Otro registro igual", "Another of this kind")
    case .toForms: t("A los formularios", "To the forms")
    case .mayNot: t("Su función no registra esto", "Your role does not record this")
    case .savedAt: t("guardado", "kept")
    case .localTime: t("Hora local del puesto.", "The post's local time.")
    case .wholeLine: t("(la línea)", "(the line)")
    case .doneStored: t("guardado como", "stored as")

    case .actTreat: t("Registrar tratamiento", "Record a treatment")
    case .actRelease: t("Liberar la retención", "Release the hold")
    case .actReturn: t("Devolver al origen", "Return to origin")
    case .actDestroy: t("Destruir", "Destroy")
    case .actQuarantine: t("Retener por cuarentena", "Hold by quarantine")
    case .actCustomsHold: t("Retener por aduana", "Hold by customs")
    case .actCustomsRelease: t("Dar levante", "Release by customs")
    case .actArrive: t("Registrar llegada", "Record arrival")
    case .actOutcome: t("Decir qué se halló", "Say what was found")
    case .actLift: t("Levantar la alerta", "Lift the alert")
    case .actFollowUp: t("Dar seguimiento", "Follow up")
    case .actClose: t("Cerrar incidente", "Close the incident")
    case .actWorksAgain: t("Funciona de nuevo", "It works again")
    case .actAbout: t("Se refiere a", "About")
    case .actWhere: t("Se registra en", "Recorded at")
    case .actNotHere:
      t(
        "Sobre este registro no se puede hacer eso: lo hace el país que lo publicó, o ya no corresponde.",
        "This cannot be done about this record: the country that published it does it, or its time is over.")
    case .upload: t("Subir archivo", "Upload a file")
    case .uploadUnreadable: t("El archivo no se puede leer:", "The file cannot be read:")
    case .uploadHelp:
      t(
        "Una tabla CSV cuya primera línea nombra los campos, o líneas JSON. Antes de guardar nada verá qué se aceptaría.",
        "A CSV table whose first line names the fields, or JSON lines. Before anything is stored you see what would be accepted."
      )
    case .uploadHelpXML:
      t(
        "Un certificado SPSCertificate (XML), una tabla CSV cuya primera línea nombra los campos, o líneas JSON. Antes de guardar nada verá qué se aceptaría.",
        "An SPSCertificate (XML), a CSV table whose first line names the fields, or JSON lines. Before anything is stored you see what would be accepted."
      )
    case .uploadFile: t("Archivo", "File")
    case .uploadPreview: t("Ver qué se aceptaría", "See what would be accepted")
    case .uploadLimits: t("Tamaño y líneas, a lo sumo:", "Size and lines, at most:")
    case .uploadGone:
      t("Ese archivo ya no está aquí. Súbalo otra vez.", "That file is not here any more. Upload it again.")
    case .uploadDone: t("Guardado", "Stored")
    case .uploadForetold: t("Vista previa", "Preview")
    case .uploadNothingYet: t("Todavía no se ha guardado nada.", "Nothing is stored yet.")
    case .uploadStore: t("Guardar los aceptables", "Store those that can be")
    case .uploadAnother: t("Subir otro archivo", "Upload another file")
    case .countStored: t("guardados", "stored")
    case .countAccepted: t("se aceptarían", "would be accepted")
    case .countDuplicates: t("ya estaban", "were there before")
    case .countRefused: t("rechazados", "refused")
    case .countRefusedTitle: t("Líneas rechazadas", "Refused lines")
    case .downloadRefused: t("Descargar las rechazadas", "Download those refused")
    case .lineNumber: t("Línea", "Line")
    case .fieldName: t("Campo", "Field")
    case .whyRefused: t("Motivo", "Reason")
    case .moreRefused: t("Hay más; el archivo las tiene todas.", "There are more; the file has all.")

    case .account: t("Su cuenta", "Your account")
    case .changePassword: t("Cambiar la contraseña", "Change the password")
    case .currentPassword: t("Contraseña actual", "Present password")
    case .newPassword: t("Contraseña nueva", "New password")
    case .newPasswordAgain: t("La nueva otra vez", "The new one again")
    case .passwordNote:
      t(
        "De 12 a 256 caracteres; cuatro palabras al azar son buenas. Sus otras sesiones terminan.",
        "12 to 256 characters; four random words are good. Your other sessions end.")
    case .passwordLength: t("La nueva necesita de 12 a 256 caracteres.", "The new one needs 12 to 256 characters.")
    case .passwordsDiffer: t("Las dos nuevas no son iguales.", "The two new ones differ.")
    case .passwordSame: t("La nueva es igual a la actual.", "The new one is the present one.")
    case .passwordWrong: t("La contraseña actual no es correcta.", "The present password is wrong.")
    case .passwordChanged: t("La contraseña nueva ya vale.", "The new password counts from now on.")
    case .factor: t("Segundo factor", "Second factor")
    case .factorNeeded:
      t(
        "Su función necesita un segundo factor. Actívelo para seguir.",
        "Your role needs a second factor. Set it up to go on.")
    case .factorScan:
      t(
        "Lea este código con la aplicación de códigos de su teléfono y escriba el número que muestra.",
        "Read this code with your telephone's authenticator and type the number that it shows.")
    case .factorPicture:
      t("Código QR con el secreto de su segundo factor", "QR code with the secret of your second factor")
    case .factorSecret:
      t(
        "Si no puede leerlo, escriba este secreto en la aplicación:",
        "If it cannot be read, type this secret into the app:")
    case .factorConfirm: t("Activar", "Set up")
    case .factorOn: t("Está activo: al entrar se pide un código.", "It is on: a code is asked at login.")
    case .factorOff:
      t(
        "No está activo. Con él nadie entra solo con su contraseña.",
        "It is off. With it nobody gets in by your password alone.")
    case .factorBegin: t("Activar segundo factor", "Set up a second factor")
    case .factorAnew: t("Cambiar a otro teléfono", "Change to another telephone")
    case .factorKept: t("El segundo factor quedó activo.", "The second factor is on.")
    case .code: t("Código de seis cifras", "Six-digit code")
    case .codeHelp:
      t(
        "El que muestra su aplicación, o uno de sus códigos de recuperación. Sin ninguno, el operador nacional lo restablece.",
        "The one that your app shows, or one of your recovery codes. With neither, the national operator resets it.")
    case .codeWrong:
      t("El código no es correcto o ya se usó.", "The code is wrong or was used before.")
    case .codeWait: t("Demasiados intentos. Espere un momento.", "Too many attempts. Wait a moment.")
    case .recovery: t("Códigos de recuperación", "Recovery codes")
    case .recoveryNote:
      t(
        "Imprímalos o cópielos y guárdelos aparte: no se muestran otra vez. Cada uno vale una vez, cuando no tenga el teléfono.",
        "Print or copy them and keep them apart: they are not shown again. Each counts once, when you have no telephone."
      )
    case .recoveryDone: t("Los tengo", "I have them")
    case .recoveryLeft: t("Códigos de recuperación sin usar", "Recovery codes left")

    case .openHits: t("Coincidencias por atender", "Hits to attend to")
    case .openHitsNote:
      t(
        "Alertas abiertas que coinciden con algo que está en este puesto o viene hacia él.",
        "Open alerts that match something at this post or on its way to it.")
    case .openHitsNone: t("Ninguna coincidencia espera respuesta.", "No hit awaits an answer.")
    case .tagAlarms: t("Alarmas de etiquetas RFID", "Alarms of RFID tags")
    case .tagAlarmsNone:
      t("Ninguna etiqueta leída aquí tiene una alarma.", "No tag that was read here has an alarm.")
    case .tagReadAt: t("Leída en", "Read at")
    case .outages: t("Qué no funciona", "What does not work")
    case .outagesNone:
      t("Nada averiado según lo último registrado.", "Nothing is out of order by what was recorded last.")
    case .reportOutage: t("Registrar una avería", "Record an outage")
    case .reportIncident: t("Avisar de un incidente", "Report an incident")
    }
  }
}

extension Language {
  /// A text in this language.
  func callAsFunction(_ phrase: FormPhrase) -> String { self(phrase.text) }
}

extension Visit {
  /// A text in the visitor's language.
  func callAsFunction(_ phrase: FormPhrase) -> String { language(phrase) }
}
