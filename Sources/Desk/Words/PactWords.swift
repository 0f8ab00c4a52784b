import Ceremony
import Terms

/// What a ceremony asks for and what an agreement says, in the reader's language. The terms themselves are quoted as they are signed.
struct PactWords {
  private let visit: Visit

  /// The words for a visitor.
  init(_ visit: Visit) { self.visit = visit }

  private func say(_ es: String, _ en: String) -> String { visit.language == .es ? es : en }

  /// A term of the signed agreement that this node's topology has otherwise.
  func difference(_ difference: TermDifference) -> String {
    switch difference {
    case .line(let label, let stream, let signed, let proposed):
      let subject = "\(stream.map { "\($0), " } ?? "")«\(label)»"
      return say(
        "\(subject): se firmó «\(signed)»; la topología de este nodo dice «\(proposed)»",
        "\(subject): “\(signed)” is signed; this node's topology says “\(proposed)”")
    case .onlyMine(let stream):
      return say(
        "\(stream) se firmó y falta en la topología de este nodo",
        "\(stream) is signed and not in this node's topology")
    case .onlyTheirs(let stream):
      return say(
        "\(stream) figura en la topología de este nodo y no se firmó",
        "\(stream) is in this node's topology and not signed")
    }
  }

  /// What both delegations do next. Commands are the node's, the same in both languages.
  func next(_ step: NextStep, of country: CountryCode, with neighbour: CountryCode) -> String {
    let (country, neighbour) = (visit.country(country), visit.country(neighbour))
    switch step {
    case .giveOffer:
      return say(
        "Entregue la oferta de \(country) a \(neighbour), en mano o por cualquier otra vía: no es secreta.",
        "Give the offer file of \(country) to \(neighbour), by hand or in any other way: it is not secret.")
    case .takeOffer:
      return say(
        "Reciba la oferta de \(neighbour): istmo ceremony compare FILE",
        "Take the offer file of \(neighbour): istmo ceremony compare FILE")
    case .readAloud:
      return say(
        "\(country) y \(neighbour) leen el código en voz alta por turnos, grupo a grupo, cada parte de su propia pantalla.",
        "\(country) and \(neighbour) read the code aloud in turns, group by group, each from its own screen.")
    case .typeHeard:
      let command = "istmo ceremony sign FILE --code CODE --official \"NAME, ROLE\" --out SIGNED"
      return say("Cada parte teclea lo que oyó: \(command)", "Each side types what it heard: \(command)")
    case .giveSigned:
      return say(
        "Entregue el archivo firmado de \(country) a \(neighbour).",
        "Give the signed file of \(country) to \(neighbour).")
    case .takeSigned:
      return say(
        "Reciba el archivo firmado de \(neighbour): istmo ceremony complete FILE",
        "Take the signed file of \(neighbour): istmo ceremony complete FILE")
    case .signPaper:
      return say(
        "El acuerdo está firmado por \(country) y \(neighbour). Imprímalo; ambas delegaciones firman también el papel.",
        "The agreement is signed by \(country) and \(neighbour). Print it; both delegations sign the paper too.")
    }
  }
}
