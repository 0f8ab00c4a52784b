import Catalog
import Officers

/// Texts of what two operators decide together, in Spanish and English.
enum FourEyesPhrase: String, CaseIterable, Phrases {
  case page, tab, help, waiting, nothingWaits, unreadable
  case log, logHelp, nothingLogged, checkpoint, checkpointHelp, moreLines
  case proposeSuspension, proposeResumption, suspendHelp, resumeHelp, reason, reasonHelp, propose, seeProposals
  case proposeKeyStop, proposeKeyUse, keyStopHelp, keyUseHelp, keyStopped
  case confirm, reject, withdraw, until, proposedBy, whatFor, ownWaits
  case suspend, resume, disableKey, enableKey
  case confirmed, rejected, withdrawn, lapsed, done, notDone, alone, theNode, theProposal, commandLine
  case account, added, password, enabled, disabled, factorGone
  case faultReason, faultStands, faultTooMany, faultUnknown, faultOver, faultSame, faultTied, faultOthers
  case faultNoEffect, faultProposer, faultOperator, faultKept

  /// The text in both languages.
  var text: Translated {
    func t(_ es: String, _ en: String) -> Translated { Translated(es: es, en: en) }
    return switch self {
    case .page: t("Decisiones de dos", "Decisions of two")
    case .tab: t("Decisiones", "Decisions")
    case .help:
      t(
        "Lo que aquí se propone no pasa hasta que otra persona con la misma función lo confirma, dentro de 24 horas. Quien lo propuso no puede confirmarlo, ni quien tenga una cuenta cuya contraseña dio la misma persona en los últimos tres días.",
        "What is proposed here does not happen until another person in the same role confirms it, within 24 hours. Who proposed it cannot confirm it, nor can an account whose password the same person gave within the last three days."
      )
    case .waiting: t("Esperan una segunda persona", "Waiting for a second person")
    case .nothingWaits: t("Nada espera.", "Nothing waits.")
    case .unreadable:
      t(
        "El libro de operadores no se puede leer: nada se decide. Vea istmo operators en la máquina del nodo.",
        "The operators' log cannot be read: nothing is decided. See istmo operators on the node's machine.")
    case .log: t("Libro de operadores", "Operators' log")
    case .logHelp:
      t(
        "Solo se agrega. También dice lo que alguien hizo sin otra persona en la máquina del nodo.",
        "It is only added to. It also tells what somebody did alone on the node's machine.")
    case .nothingLogged: t("Todavía no hay nada en el libro.", "There is nothing in the log yet.")
    case .checkpoint: t("Punto de control firmado del libro", "Signed checkpoint of the log")
    case .checkpointHelp:
      t(
        "Número de líneas, raíz y firma del nodo. Guárdelo fuera del nodo: con istmo operators --since se ve si el libro todavía empieza con esas líneas.",
        "Number of lines, root and the node's signature. Keep it away from the node: istmo operators --since tells whether the log still begins with these lines."
      )
    case .moreLines:
      t("Se muestran las más recientes; todas: istmo operators", "The newest are shown; all of them: istmo operators")
    case .proposeSuspension: t("Proponer suspender el intercambio", "Propose to suspend the exchange")
    case .proposeResumption: t("Proponer reanudar el intercambio", "Propose to resume the exchange")
    case .suspendHelp:
      t(
        "Detiene ambas direcciones; lo publicado espera. El vecino ve el motivo: no nombre a personas.",
        "Stops both directions; what is published waits. The neighbour sees the reason: name no persons.")
    case .resumeHelp:
      t("Lo que esperaba se envía entonces.", "What waited is sent then.")
    case .proposeKeyStop: t("Proponer dejar de usar la clave", "Propose to stop using the key")
    case .proposeKeyUse: t("Proponer usar otra vez la clave", "Propose to use the key again")
    case .keyStopHelp:
      t(
        "El nodo deja de intercambiar con todos los países y no firma nada para ellos; sin la clave de transporte tampoco abre ni acepta enlaces. El registro propio sigue. A quien tenga la clave lo detienen los vecinos: llámelos para que suspendan el intercambio.",
        "The node stops exchanging with all countries and signs nothing for them; without the transport key it opens and takes no links either. The own register goes on. Whoever has the key is stopped by the neighbours: telephone them, so that they suspend the exchange."
      )
    case .keyUseHelp:
      t("El intercambio sigue con la misma clave.", "The exchange goes on under the same key.")
    case .keyStopped: t("Clave que no se usa", "Key that is not used")
    case .reason: t("Motivo", "Reason")
    case .reasonHelp: t("Una línea, sin nombres de personas.", "One line, without names of persons.")
    case .propose: t("Proponer", "Propose")
    case .seeProposals: t("Ver las propuestas", "See the proposals")
    case .confirm: t("Confirmar", "Confirm")
    case .reject: t("Rechazar", "Reject")
    case .withdraw: t("Retirar", "Take back")
    case .until: t("Se puede confirmar hasta", "Can be confirmed until")
    case .proposedBy: t("Propuesta de", "Proposed by")
    case .whatFor: t("Qué y por qué", "What, and why")
    case .ownWaits: t("Espera a otra persona", "Waits for another person")
    case .suspend: t("Suspender el intercambio con", "Suspend the exchange with")
    case .resume: t("Reanudar el intercambio con", "Resume the exchange with")
    case .disableKey: t("Dejar de usar la clave de este nodo", "Stop using this node's key")
    case .enableKey: t("Volver a usar la clave de este nodo", "Use again this node's key")
    case .confirmed: t("confirmó", "confirmed")
    case .rejected: t("rechazó", "rejected")
    case .withdrawn: t("retiró", "took back")
    case .lapsed: t("venció sin decisión", "lapsed without a decision")
    case .done: t("hecho", "done")
    case .notDone: t("confirmado, todavía no hecho", "confirmed, not done yet")
    case .alone: t("sin otra persona, en la máquina del nodo", "alone, on the node's machine")
    case .theNode: t("el nodo", "the node")
    case .theProposal: t("la propuesta", "proposal")
    case .commandLine: t("en la máquina, usuario", "on the machine, user")
    case .account: t("cuenta", "account")
    case .added: t("hecha", "made")
    case .password: t("contraseña nueva", "new password")
    case .enabled: t("habilitada", "enabled")
    case .disabled: t("deshabilitada", "disabled")
    case .factorGone: t("sin segundo factor", "second factor taken away")
    case .faultReason:
      t("Escriba un motivo de una línea, 500 bytes a lo más.", "Give a reason of one line, at most 500 bytes.")
    case .faultStands:
      t("Ya espera una propuesta sobre lo mismo.", "A proposal about the same thing waits already.")
    case .faultTooMany:
      t("Hay demasiadas propuestas; decida primero esas.", "There are too many proposals; decide those first.")
    case .faultUnknown: t("No hay tal propuesta.", "There is no such proposal.")
    case .faultOver:
      t("Ya se decidió, o venció; propóngalo de nuevo.", "It was decided already, or it lapsed; propose it again.")
    case .faultSame:
      t("Quien propone no decide: debe hacerlo otra persona.", "Who proposes does not decide: another person must.")
    case .faultTied:
      t(
        "Las dos cuentas tienen contraseñas que dio la misma persona en los últimos tres días; debe decidir una tercera.",
        "The two accounts have passwords that the same person gave within the last three days; a third must decide.")
    case .faultOthers:
      t(
        "Solo la retira quien la propuso; usted puede rechazarla.",
        "Only who proposed it takes it back; you can reject it.")
    case .faultNoEffect:
      t(
        "No cambiaría nada, o no aquello para lo que se propuso; propóngalo de nuevo.",
        "It would change nothing, or not what it was proposed for; propose it anew.")
    case .faultProposer:
      t(
        "Quien lo propuso ya no tiene esa función; propóngalo de nuevo.",
        "Who proposed it is not in that role any more; propose it anew.")
    case .faultOperator:
      t("Su cuenta no tiene esa función.", "Your account is not in that role.")
    case .faultKept:
      t(
        "No se pudo guardar o hacer; el registro del nodo dice por qué. Lo confirmado se hace cuando el nodo arranca.",
        "It could not be kept or done; the node's log says why. What was confirmed is done when the node starts.")
    }
  }

  /// What is said to whom a proposal, or a word on one, is refused.
  init(_ fault: OperatorLog.Fault) {
    self =
      switch fault {
      case .reason: .faultReason
      case .stands: .faultStands
      case .tooMany: .faultTooMany
      case .unknown: .faultUnknown
      case .over: .faultOver
      case .samePerson: .faultSame
      case .tied: .faultTied
      case .othersProposal: .faultOthers
      case .noEffect: .faultNoEffect
      case .proposerGone: .faultProposer
      case .notOperator: .faultOperator
      }
  }

  /// What became of a proposal.
  init(_ way: OperatorLog.Decision.Way) {
    self =
      switch way {
      case .confirmed: .confirmed
      case .rejected: .rejected
      case .withdrawn: .withdrawn
      }
  }

  /// What was done to an account.
  init(_ change: OperatorEvent.AccountChange) {
    self =
      switch change {
      case .added: .added
      case .password: .password
      case .enabled: .enabled
      case .disabled: .disabled
      case .factor: .factorGone
      }
  }
}

extension Visit {
  /// An act in the visitor's language.
  func act(_ act: OperatorAct) -> String {
    switch act {
    case .suspend(let country): "\(self(FourEyesPhrase.suspend)) \(self.country(country))"
    case .resume(let country, _): "\(self(FourEyesPhrase.resume)) \(self.country(country))"
    case .disableKey(let kind, _): "\(self(FourEyesPhrase.disableKey)): \(keyKind(kind))"
    case .enableKey(let kind, _): "\(self(FourEyesPhrase.enableKey)): \(keyKind(kind))"
    }
  }

  /// What a key is called, in the visitor's language: what stands before what it is for.
  func keyKind(_ kind: String) -> String {
    let phrase: BoardPhrase? =
      switch kind {
      case "log": .keyLog
      case "receipt": .keyReceipt
      case "transport": .keyTransport
      case "sealing": .keySealing
      default: nil
      }
    guard let phrase else { return kind }
    return String(self(phrase).prefix { $0 != ":" })
  }

  /// Who did what a line of the operators' log tells.
  func who(_ by: String) -> String {
    if by.isEmpty { return self(FourEyesPhrase.theNode) }
    return OperatorEvent.user(by).map { "\(self(FourEyesPhrase.commandLine)) \($0)" } ?? by
  }
}
