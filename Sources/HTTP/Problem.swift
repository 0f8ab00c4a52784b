/// An error as RFC 9457 problem details, `application/problem+json`.
public struct Problem: Error, Hashable, Sendable {
  /// The status code.
  public var status: Int
  /// A URI reference that names the kind of problem; `about:blank` when the status says it all.
  public var type: String
  /// What is wrong, the same for every case of the kind.
  public var title: String
  /// What is wrong this time and what to do.
  public var detail: String
  /// Further members, each a text.
  public var members: [(name: String, value: String)] {
    get { extra.map { ($0.name, $0.value) } }
    set { extra = newValue.map { Member(name: $0.name, value: $0.value) } }
  }

  private var extra: [Member]

  private struct Member: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// A problem of the given parts.
  public init(
    status: Int, type: String = "about:blank", title: String? = nil, detail: String,
    members: [(name: String, value: String)] = []
  ) {
    self.status = status
    self.type = type
    self.title = title ?? Status.phrase(status)
    self.detail = detail
    extra = members.map { Member(name: $0.name, value: $0.value) }
  }

  /// The members as JSON.
  public var json: [UInt8] {
    var out = Array("{\"type\":".utf8)
    Self.append(type, to: &out)
    out += Array(",\"title\":".utf8)
    Self.append(title, to: &out)
    out += Array(",\"status\":\(status),\"detail\":".utf8)
    Self.append(detail, to: &out)
    for member in extra {
      out.append(0x2C)
      Self.append(member.name, to: &out)
      out.append(0x3A)
      Self.append(member.value, to: &out)
    }
    out.append(0x7D)
    return out
  }

  /// The answer that carries the problem.
  public var response: Response { Response(status: status, type: "application/problem+json", json) }

  private static func append(_ text: String, to out: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    out.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C: out += [0x5C, byte]
      case 0x00..<0x20: out += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }
}
