import Exchange
import Link
import Node
import Terms

/// Why streams, links and the node do not do what was agreed, in the reader's language: made of the parts of what is wrong.
struct StreamWords {
  private let visit: Visit

  /// The words for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  private func say(_ es: String, _ en: String) -> String { visit.language == .es ? es : en }

  /// All that keeps a stream from flowing, and what to do.
  func reasons(_ stream: StreamStatus, hasForkProof: Bool) -> [String] {
    var out: [String] = []
    if !stream.halted.isEmpty { out.append(halt(hasForkProof: hasForkProof)) }
    if let obstacle = stream.obstacle { out.append(self.obstacle(obstacle)) }
    if let trouble = stream.trouble { out.append(self.trouble(trouble)) }
    return out
  }

  /// Why a stream stopped for good.
  func halt(hasForkProof: Bool) -> String {
    hasForkProof
      ? say(
        "detenida: se firmaron dos historias que no concuerdan; la prueba está guardada",
        "stopped: two histories were signed that do not agree; the proof is kept")
      : say(
        "detenida: el origen tiene menos de lo que ya había firmado; restaure una copia posterior",
        "stopped: the origin has less than it had signed before; restore a later backup")
  }

  /// Why a stream may not flow.
  func obstacle(_ obstacle: AgreedStream.Obstacle) -> String {
    switch obstacle {
    case .suspended(let words):
      say("suspendida por el operador de este nodo: «\(words)»", "suspended by this node's operator: “\(words)”")
    case .doesNotFit:
      say(
        "pausada: la topología de este nodo difiere de lo firmado; el convenio muestra en qué",
        "paused: this node's topology differs from what is signed; the agreement shows in what")
    case .notYet(let time):
      say("el convenio empieza el \(visit.time(time))", "the agreement begins on \(visit.time(time))")
    case .expired(let time):
      say(
        "el convenio venció el \(visit.time(time)); celebren otra ceremonia",
        "the agreement ended on \(visit.time(time)); hold a new ceremony")
    }
  }

  /// What is wrong with a stream.
  func trouble(_ trouble: StreamTrouble) -> String {
    switch trouble {
    case .refused(let country, let code):
      return say(
        "\(visit.country(country)) la rechaza: \(self.code(code))",
        "\(visit.country(country)) refuses it: \(self.code(code))")
    case .refusedHere(let country, let code):
      return say(
        "lo que envía \(visit.country(country)) se rechaza aquí: \(self.code(code))",
        "what \(visit.country(country)) sends is refused here: \(self.code(code))")
    case .originLost(let country):
      return say(
        "\(visit.country(country)) perdió datos: tiene menos que este nodo",
        "\(visit.country(country)) lost data: it holds less than this node")
    case .otherAgreement(let country):
      return say(
        "en \(visit.country(country)) rige otro convenio; comparen las huellas",
        "another agreement is in force in \(visit.country(country)); compare the digests")
    case .notOurCheckpoint(let country):
      return say(
        "\(visit.country(country)) tiene un punto de control que la clave de este nodo no firmó",
        "\(visit.country(country)) holds a checkpoint that this node's key did not sign")
    case .unreadable:
      return say(
        "sus registros no se pueden leer aquí; ejecute istmo verify",
        "its entries cannot be read here; run istmo verify")
    case .isRecalling(let country):
      return say(
        "este nodo se restauró de una copia y le pide a \(visit.country(country)) lo que le falta",
        "this node was put back from a backup and asks \(visit.country(country)) for what it lacks")
    case .notReturned(let country):
      return say(
        "lo que devuelve \(visit.country(country)) no es lo que este nodo firmó; nada de ello se guarda",
        "what \(visit.country(country)) hands back is not what this node signed; nothing of it is stored")
    case .noReceipt(let country):
      return say(
        "\(visit.country(country)) la recibe y no da recibo; pregunte a su operador",
        "\(visit.country(country)) takes it and gives no receipt; ask its operator")
    }
  }

  /// For which reason a stream is refused.
  func code(_ code: Message.Refusal.Code) -> String {
    switch code {
    case .unknownStream: say("no hay allí convenio sobre esta corriente", "there is no agreement on this stream there")
    case .agreementDiffers: say("rige otro convenio", "another agreement is in force")
    case .notInForce:
      say("el convenio está suspendido, vencido o aún no rige", "the agreement is suspended, over or not yet valid")
    case .badEntry:
      say("un registro no cumple el convenio o no se puede abrir", "an entry breaks the agreement or cannot be opened")
    case .badSignature:
      say("una firma no es de las claves de la tarjeta", "a signature is not by the card's keys")
    case .originBehind: say("el origen tiene menos que el vecino", "the origin has less than the neighbour")
    case .halted: say("la corriente está detenida", "the stream is stopped")
    case .unreadable: say("no puede leer sus registros ahora", "it cannot read its entries now")
    }
  }

  // MARK: Links

  /// What a link is doing.
  func link(_ state: LinkState) -> String {
    let words =
      switch state.phase {
      case .up:
        state.upSince.map { say("en pie desde \(visit.time($0))", "up since \(visit.time($0))") } ?? say("en pie", "up")
      case .dialling: say("llamando", "dialling")
      case .down: say("caído", "down")
      }
    guard state.phase != .up else { return words }
    return words
      + (state.lastFailure.map { "; " + say("último fallo", "last failure") + ": \(failure($0.reason))" } ?? "")
      + (state.lastRefusal.map { "; " + say("último rechazo", "last refused") + ": \(failure($0.reason))" } ?? "")
  }

  /// Why a connection failed.
  func failure(_ failure: LinkFailure) -> String {
    switch failure {
    case .channel(let error): channel(error)
    case .closedByPeer: say("el otro lado cerró la conexión", "the other side closed the connection")
    case .closedHere: say("este nodo cerró el enlace", "this node closed the link")
    case .system(_, let code):
      say("la red no lo permite (código \(code))", "the network does not permit it (code \(code))")
    case .notResolved(let endpoint, _): say("\(endpoint) no es una dirección", "\(endpoint) names no address")
    case .handshakeTooSlow: say("el saludo no terminó a tiempo", "the handshake was not finished in time")
    case .silent: say("no se oyó nada por demasiado tiempo", "nothing was heard for too long")
    case .replaced: say("otra conexión tomó su lugar", "another connection took its place")
    case .removed:
      say("ya no es un vecino, o su clave ya no vale", "it is no neighbour any more, or its key no longer counts")
    case .stopped: say("el nodo se detiene", "the node stops")
    }
  }

  private func channel(_ error: ChannelError) -> String {
    switch error {
    case .notIstmo: say("el otro lado no habla el protocolo de Istmo", "the other side does not speak Istmo's protocol")
    case .unknownVersion(let version):
      say(
        "el otro lado habla la versión \(version) del protocolo",
        "the other side speaks version \(version) of the protocol")
    case .notForUs(let country):
      say("el otro lado busca a \(visit.country(country))", "the other side wants \(visit.country(country))")
    case .notANeighbour(let country):
      say("\(visit.country(country)) no es un vecino", "\(visit.country(country)) is no neighbour")
    case .keyNotAllowed(let country, _):
      say(
        "la clave de \(visit.country(country)) no es la de su tarjeta; importe la nueva si la cambió",
        "the key of \(visit.country(country)) is not its card's; import the new one if it rotated")
    case .handshake: say("el otro lado no probó su clave", "the other side did not prove its key")
    case .malformedPreamble, .frameLength, .frameDoesNotOpen, .messageTooLong, .reservedType, .pingLength,
      .notEstablished, .ended:
      say("se rompió el protocolo", "the protocol was broken")
    }
  }

  // MARK: The node

  /// The language in which a problem is said.
  func language(of problem: NodeProblem) -> String {
    if case .told = problem { Language.en.rawValue } else { visit.language.rawValue }
  }

  /// What is wrong with the node itself.
  func problem(_ problem: NodeProblem) -> String {
    switch problem {
    case .cardMissing(let country):
      return say(
        "Falta la tarjeta de \(visit.country(country)); completen de nuevo la ceremonia.",
        "The card of \(visit.country(country)) is missing; complete the ceremony again.")
    case .cardExpired(let country, let until):
      return say(
        "La tarjeta de \(visit.country(country)) venció el \(visit.time(until)); pida la nueva.",
        "The card of \(visit.country(country)) ended on \(visit.time(until)); ask for the new one.")
    case .doesNotFit(let stream, let fault):
      return "\(visit.dataset(stream.dataset)) (\(stream)): \(terms(fault))"
    case .notInForce(let standing):
      let country = visit.country(standing.country)
      if let next = standing.next {
        return say(
          "Con \(country) no rige ningún convenio hasta el \(visit.time(next.begins)).",
          "No agreement with \(country) is in force until \(visit.time(next.begins)).")
      }
      return say(
        "Con \(country) no rige ningún convenio: nada se le envía. Celebren otra ceremonia.",
        "No agreement with \(country) is in force: nothing goes there. Hold a new ceremony.")
    case .keyStopped(let stop):
      let key = visit.keyKind(stop.kind.rawValue)
      return say(
        "Los operadores dejaron de usar una clave de este nodo (\(key)); no se intercambia nada. Motivo: \(stop.reason)",
        "The operators stopped using a key of this node (\(key)); nothing is exchanged. Reason: \(stop.reason)")
    case .store(let error): return store(error)
    case .putBack(let recovery): return putBack(recovery)
    case .erasingWaits(let obstacle): return erasingWaits(obstacle)
    case .stopping: return say("El nodo se está deteniendo.", "The node is stopping.")
    case .told(let words): return words
    }
  }

  /// Why nothing newly due is erased, and what to do.
  func erasingWaits(_ obstacle: ErasureObstacle) -> String {
    say(
      "El reloj se adelantó \(obstacle.daysAhead) días de una vez y ningún vecino lo confirma: no se borra nada más. Si está bien, dígalo en la "
        + "máquina del nodo: istmo erase --due --clock-is-right",
      "The clock went ahead by \(obstacle.daysAhead) days at once, and no neighbour confirms it: nothing more is erased. When it is right, say so "
        + "on the node's machine: istmo erase --due --clock-is-right")
  }

  /// What a home that was put back from a backup waits for.
  private func putBack(_ recovery: RecoveryStatus) -> String {
    let (restored, made) = (visit.time(recovery.kept.restored), visit.time(recovery.kept.made))
    let put = say(
      "Este nodo se repuso el \(restored) desde una copia con los registros de \(made).",
      "This node was put back on \(restored) from a backup with the records as of \(made).")
    if recovery.isWaiting {
      let names = recovery.awaited.map { visit.country($0) }.joined(separator: ", ")
      guard !names.isEmpty else { return "\(put) \(visit(BackupPhrase.filling))" }
      return "\(put) \(visit(BackupPhrase.waiting)) \(names)."
    }
    return "\(put) \(visit(BackupPhrase.unheard)) \(recovery.unheard.map(\.description).joined(separator: ", "))."
  }

  /// What of the terms does not fit.
  func terms(_ fault: TermsFault) -> String {
    switch fault {
    case .notInTopology:
      return say("el convenio la tiene y la topología no", "the agreement has it, the topology does not")
    case .changed(let terms):
      let names = terms.map { term($0) }.joined(separator: ", ")
      return say(
        "la topología dice otra cosa que el convenio firmado: \(names)",
        "the topology differs from the signed agreement: \(names)")
    case .observer:
      return say(
        "un observador recibiría lo que no puede tener", "an observer would get what it may not have")
    }
  }

  private func term(_ term: TermsFault.Term) -> String {
    switch term {
    case .definition: say("definición", "definition")
    case .filter: say("filtro", "filter")
    case .fields: say("campos", "fields")
    case .mode: say("modo", "mode")
    case .purpose: say("finalidad", "purpose")
    case .roles: say("funciones", "roles")
    case .retention: say("conservación", "retention")
    }
  }

  /// Why the store cannot do its work.
  func store(_ error: StoreError) -> String {
    switch error {
    case .full:
      say(
        "El disco está lleno; libere espacio y el nodo sigue solo.",
        "The disk is full; free some room, the node goes on by itself.")
    case .damaged:
      say(
        "El almacén está dañado; ejecute istmo verify y restaure una copia.",
        "The store is damaged; run istmo verify, then restore from a backup.")
    case .busy:
      say("Otro proceso usa el almacén; deténgalo.", "Another process has the store; stop it.")
    case .recovering:
      say(
        "Este nodo se repuso desde una copia y no publica nada hasta que sus vecinos digan qué tienen.",
        "This node was put back from a backup and publishes nothing before its neighbours said what they hold.")
    case .notAtEnd, .failed:
      say("El almacén falló; vea la bitácora del nodo.", "The store failed; see the node's log.")
    }
  }
}
