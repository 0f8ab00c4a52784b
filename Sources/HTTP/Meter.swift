import Synchronization

/// Counts what a server does and refuses, for whoever watches it.
public final class Meter: Sendable {
  /// What is counted.
  public enum Event: Int, CaseIterable, Sendable {
    /// A request was begun.
    case request
    /// A connection was accepted.
    case connection
    /// A connection was refused, as there were too many.
    case connectionRefused
    /// A connection was closed, as it was too slow or silent.
    case connectionCut
    /// A head was not understood, or longer than allowed.
    case headRefused
  }

  private let events: [Counter]
  /// By the first digit of the status.
  private let answers: [Counter]
  private let open = Counter()

  private final class Counter: Sendable { let value = Atomic<Int>(0) }

  /// Nothing counted yet.
  public init() {
    events = Event.allCases.map { _ in Counter() }
    answers = (0...5).map { _ in Counter() }
  }

  /// How often something happened.
  public func count(_ event: Event) -> Int { events[event.rawValue].value.load(ordering: .relaxed) }
  /// Answers whose status has this first digit.
  public func answers(_ digit: Int) -> Int {
    answers.indices.contains(digit) ? answers[digit].value.load(ordering: .relaxed) : 0
  }
  /// Connections that are open.
  public var openConnections: Int { open.value.load(ordering: .relaxed) }

  func note(_ event: Event) { events[event.rawValue].value.wrappingAdd(1, ordering: .relaxed) }
  func note(status: Int) {
    if answers.indices.contains(status / 100) { answers[status / 100].value.wrappingAdd(1, ordering: .relaxed) }
  }
  func setOpen(_ count: Int) { open.value.store(count, ordering: .relaxed) }

  /// The figures in Prometheus' text format.
  public var metrics: String {
    var text = ""
    func head(_ name: String, _ type: String, _ help: String) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
    func counter(_ name: String, _ help: String, _ event: Event) {
      head(name, "counter", help)
      text += "\(name) \(count(event))\n"
    }
    counter("istmo_http_requests_total", "Requests begun.", .request)
    head("istmo_http_responses_total", "counter", "Answers by the first digit of their status.")
    for digit in 2...5 { text += "istmo_http_responses_total{status=\"\(digit)xx\"} \(answers(digit))\n" }
    counter("istmo_http_heads_refused_total", "Requests refused for their head.", .headRefused)
    counter("istmo_http_connections_accepted_total", "Connections accepted.", .connection)
    counter("istmo_http_connections_refused_total", "Connections refused, as there were too many.", .connectionRefused)
    counter("istmo_http_connections_cut_total", "Connections closed for being slow or silent.", .connectionCut)
    head("istmo_http_connections_open", "gauge", "Connections that are open.")
    text += "istmo_http_connections_open \(openConnections)\n"
    return text
  }
}
