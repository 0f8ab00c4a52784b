import Foundation
import Noise
import Sodium
import Terms
import Testing

/// Hands out the bytes of a vector's ephemeral key.
struct FixedEntropy: Entropy {
  let bytes: [UInt8]
  func fill(_ buffer: UnsafeMutableRawBufferPointer) { buffer.copyBytes(from: bytes) }
}

/// One published conversation.
struct Conversation: CustomTestStringConvertible {
  var name = ""
  var prologue: [UInt8] = []
  var initiatorStatic: [UInt8] = []
  var responderStatic: [UInt8] = []
  var initiatorEphemeral: [UInt8] = []
  var responderEphemeral: [UInt8] = []
  var handshakeHash: [UInt8]?
  var messages: [(payload: [UInt8], ciphertext: [UInt8])] = []

  var testDescription: String { "\(name), prologue \(prologue.count), payload \(messages.first?.payload.count ?? 0)" }

  /// The blocks of flynn/noise's vectors.txt.
  static let flynn: [Conversation] = {
    guard let url = Bundle.module.url(forResource: "flynn-noise", withExtension: "txt", subdirectory: "Vectors"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return [] }
    return text.split(separator: "\n\n").map { block in
      var conversation = Conversation()
      var payload: [UInt8] = []
      for line in block.split(separator: "\n") {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let (key, value) = (parts[0], [UInt8](hex: parts[1]) ?? [])
        switch key {
        case "handshake": conversation.name = String(parts[1])
        case "prologue": conversation.prologue = value
        case "init_static": conversation.initiatorStatic = value
        case "resp_static": conversation.responderStatic = value
        case "gen_init_ephemeral": conversation.initiatorEphemeral = value
        case "gen_resp_ephemeral": conversation.responderEphemeral = value
        case _ where key.hasSuffix("_payload"): payload = value
        case _ where key.hasSuffix("_ciphertext"): conversation.messages.append((payload, value))
        default: Issue.record("unknown line \(line)")
        }
      }
      return conversation
    }
  }()

  private struct Cacophony: Decodable {
    struct Message: Decodable { let payload: String, ciphertext: String }
    struct Vector: Decodable {
      let protocol_name: String, init_prologue: String, init_static: String?, init_ephemeral: String?
      let resp_static: String?, resp_ephemeral: String?, handshake_hash: String?, messages: [Message]
    }
    let vectors: [Vector]
  }

  /// The blocks of cacophony's vectors.
  static let cacophony: [Conversation] = {
    guard let url = Bundle.module.url(forResource: "cacophony", withExtension: "json", subdirectory: "Vectors"),
      let data = try? Data(contentsOf: url), let file = try? JSONDecoder().decode(Cacophony.self, from: data)
    else { return [] }
    return file.vectors.filter { $0.protocol_name == HandshakeState.protocolName }.map { vector in
      func bytes(_ hex: String?) -> [UInt8] { [UInt8](hex: hex ?? "") ?? [] }
      return Conversation(
        name: vector.protocol_name, prologue: bytes(vector.init_prologue), initiatorStatic: bytes(vector.init_static),
        responderStatic: bytes(vector.resp_static), initiatorEphemeral: bytes(vector.init_ephemeral),
        responderEphemeral: bytes(vector.resp_ephemeral), handshakeHash: vector.handshake_hash.map { bytes($0) },
        messages: vector.messages.map { (bytes($0.payload), bytes($0.ciphertext)) })
    }
  }()
}

extension StaticKey {
  convenience init(_ bytes: [UInt8]) throws { self.init(try ExchangeKey(SecretBytes(copying: bytes))) }
}

extension Transport {
  mutating func seal(_ plaintext: [UInt8]) throws -> [UInt8] {
    var out = [UInt8](repeating: 0, count: plaintext.count + Transport.overhead)
    var failure: NoiseError?
    plaintext.withUnsafeBytes { plain in
      out.withUnsafeMutableBytes { buffer in
        do throws(NoiseError) { try seal(plain, into: buffer) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return out
  }

  mutating func open(_ ciphertext: [UInt8]) throws -> [UInt8] {
    var out = [UInt8](repeating: 0, count: max(0, ciphertext.count - Transport.overhead))
    var failure: NoiseError?
    ciphertext.withUnsafeBytes { sealed in
      out.withUnsafeMutableBytes { buffer in
        do throws(NoiseError) { try open(sealed, into: buffer) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return out
  }
}
