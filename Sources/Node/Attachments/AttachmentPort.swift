import Dispatch
import Exchange
import Synchronization
import Terms

/// Where messages about attachments go: the link, or nothing while there is none.
protocol AttachmentLink: AnyObject, Sendable {
  /// Hands a message to the neighbour's link.
  func send(_ message: AttachmentMessage, to country: CountryCode)
}

/// Runs the exchange of attachments on a thread of its own and its disk work on another, away from the replication of
/// records: an attachment never holds up a record but on the line.
final class AttachmentPort: Sendable {
  /// Messages of one neighbour that may wait here. An honest one has no more under way than the exchange's own limits allow;
  /// what goes beyond is dropped.
  static let mostWaiting = 64

  typealias Reply = @Sendable (AttachmentFailure?) -> Void

  private struct State {
    let machine: AttachmentExchange
    var replies: [UInt64: Reply] = [:]
    var lastToken: UInt64 = 0
    var gate = NeighbourGate(mostWaiting: AttachmentPort.mostWaiting)
    var isStopped = false
    weak var link: (any AttachmentLink)?
  }

  /// What the disk's thread has open.
  private struct Disk {
    /// Attachments being sent, with what was read and not sent yet.
    var readers: [UInt64: (blob: BlobReader, rest: [UInt8])] = [:]
    var writers: [UInt64: BlobWriter] = [:]
  }

  private let blobs: BlobStore
  private let owner: AttachmentOwner
  private let clock: any Clock
  private let log: Installation.Log
  private let queue = DispatchQueue(label: "istmo-attachments")
  private let diskQueue = DispatchQueue(label: "istmo-attachments-disk")
  private let state: Mutex<State>
  private let disk = Mutex(Disk())

  init(
    _ blobs: BlobStore, owner: AttachmentOwner, clock: any Clock, log: @escaping Installation.Log
  ) {
    (self.blobs, self.owner, self.clock, self.log) = (blobs, owner, clock, log)
    state = Mutex(State(machine: AttachmentExchange(now: clock.now())))
  }

  /// Sets where messages go.
  func attach(_ link: any AttachmentLink) { state.withLock { $0.link = link } }

  /// Asks a neighbour for an attachment. The reply comes when it is durable here, or will not come, on a thread of this.
  func ask(_ place: AttachmentPlace, byteCount: UInt64?, _ seal: AttachmentSeal, reply: @escaping Reply) {
    let token: UInt64? = state.withLock { state in
      guard !state.isStopped else { return nil }
      state.lastToken += 1
      state.replies[state.lastToken] = reply
      return state.lastToken
    }
    guard let token else { return reply(.gone(place.stream.origin)) }
    give(.ask(token: token, place, byteCount: byteCount, seal))
  }

  /// Hands over what the link tells.
  func give(_ input: AttachmentExchange.Input) { queue.async { [self] in handle(input) } }

  /// Takes a message of a neighbour.
  func receive(_ message: AttachmentMessage, from country: CountryCode) {
    guard state.withLock({ $0.gate.enter(country) }) else { return }
    queue.async { [self] in
      state.withLock { $0.gate.leave(country) }
      handle(.message(message, from: country))
    }
  }

  /// Called often; tells the exchange about once a second.
  func timePassed(_ now: Instant) {
    if state.withLock({ $0.gate.isDue(now) }) { give(.tick) }
  }

  /// Answers what waits; nothing more is asked or sent.
  func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {
      for country in state.withLock({ Array($0.machine.linkedCountries) }) { handle(.linkDown(country)) }
    }
    diskQueue.sync {
      disk.withLock { disk in (disk.readers, disk.writers) = ([:], [:]) }
    }
  }

  // MARK: On its own thread

  private func handle(_ input: AttachmentExchange.Input) {
    let (effects, link) = state.withLock { state in (state.machine.handle(input, at: clock.now()), state.link) }
    for effect in effects {
      switch effect {
      case .send(let message, let country): link?.send(message, to: country)
      case .answered(let tokens, let failure):
        let replies = state.withLock { state in tokens.compactMap { state.replies.removeValue(forKey: $0) } }
        for reply in replies { reply(failure) }
      case .log(let event): log(event.level, "attachments", event.text)
      case .open, .read, .close, .begin, .write, .keep, .abandon:
        diskQueue.async { [self] in if let input = perform(effect) { give(input) } }
      }
    }
  }

  // MARK: On the disk's thread

  private func perform(_ effect: AttachmentExchange.Effect) -> AttachmentExchange.Input? {
    disk.withLock { disk in
      switch effect {
      case .open(let number, let place, let country): return open(number, place, country, &disk)
      case .read(let number, let byteCount): return read(number, byteCount, &disk)
      case .close(let number): disk.readers[number] = nil
      case .begin(let number):
        do throws(StoreError) { disk.writers[number] = try blobs.writer() } catch {
          return .notKept(asking: number, error)
        }
      case .write(let number, let bytes):
        guard let writer = disk.writers[number] else { return nil }
        do throws(StoreError) {
          try writer.append(bytes)
          return .written(asking: number)
        } catch { return .notKept(asking: number, error) }
      case .keep(let number):
        guard let writer = disk.writers.removeValue(forKey: number) else { return nil }
        do throws(StoreError) {
          _ = try writer.keep()
          return .kept(asking: number)
        } catch { return .notKept(asking: number, error) }
      case .abandon(let number): disk.writers[number] = nil
      case .send, .answered, .log: break
      }
      return nil
    }
  }

  private func open(
    _ number: UInt64, _ place: AttachmentPlace, _ country: CountryCode, _ disk: inout Disk
  ) -> AttachmentExchange.Input {
    do throws(AttachmentRefusal) {
      let (blob, seal) = try owner.open(place, for: country)
      disk.readers[number] = (blob, [])
      return .opened(serving: number, byteCount: blob.blob.byteCount, seal)
    } catch { return .withheld(serving: number, error) }
  }

  private func read(_ number: UInt64, _ byteCount: Int, _ disk: inout Disk) -> AttachmentExchange.Input? {
    guard let (blob, before) = disk.readers[number] else { return nil }
    var rest = before
    do throws(StoreError) {
      while rest.count < byteCount, let piece = try blob.next() { rest += piece }
    } catch {
      log(.error, "attachments", "\(error)")
      return .withheld(serving: number, owner.unreadable)
    }
    disk.readers[number] = (blob, Array(rest.dropFirst(byteCount)))
    return .read(serving: number, Array(rest.prefix(byteCount)))
  }
}
