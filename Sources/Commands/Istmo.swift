import Glibc
import Node

/// The command line.
public enum Istmo {
  /// Every command, in the order of the help.
  static let commands: [Command] =
    homeCommands + officerCommands + runCommands + recordCommands + attachmentCommands + lookupCommands + riskCommands
    + indicatorCommands + reportCommands
    + ceremonyCommands + agreementCommands + operatorCommands + keyCommands + keyStopCommands + proofCommands
    + bundleCommands + eraseCommands + backupCommands
    + catalogCommands
    + datasetCommands + certificateCommands + trafficCommands + demoCommands

  /// Runs the command that the arguments name and ends the process with its status.
  public static func main() {
    signal(SIGPIPE, SIG_IGN)
    // A file that may not grow is an error to report, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    exit(run(CommandLine.arguments.dropFirst(), Console()))
  }

  /// Runs the command that the words name.
  static func run(_ words: ArraySlice<String>, _ console: Console) -> Int32 {
    guard let first = words.first, !["help", "--help", "-h"].contains(first) else {
      console.write(help)
      return statusDone
    }
    // The longest name that fits: "ceremony offer" before "ceremony".
    let candidates = commands.filter { words.starts(with: $0.name.split(separator: " ").map(String.init)) }
    guard let command = candidates.max(by: { $0.name.count < $1.name.count }) else {
      let family = commands.filter { $0.name.hasPrefix(first + " ") }
      guard !family.isEmpty else {
        console.complain("istmo: there is no command \(first.prefix(40)); istmo help shows all")
        return statusUsage
      }
      for command in family { console.complain(command.usage) }
      return statusUsage
    }
    let rest = words.dropFirst(command.name.split(separator: " ").count)
    do {
      if rest.contains("--help") {
        console.print("\(command.summary)\n\n  \(command.usage)")
        return statusDone
      }
      let arguments = try Arguments(rest, options: command.options, positionals: command.positionals)
      if command.isLasting || arguments.flag("--watch") { return try command.run(arguments, console) }
      return try console.patiently { try command.run(arguments, console) }
    } catch let error as UsageError {
      console.complain("istmo \(command.name): \(error)\nusage: \(command.usage)")
      return statusUsage
    } catch {
      console.complain("istmo \(command.name): \(error)")
      return statusFailed
    }
  }

  static var help: String {
    var text = """
      istmo: a country's node for coordinated border management

      usage: istmo COMMAND [--home DIR]   (or ISTMO_HOME; default ./.istmo)
             istmo COMMAND --help


      """
    let width = commands.map(\.name.count).max() ?? 0
    for command in commands {
      text += "  \(command.name)\(String(repeating: " ", count: width + 2 - command.name.count))\(command.summary)\n"
    }
    return text + "\nExit status: 0 done, 1 failed or partly refused, 2 wrong usage.\n"
  }
}

/// The option that every command on a home takes.
let homeOption = OptionSpec.value("--home", "DIR")

extension Arguments {
  /// The home folder: `--home`, else `ISTMO_HOME`, else `./.istmo`.
  var home: String {
    value("--home") ?? getenv("ISTMO_HOME").map { String(cString: $0) } ?? ".istmo"
  }
}
