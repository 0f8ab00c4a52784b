import Catalog
import Sodium
import Terms

/// Who may use the desk: an officer with the roles, post and datasets that the national operator gave.
public struct Officer: Hashable, Sendable {
  /// The short name under which lookups are logged and which is typed at login.
  public let id: String
  /// The person's name, for colleagues; personal.
  public var name: String
  /// What the officer does, such as `migration-officer`; the first one is taken at login.
  public var roles: [String]
  /// Where, such as `GT-SV/la-hachadura/GT`; empty of who needs none, as a committee's.
  public var post: String
  /// The only datasets that the officer sees; empty for all that the roles may.
  public var datasets: [DatasetName]
  /// The password's hash.
  public var password: PasswordHash
  /// What is asked beside the password; nil before the officer has set one up.
  public var secondFactor: SecondFactor?
  /// Whether the officer may not log in any more.
  public var isDisabled = false

  /// The most officers of a home.
  public static let most = 5_000
  /// The shortest password, in bytes.
  public static let shortestPassword = 12
  /// The longest password, in bytes: bounds what a login makes the node hash.
  public static let longestPassword = 256
  static let longestName = 80

  /// An officer.
  /// - Throws: `TermError` when the id has another form, or there is no name or role, or no post where a role needs one.
  public init(
    id: String, name: String, roles: [String], post: String, datasets: [DatasetName] = [], password: PasswordHash
  ) throws(TermError) {
    guard (1...40).contains(id.utf8.count), id.utf8.allSatisfy(Self.isIDByte) else {
      throw TermError(
        kind: "officer's id", found: String(id.prefix(40)), expected: "1 to 40 of a-z, 0-9, dot and hyphen")
    }
    guard !name.isEmpty, name.utf8.count <= Self.longestName, ShownText.line(name, longest: Self.longestName) == name
    else {
      throw TermError(
        kind: "officer's name", found: String(name.prefix(40)), expected: "one line of 1 to \(Self.longestName) bytes")
    }
    guard (1...8).contains(roles.count), roles.allSatisfy({ (1...32).contains($0.utf8.count) }),
      roles.allSatisfy({ $0.utf8.allSatisfy(Self.isIDByte) })
    else {
      throw TermError(
        kind: "officer's roles", found: roles.joined(separator: ",").prefix(40).description,
        expected: "1 to 8 roles such as migration-officer")
    }
    if post.isEmpty, let role = roles.first(where: { Right.needsPost($0) }) {
      throw TermError(kind: "officer's post", found: "none", expected: "the post where a \(role) works")
    }
    (self.id, self.name, self.roles, self.post, self.datasets) = (id, name, roles, post, datasets)
    self.password = password
  }

  /// Whether a session that began with `other` may go on: nothing but used codes differs.
  func isSame(as other: Officer) -> Bool {
    func steady(_ officer: Officer) -> (Officer, Digest?) {
      var officer = officer
      let identity = officer.secondFactor?.identity
      officer.secondFactor = nil
      return (officer, identity)
    }
    return steady(self) == steady(other)
  }

  private static func isIDByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
  }
}

extension Officer {
  /// The form that is kept, sealed.
  var json: JSONValue {
    [
      "id": .text(id), "name": .text(name), "roles": .list(roles.map { .text($0) }), "post": .text(post),
      "datasets": .list(datasets.map { .text($0.description) }), "password": .text(password.text),
      "disabled": .boolean(isDisabled), "second-factor": secondFactor?.json ?? .null,
    ]
  }

  /// Reads the form that is kept.
  /// - Throws: `TermError` naming what is wrong.
  init(json: JSONValue) throws(TermError) {
    func text(_ name: String) throws(TermError) -> String {
      guard let text = json[name]?.string else {
        throw TermError(kind: "officer", found: "no \(name)", expected: "the member \"\(name)\"")
      }
      return text
    }
    func texts(_ name: String) -> [String] {
      guard case .list(let values)? = json[name] else { return [] }
      return values.compactMap(\.string)
    }
    guard let password = PasswordHash(text: try text("password")) else {
      throw TermError(kind: "password hash", found: "another text", expected: "$argon2id$...")
    }
    var datasets: [DatasetName] = []
    for name in texts("datasets") { datasets.append(try DatasetName(name)) }
    try self.init(
      id: try text("id"), name: try text("name"), roles: texts("roles"), post: try text("post"), datasets: datasets,
      password: password)
    isDisabled = json["disabled"] == .boolean(true)
    if let kept = json["second-factor"], kept != .null {
      guard let factor = SecondFactor(json: kept) else {
        throw TermError(kind: "second factor", found: "another form", expected: "secret, last and recovery")
      }
      secondFactor = factor
    }
  }
}
