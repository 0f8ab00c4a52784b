import Catalog
import Terms

/// One line of the operators' log.
public struct OperatorEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: Hashable, Sendable {
    /// An operator proposes an act, for a reason.
    case proposed(OperatorAct, reason: String)
    /// Another operator confirms the proposal of this number: from here on it is decided.
    case confirmed(UInt64)
    /// Another operator rejects it.
    case rejected(UInt64)
    /// Its proposer takes it back.
    case withdrawn(UInt64)
    /// The node did what was confirmed.
    case done(UInt64)
    /// Somebody on the node's own machine acted alone.
    case alone(OperatorAct, reason: String)
    /// An officer's account was changed, at the desk or on the node's machine.
    case account(String, AccountChange)
  }

  /// What was done to an account.
  public enum AccountChange: String, Hashable, Sendable, CaseIterable {
    /// It was made, with a first password that whoever made it has seen.
    case added
    /// It got a password that whoever gave it has seen.
    case password
    /// It may log in again.
    case enabled
    /// It may not log in.
    case disabled
    /// Its second factor was taken away.
    case factor
  }

  /// Its place in the log, from 1.
  public let number: UInt64
  /// When, by the node's clock; never before the line above it.
  public let time: Instant
  /// The officer's id, or how the command line was used; empty for what the node does itself.
  public let by: String
  /// What happened.
  public let kind: Kind

  /// A line.
  public init(number: UInt64, time: Instant, by: String, kind: Kind) {
    (self.number, self.time, self.by, self.kind) = (number, time, by, kind)
  }

  private static let commandLine = "command line, uid "

  /// Who acts on the node's own machine: its user's number is all that is known. No officer's id has a space.
  public static func commandLine(user: UInt32) -> String { "\(commandLine)\(user)" }

  /// The number of the machine's user who acted; nil where an officer did, or the node.
  public static func user(_ by: String) -> UInt32? {
    by.hasPrefix(commandLine) ? UInt32(by.dropFirst(commandLine.utf8.count)) : nil
  }

  /// The longest reason, in bytes.
  public static let longestReason = 500

  /// The word under which it is kept.
  public var word: String {
    switch kind {
    case .proposed: "proposed"
    case .confirmed: "confirmed"
    case .rejected: "rejected"
    case .withdrawn: "withdrawn"
    case .done: "done"
    case .alone: "alone"
    case .account: "account"
    }
  }

  /// The form that is kept, and shown to programs.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init(name: "number", value: JSONValue(number)), .init(name: "time", value: .number(time.milliseconds)),
      .init(name: "by", value: .text(by)), .init(name: "event", value: .text(word)),
    ]
    switch kind {
    case .proposed(let act, let reason), .alone(let act, let reason):
      members += [.init(name: "what", value: act.json), .init(name: "reason", value: .text(reason))]
    case .confirmed(let proposal), .rejected(let proposal), .withdrawn(let proposal), .done(let proposal):
      members.append(.init(name: "proposal", value: JSONValue(proposal)))
    case .account(let officer, let change):
      members += [
        .init(name: "officer", value: .text(officer)), .init(name: "change", value: .text(change.rawValue)),
      ]
    }
    return .object(members)
  }

  /// Reads the form that is kept.
  /// - Throws: `TermError` naming what is wrong.
  public init(json: JSONValue) throws(TermError) {
    func number(_ name: String) throws(TermError) -> UInt64 {
      guard case .number(let value)? = json[name], let number = UInt64(exactly: value) else {
        throw TermError(kind: "operators' log", found: "no \(name)", expected: "the number \"\(name)\"")
      }
      return number
    }
    func text(_ name: String) throws(TermError) -> String {
      guard let text = json[name]?.string else {
        throw TermError(kind: "operators' log", found: "no \(name)", expected: "the text \"\(name)\"")
      }
      return text
    }
    (self.number, by) = (try number("number"), try text("by"))
    time = Instant(milliseconds: Int64(clamping: try number("time")))
    switch try text("event") {
    case "proposed": kind = .proposed(try OperatorAct(json: json["what"] ?? .null), reason: try text("reason"))
    case "alone": kind = .alone(try OperatorAct(json: json["what"] ?? .null), reason: try text("reason"))
    case "confirmed": kind = .confirmed(try number("proposal"))
    case "rejected": kind = .rejected(try number("proposal"))
    case "withdrawn": kind = .withdrawn(try number("proposal"))
    case "done": kind = .done(try number("proposal"))
    case "account":
      guard let change = AccountChange(rawValue: try text("change")) else {
        throw TermError(
          kind: "operators' log", found: "an unknown change",
          expected: "one of \(AccountChange.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      kind = .account(try text("officer"), change)
    case let other:
      throw TermError(
        kind: "operators' log", found: String(other.prefix(40)), expected: "an event that this program knows")
    }
  }
}
