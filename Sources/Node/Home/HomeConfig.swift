import Glibc
import Officers
import Terms

/// An address to listen at or to dial, written `HOST:PORT`; a host with colons stands in brackets.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// The host's name or number, without brackets.
  public let host: String
  /// The port; 0 for any free one, where one listens.
  public let port: UInt16

  /// An address from its parts.
  public init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

  /// Reads the form `HOST:PORT`.
  /// - Throws: `TermError` when the text has another form.
  public init(_ text: some StringProtocol) throws(TermError) {
    func wrong() -> TermError {
      TermError(
        kind: "listen address", found: String(text.prefix(80)),
        expected: "HOST:PORT, such as 127.0.0.1:7480 or [::]:4711")
    }
    guard text.utf8.count <= 300, let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { throw wrong() }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw wrong()
    }
    guard !host.isEmpty,
      host.utf8.allSatisfy({
        (0x30...0x3A).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
          || $0 == 0x2E
      })
    else { throw wrong() }
    self.init(host: host, port: port)
    guard description == text else { throw wrong() }
  }

  /// The form `HOST:PORT`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// How a home's storage key is kept.
public enum StorageKeyKind: String, Hashable, Sendable, CaseIterable {
  /// In a file of the home, readable by the owner alone.
  case file
  /// In a systemd credential named `istmo-storage`.
  case credential
  /// In a file of the home, sealed under a passphrase.
  case passphrase
}

/// A home's settings: the file `config`, which an operator may edit.
public struct HomeConfig: Hashable, Sendable {
  /// The longest file that is read, in bytes.
  static let longest = 16_384

  /// The federation.
  public var realm: Realm
  /// The country.
  public var country: CountryCode
  /// Where the link listens for neighbours.
  public var link: ListenAddress
  /// Where the desk listens for officers.
  public var desk: ListenAddress
  /// The address of the proxy with TLS through which officers come; nil when there is none.
  public var deskProxy: String?
  /// The roles whose officers must have a second factor at the desk.
  public var deskSecondFactor: [String] = []
  /// Whether one operator on the node's machine may do what two decide at the desk.
  public var mayActAlone = true
  /// After how many days without a backup the operator is warned; 0 for never.
  public var backupWarnDays = BackupNote.usualWarnDays
  /// How the storage key is kept.
  public var storageKey: StorageKeyKind
  /// Where neighbours are dialled that are reached elsewhere than the topology says, as through a tunnel.
  public var endpoints: [CountryCode: ListenAddress] = [:]

  /// A home's settings. Without addresses the desk listens on this machine alone.
  public init(
    realm: Realm, country: CountryCode, link: ListenAddress = ListenAddress(host: "0.0.0.0", port: 4711),
    desk: ListenAddress = ListenAddress(host: "127.0.0.1", port: 7480), storageKey: StorageKeyKind = .file
  ) {
    (self.realm, self.country, self.link, self.desk, self.storageKey) = (realm, country, link, desk, storageKey)
  }

  /// The file as `init` writes it.
  public var text: String {
    """
    # Settings of this home: one "key = value" a line. Changes count from the next start.
    country = \(country)
    realm = \(realm)
    # Where neighbours reach this node.
    link = \(link)
    # Where officers reach the desk; others than this machine only by a proxy with TLS: desk-proxy = ITS ADDRESS
    desk = \(desk)
    # file, credential (systemd, istmo-storage) or passphrase
    storage-key = \(storageKey.rawValue)
    # A neighbour that is reached elsewhere than the topology says: endpoint.CC = HOST:PORT

    """
      + (deskSecondFactor.isEmpty ? "" : "desk-second-factor = \(deskSecondFactor.joined(separator: ", "))\n")
      + backupLine
      + (deskProxy.map { "desk-proxy = \($0)\n" } ?? "")
      + (mayActAlone ? "" : "acts-alone = refused\n")
      + endpoints.sorted { $0.key < $1.key }.map { "\(Self.endpointPrefix)\($0.key) = \($0.value)\n" }.joined()
  }

  private var backupLine: String {
    backupWarnDays == BackupNote.usualWarnDays ? "" : "backup-warn-days = \(backupWarnDays)\n"
  }

  private static let endpointPrefix = "endpoint."

  /// Reads the file.
  /// - Throws: `ConfigError` with the line that is wrong.
  public init(text: String) throws(ConfigError) {
    var values: [String: (line: Int, value: String)] = [:]
    for (position, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let number = position + 1
      let content = Self.trimmed(line)
      if content.isEmpty || content.hasPrefix("#") { continue }
      guard let equals = content.firstIndex(of: "=") else {
        throw ConfigError(line: number, problem: "\"key = value\" expected")
      }
      let key = Self.trimmed(content[..<equals])
      let known = [
        "country", "realm", "link", "desk", "desk-proxy", "desk-second-factor", "storage-key", "backup-warn-days",
        "acts-alone",
      ]
      guard known.contains(key) || key.hasPrefix(Self.endpointPrefix) else {
        throw ConfigError(
          line: number,
          problem: "unknown key \"\(key.prefix(40))\"; known: \(known.joined(separator: ", ")), endpoint.CC")
      }
      guard values[key] == nil else { throw ConfigError(line: number, problem: "\(key) stands twice") }
      values[key] = (number, Self.trimmed(content[content.index(after: equals)...]))
    }
    func value<T>(_ key: String, _ read: (String) throws(TermError) -> T) throws(ConfigError) -> T {
      guard let found = values[key] else { throw ConfigError(line: 1, problem: "\(key) is missing") }
      do { return try read(found.value) } catch { throw ConfigError(line: found.line, problem: error.description) }
    }
    realm = try value("realm") { (text) throws(TermError) in try Realm(text) }
    country = try value("country") { (text) throws(TermError) in try CountryCode(text) }
    link = try value("link") { (text) throws(TermError) in try ListenAddress(text) }
    desk = try value("desk") { (text) throws(TermError) in try ListenAddress(text) }
    if values["desk-proxy"] != nil {
      deskProxy = try value("desk-proxy") { (text) throws(TermError) in
        guard Self.canonicalAddress(text) == text else {
          throw TermError(
            kind: "proxy's address", found: String(text.prefix(80)), expected: "a number such as 127.0.0.1 or ::1")
        }
        return text
      }
    }
    if values["desk-second-factor"] != nil {
      deskSecondFactor = try value("desk-second-factor") { (text) throws(TermError) in
        let roles = text.split(separator: ",").map { String(Self.trimmed($0)) }
        guard !roles.isEmpty, roles.allSatisfy({ Right.table[$0] != nil }) else {
          throw TermError(
            kind: "list of roles", found: String(text.prefix(80)),
            expected: "some of \(Right.table.keys.sorted().joined(separator: ", "))")
        }
        return roles
      }
    }
    if values["acts-alone"] != nil {
      mayActAlone = try value("acts-alone") { (text) throws(TermError) in
        guard ["allowed", "refused"].contains(text) else {
          throw TermError(kind: "acts-alone", found: String(text.prefix(80)), expected: "allowed or refused")
        }
        return text == "allowed"
      }
    }
    if values["backup-warn-days"] != nil {
      backupWarnDays = try value("backup-warn-days") { (text) throws(TermError) in
        guard let days = Int(text), (0...3650).contains(days) else {
          throw TermError(kind: "number of days", found: String(text.prefix(80)), expected: "0 (never) to 3650")
        }
        return days
      }
    }
    storageKey = try value("storage-key") { (text) throws(TermError) in
      guard let kind = StorageKeyKind(rawValue: text) else {
        throw TermError(kind: "way to keep the storage key", found: text, expected: "file, credential or passphrase")
      }
      return kind
    }
    for (key, found) in values where key.hasPrefix(Self.endpointPrefix) {
      do throws(TermError) {
        let address = try ListenAddress(found.value)
        guard address.port > 0 else {
          throw TermError(kind: "endpoint", found: found.value, expected: "HOST:PORT with a port other than 0")
        }
        endpoints[try CountryCode(key.dropFirst(Self.endpointPrefix.count))] = address
      } catch { throw ConfigError(line: found.line, problem: error.description) }
    }
  }

  /// An IP address in the form in which connections are told of; nil when the text is none.
  private static func canonicalAddress(_ text: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 16)
    var out = [CChar](repeating: 0, count: 64)
    for family in [AF_INET, AF_INET6] where inet_pton(family, text, &bytes) == 1 {
      guard inet_ntop(family, bytes, &out, socklen_t(out.count)) != nil else { return nil }
      return String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return nil
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}

/// What is wrong with a `config` file.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, counted from 1.
  public let line: Int
  /// What is wrong.
  public let problem: String
  /// One sentence for a person.
  public var description: String { "line \(line): \(problem)" }
}
