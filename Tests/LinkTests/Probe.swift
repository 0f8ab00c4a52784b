import Foundation
import Glibc
import Link
import Noise
import Sodium
import Synchronization
import Terms
import Testing

/// A delegate that writes down what it is told, and lets a test wait for it.
final class Probe: LinkDelegate {
  struct Notes {
    var up: [CountryCode] = []
    var down: [(CountryCode, LinkFailure)] = []
    var messageCount = 0
    var messageBytes = 0
    var messages: [LinkMessage] = []
    var writable = 0
    var ticks = 0
    var log: [String] = []
  }
  let notes = Mutex(Notes())
  /// Runs on the reactor's thread for each message, after it was noted.
  let onMessage = Mutex<(@Sendable (LinkMessage, CountryCode) -> Void)?>(nil)
  let onWritable = Mutex<(@Sendable (CountryCode) -> Void)?>(nil)

  func linkUp(_ country: CountryCode) { notes.withLock { $0.up.append(country) } }
  func linkDown(_ country: CountryCode, reason: LinkFailure) { notes.withLock { $0.down.append((country, reason)) } }
  func received(_ message: LinkMessage, from country: CountryCode) {
    notes.withLock {
      $0.messageCount += 1
      $0.messageBytes += message.payload.count
      if $0.messages.count < 100 { $0.messages.append(message) }
    }
    onMessage.withLock { $0 }?(message, country)
  }
  func writable(_ country: CountryCode) {
    notes.withLock { $0.writable += 1 }
    onWritable.withLock { $0 }?(country)
  }
  func tick(_ now: Instant) { notes.withLock { $0.ticks += 1 } }
  func log(_ level: LogLevel, _ line: String) {
    notes.withLock { $0.log.append("\(level.rawValue) \(line)") }
  }

  var upCount: Int { notes.withLock { $0.up.count } }
  func logged(_ part: String) -> Bool { notes.withLock { $0.log.contains { $0.contains(part) } } }
}

/// One node's reactor with its probe.
final class Station: Sendable {
  let party: Party
  let probe = Probe()
  let reactor: LinkReactor
  let port: UInt16

  init(_ party: Party, neighbours: [Neighbour] = [], listen: String? = "127.0.0.1:0", options: LinkOptions = .quick)
    throws
  {
    self.party = party
    let probe = probe
    reactor = try LinkReactor(
      identity: party.identity, listen: listen, neighbours: neighbours, delegate: probe, clock: StillClock(),
      entropy: SystemEntropy(), options: options, log: { probe.log($0, $1) })
    port = try reactor.start() ?? 0
  }

  deinit { reactor.stop() }

  /// Two stations that know each other and both dial, once they are linked.
  static func linked(_ a: Party, _ b: Party, options: LinkOptions = .quick) throws -> (Station, Station) {
    let (one, other) = (try Station(a, options: options), try Station(b, options: options))
    one.reactor.update(neighbours: [other.asNeighbour])
    other.reactor.update(neighbours: [one.asNeighbour])
    let both = eventually { one.isUp(b.country) && other.isUp(a.country) }
    try #require(both, "\(one.probe.notes.withLock { $0.log }) \(other.probe.notes.withLock { $0.log })")
    return (one, other)
  }

  var endpoint: String { "127.0.0.1:\(port)" }
  var asNeighbour: Neighbour {
    Neighbour(country: party.country, transportKeys: [party.key.publicKey], endpoint: endpoint)
  }

  func isUp(_ country: CountryCode) -> Bool { reactor.states()[country]?.phase == .up }

  /// Runs on the reactor's thread and waits for the answer.
  func ask<T: Sendable>(_ question: @escaping @Sendable (LinkReactor) -> T) -> T? {
    let (box, done) = (Box<T>(), DispatchSemaphore(value: 0))
    guard
      reactor.perform({ [reactor] in
        let value = question(reactor)
        box.value.withLock { $0 = value }
        done.signal()
      }), done.wait(timeout: .now() + 10) == .success
    else { return nil }
    return box.value.withLock { $0 }
  }

  private final class Box<T: Sendable>: Sendable {
    let value = Mutex<T?>(nil)
  }
}

extension LinkOptions {
  /// Everything ten times faster, so that a test does not wait.
  static var quick: LinkOptions {
    var options = LinkOptions()
    options.pingInterval = .milliseconds(200)
    options.silenceLimit = .milliseconds(2000)
    options.handshakeLimit = .milliseconds(1000)
    options.firstDelay = .milliseconds(40)
    options.longestDelay = .milliseconds(300)
    options.tickInterval = .milliseconds(10)
    options.admission.perSecondPerAddress = 1000
    options.admission.burstPerAddress = 1000
    return options
  }
}

/// Waits until `condition` holds, at most `seconds`.
func eventually(_ seconds: Double = 15, _ condition: () -> Bool) -> Bool {
  let end = Date().addingTimeInterval(seconds)
  while Date() < end {
    if condition() { return true }
    usleep(2000)
  }
  return condition()
}

/// A plain TCP client that says whatever a test wants.
final class RawClient {
  let number: Int32

  /// Connects from `host` of 127.0.0.0/8, all of which are this machine.
  init(port: UInt16, from host: UInt8 = 1) throws {
    number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(number >= 0)
    var own = sockaddr_in()
    own.sin_family = sa_family_t(AF_INET)
    own.sin_addr.s_addr = (0x7F00_0000 | UInt32(host)).bigEndian
    let bound = withUnsafePointer(to: &own) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(bound == 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(number) }

  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == bytes.count
  }

  /// Says that nothing more will come.
  func finish() { shutdown(number, Int32(SHUT_WR)) }

  /// What arrived next; empty when the other side closed; nil when nothing came in 5 seconds.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(number, &buffer, buffer.count, 0)
    if count < 0 { return errno == ECONNRESET ? [] : nil }
    return Array(buffer.prefix(count))
  }

  /// Whether the other side closed the connection without a word.
  var wasClosedSilently: Bool { receive() == [] }
}
