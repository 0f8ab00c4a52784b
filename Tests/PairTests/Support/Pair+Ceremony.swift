extension Pair {
  /// The whole ceremony, file by file. `options` are those of the offers, such as the days.
  func holdCeremony(_ a: Side, _ b: Side, offering options: String...) async throws {
    let both = [(a, b), (b, a)]
    for (side, other) in both { try await offer(side, to: other, options).mustSucceed("offer") }
    for (side, other) in both {
      try await sign(side, with: other, code: compare(side, with: other)).mustSucceed("sign")
    }
    for (side, other) in both { try await complete(side, with: other).mustSucceed("complete") }
  }

  /// Makes an offer.
  func offer(_ side: Side, to other: Side, _ options: [String] = []) async throws -> Istmo.Said {
    try await Istmo.run(
      [
        "ceremony", "offer", "--with", other.country, "--out", file("offer", side), "--passphrase-file",
        passphraseFile, "--home", side.home,
      ] + options)
  }

  /// Compares the other side's offer, which must succeed; gives the code.
  func compare(_ side: Side, with other: Side) async throws -> String {
    let said = try await side.istmo("ceremony", "compare", file("offer", other), "--json")
    return try said.mustSucceed("compare").json["code"]?.string ?? ""
  }

  /// Signs what was compared.
  func sign(
    _ side: Side, with other: Side, code: String, official: String = "Ana Morales, Directora"
  ) async throws -> Istmo.Said {
    try await side.istmo(
      "ceremony", "sign", file("offer", other), "--code", code, "--official", official, "--out", file("signed", side),
      "--passphrase-file", passphraseFile)
  }

  /// Takes the other side's signed file.
  func complete(_ side: Side, with other: Side) async throws -> Istmo.Said {
    try await side.istmo("ceremony", "complete", file("signed", other))
  }

  /// The file that one side makes in a step of its latest ceremony.
  func file(_ step: String, _ side: Side) -> String { "\(folder.path)/\(step).\(side.country)" }
}

extension Istmo.Said {
  @discardableResult
  func mustSucceed(_ what: String) throws -> Istmo.Said {
    guard ending == .exit(0) else { throw Pair.Failed(what: what, self) }
    return self
  }
}
