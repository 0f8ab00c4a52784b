import Catalog
import Exchange
import Terms

/// The status as an operator reads it.
enum StatusText {
  static func text(of status: JSONValue) -> String {
    var out = "\(status.text("country")) in \(status.text("realm")), \(status.text("time"))"
    out += status["running"] == .boolean(true) ? "" : ", not running (opened for this command; links are down)"
    out += "\n"
    for problem in status.items("problems") { out += "problem: \(problem.string ?? "")\n" }
    for note in status.items("notes") { out += "note: \(note.string ?? "")\n" }
    if let backup = status["backup"], let made = backup["made"]?.string {
      out += "last backup: as of \(made)\(age(of: made, at: status["time"]?.string)), \(backup.text("entries")) entries"
      out += backup["attachments"] == .boolean(true) ? "\n" : ", without attachments\n"
    }
    for agreement in status.items("agreements") where agreement["in_force"]?.string != nil {
      out += "agreement with \(agreement.text("with")): in force until \(agreement.text("valid_until"))"
      if let next = agreement["next"]?.string { out += "; \(next) takes over at \(agreement.text("next_begins"))" }
      out += "\n"
    }
    if case .object(let links) = status["links"] {
      for link in links { out += "link \(link.name): \(link.value.string ?? "")\n" }
    }
    var table = Table(["stream", "state", "size", "receipt", "lag", "waiting", "receipt or as of"])
    var remarks = ""
    for stream in status.items("streams") {
      let name = stream.text("stream")
      let isHome = stream.text("direction") == "home"
      table.add([
        name, state(stream), stream.text("size"),
        stream.text("direction") == "outgoing" ? stream.text("receipt_size") : "-",
        isHome ? "-" : stream.text("lag_records"), isHome ? "-" : duration(stream["lag_milliseconds"]),
        isHome ? "-" : time(stream[stream.text("direction") == "outgoing" ? "receipt_time" : "as_of"]),
      ])
      for key in ["obstacle", "problem", "halted"] {
        if let text = stream[key]?.string, !text.isEmpty { remarks += "  \(name): \(text)\n" }
      }
      if stream["fork_kept"] == .boolean(true) {
        remarks += "  \(name): istmo fork export \(name) --out F writes the proof for both countries' authorities\n"
      }
      if case .number(let skew) = stream["clock_skew_milliseconds"], abs(max(skew, -.max)) > Core.tolerableSkew {
        remarks += "  \(name): the neighbour's clock is \(skew / 1000) s away from ours; set both by NTP\n"
      }
    }
    for stream in status.items("retention") {
      guard case .number(let due) = stream["due"], case .number(let erased) = stream["erased"], due > 0 || erased > 0
      else { continue }
      let last = stream["last_erasure"]?.string.flatMap { try? Instant($0) }?.wholeSeconds ?? "never"
      remarks += "  \(stream.text("stream")): \(erased) entries erased, last \(last)"
      remarks += due > 0 ? "; \(due) are past their retention: istmo erase --due\n" : "\n"
    }
    return out + table.text + remarks
  }

  private static func state(_ stream: JSONValue) -> String {
    if let halted = stream["halted"]?.string, !halted.isEmpty { return "STOPPED" }
    if stream["in_force"] != .boolean(true) { return "not in force" }
    if stream["linked"] != .boolean(true) { return "link down" }
    if let problem = stream["problem"]?.string, !problem.isEmpty { return "refused" }
    return stream["flowing"] == .boolean(true) ? "flowing" : "not flowing"
  }

  private static func age(of made: String, at now: String?) -> String {
    guard let made = try? Instant(made), let now = now.flatMap({ try? Instant($0) }) else { return "" }
    return ", \(duration(.number(max(0, now.milliseconds(since: made))))) old"
  }

  private static func duration(_ value: JSONValue?) -> String {
    guard case .number(let milliseconds) = value else { return "-" }
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    let seconds = milliseconds / 1000
    if seconds < 120 { return "\(seconds) s" }
    return seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
  }

  private static func time(_ value: JSONValue?) -> String {
    value?.string.flatMap { try? Instant($0) }?.wholeSeconds ?? "never"
  }
}

/// Columns as wide as their widest cell.
struct Table {
  private var rows: [[String]]

  init(_ head: [String]) { rows = [head] }

  mutating func add(_ row: [String]) { rows.append(row) }

  var text: String {
    var widths = [Int](repeating: 0, count: rows.map(\.count).max() ?? 0)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}

extension JSONValue {
  /// A member as text for people.
  func text(_ name: String) -> String {
    switch self[name] {
    case .text(let text): text
    case .number(let number): String(number)
    case .boolean(let value): value ? "yes" : "no"
    default: "-"
    }
  }

  /// The items of a member that is a list.
  func items(_ name: String) -> [JSONValue] {
    guard case .list(let items) = self[name] else { return [] }
    return items
  }
}
