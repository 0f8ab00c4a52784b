import Foundation
import Link
import Noise
import Sodium
import Synchronization
import Terms
import Testing

@Suite(.serialized) struct ReactorTests {
  private let salvador: Party
  private let guatemala: Party

  init() throws {
    salvador = try Party("SV")
    guatemala = try Party("GT")
  }

  private func linked() throws -> (Station, Station) { try Station.linked(salvador, guatemala) }

  @Test func bothDialAndExactlyOneConnectionStays() throws {
    for _ in 0..<20 {
      let (one, other) = try linked()
      usleep(100_000)
      #expect(one.ask { $0.connectionCount } == 1)
      #expect(other.ask { $0.connectionCount } == 1)
      let states = (one.reactor.states()[guatemala.country], other.reactor.states()[salvador.country])
      #expect(states.0?.isInitiator != states.1?.isInitiator, "both ends hold the same connection")
      // Whatever crossed, each side saw at most one change of connection.
      #expect(one.probe.notes.withLock { $0.up.count } <= 2)
      #expect(other.probe.notes.withLock { $0.up.count } <= 2)
      #expect(one.isUp(guatemala.country) && other.isUp(salvador.country))
      one.reactor.stop()
      other.reactor.stop()
    }
  }

  @Test func messagesGoBothWaysInOrder() throws {
    let (one, other) = try linked()
    let payloads = (0..<50).map { index in [UInt8](repeating: UInt8(index), count: index * 3000) }
    let (gt, sv) = (guatemala.country, salvador.country)
    for payload in payloads {
      #expect(one.ask { $0.send(LinkMessage(type: 0x10, payload: payload), to: gt) } == true)
      #expect(other.ask { $0.send(LinkMessage(type: 0x11, payload: payload), to: sv) } == true)
    }
    #expect(eventually { one.probe.notes.withLock { $0.messageCount } == 50 })
    #expect(eventually { other.probe.notes.withLock { $0.messageCount } == 50 })
    #expect(other.probe.notes.withLock { $0.messages.map(\.payload) } == payloads)
    #expect(one.probe.notes.withLock { $0.messages.map(\.type) } == [UInt8](repeating: 0x11, count: 50))
    #expect(one.ask { $0.send(LinkMessage(type: 1, payload: []), to: gt) } == false)
    #expect(one.ask { $0.send(LinkMessage(type: 0x10, payload: []), to: sv) } == false)
  }

  @Test func whatOneThreadPostsArrivesInItsOrderWhateverTheReactorDoes() throws {
    let (one, other) = try linked()
    let (gt, sv) = (guatemala.country, salvador.country)
    let refused = Mutex(0)
    let came = Mutex<[[UInt8]]>([])
    for station in [one, other] {
      station.probe.onMessage.withLock {
        $0 = { message, _ in came.withLock { $0.append(Array(message.payload.prefix(3))) } }
      }
    }
    // Small ones go by the posting thread when it can, long ones and those behind them by the reactor's; both ends send at once.
    let threads = [(one, gt), (one, gt), (other, sv)].enumerated().map { number, way in
      let thread = Thread {
        for index in 0..<400 {
          let length = index % 7 == 3 ? 20_000 : 40
          let payload = [UInt8(number), UInt8(index / 256), UInt8(index % 256)] + [UInt8](repeating: 9, count: length)
          way.0.reactor.post(LinkMessage(type: 0x10, payload: payload), to: way.1) { refused.withLock { $0 += 1 } }
          if index % 50 == 0 { way.0.reactor.perform { usleep(300) } }
          if index % 11 == 0 { usleep(200) }
        }
      }
      thread.start()
      return thread
    }
    #expect(eventually { threads.allSatisfy(\.isFinished) })
    #expect(eventually { came.withLock(\.count) == 1200 })
    for number in UInt8(0)..<3 {
      let order = came.withLock { $0.filter { $0[0] == number }.map { Int($0[1]) * 256 + Int($0[2]) } }
      #expect(order == Array(0..<400))
    }
    one.reactor.post(LinkMessage(type: 0x10, payload: []), to: sv) { refused.withLock { $0 += 1 } }
    one.reactor.post(LinkMessage(type: 1, payload: []), to: gt) { refused.withLock { $0 += 1 } }
    #expect(eventually { refused.withLock { $0 } == 2 })
    // What the reactor's states say may be a tick old.
    #expect(eventually { one.reactor.states()[gt]?.queuedBytes == 0 })
  }

  @Test func anIdleLinkStaysUpAndKnowsItsRoundTrip() throws {
    let (one, other) = try linked()
    #expect(eventually { one.reactor.states()[guatemala.country]?.roundTripMilliseconds != nil })
    sleep(3)
    #expect(one.isUp(guatemala.country) && other.isUp(salvador.country))
    #expect(
      one.probe.notes.withLock { $0.down.isEmpty || $0.down.allSatisfy { $0.1 == .replaced || $0.1 == .closedByPeer } })
  }

  @Test func aNeighbourThatDiesAndReturnsIsLinkedAgain() throws {
    let (one, other) = try linked()
    let port = other.port
    other.reactor.stop()
    #expect(eventually { !one.isUp(guatemala.country) })
    #expect(eventually { one.reactor.states()[guatemala.country]?.lastFailure != nil })
    let returned = try Station(guatemala, neighbours: [one.asNeighbour], listen: "127.0.0.1:\(port)")
    #expect(eventually { one.isUp(guatemala.country) && returned.isUp(salvador.country) })
    usleep(200_000)
    #expect(one.ask { $0.connectionCount } == 1)
  }

  @Test func aNeighbourWhoseKeyIsWithdrawnIsCutOffAndNotLetInAgain() throws {
    let (one, other) = try linked()
    let new = StaticKey(ExchangeKey(SystemEntropy()))
    one.reactor.update(neighbours: [
      Neighbour(country: guatemala.country, transportKeys: [new.publicKey], endpoint: other.endpoint)
    ])
    #expect(eventually { !one.isUp(guatemala.country) })
    #expect(
      eventually { one.reactor.states()[guatemala.country]?.lastRefusal?.description.contains("transport key") == true }
    )
    #expect(one.probe.notes.withLock { $0.down.contains { $0.1 == .removed } })
    // The neighbour rotates: both keys overlap, the link comes back.
    other.reactor.update(
      identity: LinkIdentity(
        realm: guatemala.identity.realm, country: guatemala.country, key: new, previous: guatemala.key))
    #expect(eventually { one.isUp(guatemala.country) })
    one.reactor.update(neighbours: [])
    #expect(eventually { one.reactor.states().isEmpty && !other.isUp(salvador.country) })
  }

  @Test func aNameIsResolvedAndAWrongOneIsSaid() throws {
    let other = try Station(guatemala, options: .quick)
    let named = Neighbour(
      country: guatemala.country, transportKeys: [guatemala.key.publicKey], endpoint: "localhost:\(other.port)")
    other.reactor.update(neighbours: [
      Neighbour(country: salvador.country, transportKeys: [salvador.key.publicKey], endpoint: nil)
    ])
    let wrong = Neighbour(
      country: try CountryCode("HN"), transportKeys: [guatemala.key.publicKey], endpoint: "no-such-host.invalid:1")
    let one = try Station(salvador, neighbours: [named, wrong], listen: nil)
    #expect(eventually { one.isUp(guatemala.country) })
    #expect(
      eventually { one.reactor.states()[wrong.country]?.lastFailure?.description.contains("names no address") == true })
  }

  @Test func stoppingIsPromptAndClosesEverything() throws {
    func descriptors() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }
    let before = descriptors()
    for _ in 0..<5 {
      let (one, other) = try linked()
      let start = Date()
      one.reactor.stop()
      other.reactor.stop()
      #expect(Date().timeIntervalSince(start) < 1)
      #expect(one.probe.notes.withLock { $0.down.last?.1 } == .stopped)
      #expect(!one.reactor.perform {})
    }
    #expect(eventually { descriptors() <= before + 2 })
  }
}
