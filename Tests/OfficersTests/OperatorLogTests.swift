import Catalog
import Ledger
import Sodium
import Terms
import Testing

@testable import Officers

/// What one operator proposes happens when another confirms it, and never before.
@Suite struct OperatorLogTests {
  let start = Instant(milliseconds: 1_790_000_000_000)

  private func at(_ milliseconds: Int64) -> Instant { start.advanced(byMilliseconds: milliseconds) }
  private func suspension(_ country: String = "SV") throws -> OperatorAct { .suspend(try CountryCode(country)) }

  private func fault(_ body: () throws -> Void) -> OperatorLog.Fault? {
    do { try body() } catch { return error as? OperatorLog.Fault }
    return nil
  }

  @Test func aProposalIsDecidedByAnotherOperatorAlone() throws {
    var log = OperatorLog()
    log.take(try log.propose(suspension(), reason: "clave robada", by: "ana", at: start))
    #expect(log.proposal(1)?.isOpen(at: at(1)) == true && log.owed.isEmpty)
    #expect(fault { _ = try log.decide(1, confirms: true, by: "ana", at: at(1)) } == .samePerson)
    #expect(fault { _ = try log.decide(1, confirms: false, by: "ana", at: at(1)) } == .samePerson)
    #expect(fault { _ = try log.withdraw(1, by: "luis", at: at(1)) } == .othersProposal)
    #expect(fault { _ = try log.decide(2, confirms: true, by: "luis", at: at(1)) } == .unknown(2))
    log.take(try log.decide(1, confirms: true, by: "luis", at: at(1)))
    let act = try suspension()
    #expect(log.owed.map(\.number) == [1] && log.owed.first?.act == act)
    #expect(fault { _ = try log.decide(1, confirms: true, by: "eva", at: at(2)) } == .over(1))
    #expect(fault { _ = try log.withdraw(1, by: "ana", at: at(2)) } == .over(1))
    log.take(log.line(.done(1), by: "", at: at(2)))
    #expect(log.owed.isEmpty && log.proposal(1)?.isDone == true)
  }

  @Test func whatIsRejectedOrTakenBackNeverHappens() throws {
    var log = OperatorLog()
    log.take(try log.propose(suspension(), reason: "x", by: "ana", at: start))
    log.take(try log.decide(1, confirms: false, by: "luis", at: start))
    log.take(try log.propose(suspension(), reason: "x", by: "ana", at: start))
    log.take(try log.withdraw(3, by: "ana", at: start))
    // A line that comes all the same changes nothing.
    log.take(log.line(.confirmed(1), by: "luis", at: start))
    #expect(log.owed.isEmpty && log.proposals.map { $0.decision?.way } == [.withdrawn, .rejected])
  }

  @Test func aProposalLapsesAndAClockSetBackDoesNotReviveIt() throws {
    var log = OperatorLog()
    log.take(try log.propose(suspension(), reason: "x", by: "ana", at: start))
    _ = try log.decide(1, confirms: true, by: "luis", at: at(OperatorLog.standingMilliseconds - 1))
    let late = at(OperatorLog.standingMilliseconds)
    #expect(fault { _ = try log.decide(1, confirms: true, by: "luis", at: late) } == .over(1))
    log.take(try log.propose(suspension("HN"), reason: "x", by: "ana", at: late))
    #expect(fault { _ = try log.decide(1, confirms: true, by: "luis", at: start) } == .over(1))
    #expect(log.line(.done(1), by: "", at: start).time == late)
  }

  @Test func oneProposalAboutAThingStandsAtATimeAndNotManyInAll() throws {
    var log = OperatorLog()
    log.take(try log.propose(suspension(), reason: "x", by: "ana", at: start))
    let resumption = OperatorAct.resume(try CountryCode("SV"), suspension: "y")
    #expect(fault { _ = try log.propose(resumption, reason: "x", by: "luis", at: start) } == .stands(1))
    for number in 1..<OperatorLog.mostOpen {
      let letter = String(UnicodeScalar(UInt8(0x40 + number)))
      log.take(try log.propose(suspension("A\(letter)"), reason: "x", by: "ana", at: start))
    }
    #expect(fault { _ = try log.propose(suspension("ZZ"), reason: "x", by: "luis", at: start) } == .tooMany)
  }

  @Test func oneOperatorCannotFillTheLog() throws {
    var log = OperatorLog()
    for _ in 0..<OperatorLog.mostADay {
      let event = try log.propose(suspension(), reason: "x", by: "ana", at: start)
      log.take(event)
      log.take(try log.withdraw(event.number, by: "ana", at: start))
    }
    #expect(fault { _ = try log.propose(suspension(), reason: "x", by: "ana", at: start) } == .tooMany)
    _ = try log.propose(suspension(), reason: "x", by: "luis", at: start)
    _ = try log.propose(suspension(), reason: "x", by: "ana", at: at(OperatorLog.standingMilliseconds))
  }

  @Test(arguments: ["", "   ", "two\nlines", "hidden\u{202E}", String(repeating: "x", count: 501)])
  func aReasonIsOneLineThatHidesNothing(_ reason: String) throws {
    let log = OperatorLog()
    #expect(fault { _ = try log.propose(suspension(), reason: reason, by: "ana", at: start) } == .reason)
  }

  @Test func accountsWithPasswordsFromOneHandAreNotTwoPersons() throws {
    func log(_ accounts: [(String, OperatorEvent.AccountChange, String)]) throws -> OperatorLog {
      var log = OperatorLog()
      for (officer, change, by) in accounts { log.take(log.line(.account(officer, change), by: by, at: start)) }
      log.take(try log.propose(suspension(), reason: "x", by: "ana", at: start))
      return log
    }
    func refused(_ accounts: [(String, OperatorEvent.AccountChange, String)], later: Int64 = 0) throws -> Bool {
      let log = try log(accounts)
      guard let number = log.proposals.first?.number else { return false }
      let fault = fault { _ = try log.decide(number, confirms: true, by: "luis", at: at(later)) }
      // To reject is to be careful: who gave whom a password does not matter for it.
      #expect(self.fault { _ = try log.decide(number, confirms: false, by: "luis", at: at(later)) } == nil)
      if case .tied = fault { return true }
      #expect(fault == nil)
      return false
    }
    #expect(try refused([("luis", .added, "ana")]))
    #expect(try refused([("luis", .password, "ana")]))
    #expect(try refused([("ana", .password, "luis")]))
    #expect(try refused([("eva", .added, "ana"), ("luis", .added, "eva")]))
    #expect(try refused([("ana", .added, "jefe"), ("luis", .added, "jefe")]))
    #expect(try !refused([("eva", .added, "ana"), ("eva", .password, "luis")]))
    #expect(try !refused([("luis", .enabled, "ana"), ("luis", .password, "luis")]))
    // Three days later the password is its owner's.
    var early = OperatorLog()
    early.take(early.line(.account("luis", .added), by: "ana", at: start))
    #expect(early.tie("ana", "luis", at: at(OperatorLog.tieMilliseconds)) == "ana")
    #expect(early.tie("ana", "luis", at: at(OperatorLog.tieMilliseconds + 1)) == nil)
  }

  /// Writes these lines; gives the file and its bytes.
  private func written(
    _ kinds: [OperatorEvent.Kind], _ owner: OperatorLogFile.Owner, _ storage: borrowing SymmetricKey,
    _ logKey: borrowing SigningKey
  ) throws -> (file: OperatorLogFile, bytes: [UInt8]) {
    var (file, bytes) = (OperatorLogFile(owner), [UInt8]())
    for kind in kinds {
      bytes += try file.append(
        file.log.line(kind, by: "ana", at: start), storage: storage, logKey: logKey, SystemEntropy())
    }
    return (file, bytes)
  }

  private func owner(_ country: String = "GT", _ keys: VerifyingKey...) throws -> OperatorLogFile.Owner {
    OperatorLogFile.Owner(try Realm("istmo.sieca.int"), try CountryCode(country), signers: keys)
  }

  @Test func theFileHoldsEveryLineAndNoByteOfItCanChange() throws {
    let storage = SymmetricKey(SystemEntropy())
    let logKey = SigningKey(SystemEntropy())
    let owner = try owner("GT", logKey.verifyingKey)
    let kinds: [OperatorEvent.Kind] = [
      .proposed(try suspension(), reason: "clave robada"), .confirmed(1), .done(1), .rejected(1), .withdrawn(1),
      .alone(.resume(try CountryCode("SV"), suspension: "suspended: x"), reason: ""), .account("eva.paz", .added),
      .account("eva.paz", .factor), .proposed(.disableKey("log", key: "ab"), reason: "x"),
      .proposed(.enableKey("log", key: "ab"), reason: "x"),
    ]
    let (file, bytes) = try written(kinds, owner, storage, logKey)
    #expect(bytes.range(of: Array("clave robada".utf8)) == nil && bytes.range(of: Array("eva.paz".utf8)) == nil)
    func open(_ bytes: [UInt8], _ other: OperatorLogFile.Owner? = nil) throws -> (OperatorLogFile, Int) {
      try OperatorLogFile.open(bytes, of: other ?? owner, storage: storage, everySignature: true)
    }
    let (read, whole) = try open(bytes)
    #expect(read.log.events == file.log.events && read.log.events.map(\.kind) == kinds)
    #expect(whole == bytes.count && read.checkpoint == file.checkpoint)
    // Half a line at the end was never acknowledged.
    let (torn, tornWhole) = try open(Array(bytes.dropLast(3)))
    #expect(torn.log.events.count == kinds.count - 1 && tornWhole < bytes.count - 3)
    for position in stride(from: 0, to: bytes.count - 1, by: 11) where bytes[position] != 0x0A {
      var altered = bytes
      altered[position] = altered[position] == 0x41 ? 0x42 : 0x41
      #expect(throws: OperatorLogFile.Fault.self, "byte \(position)") { _ = try open(altered) }
    }
    // A line taken out of the middle, two lines exchanged, another home's log, another key.
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    func joined(_ lines: [[UInt8]]) -> [UInt8] { Array(lines.joined(separator: [0x0A])) }
    let removed = joined(lines.enumerated().filter { $0.offset != 4 }.map(\.element))
    lines.swapAt(4, 5)
    for altered in [removed, joined(lines)] {
      #expect(throws: OperatorLogFile.Fault.self) { _ = try open(altered) }
    }
    #expect(throws: OperatorLogFile.Fault.foreign) { _ = try open(bytes, self.owner("SV", logKey.verifyingKey)) }
    #expect(throws: OperatorLogFile.Fault.line(1)) {
      _ = try OperatorLogFile.open(bytes, of: owner, storage: SymmetricKey(SystemEntropy()))
    }
  }

  @Test func theStorageKeyAloneWritesNoLine() throws {
    let storage = SymmetricKey(SystemEntropy())
    let logKey = SigningKey(SystemEntropy())
    let other = SigningKey(SystemEntropy())
    let kinds: [OperatorEvent.Kind] = [.account("eva", .added), .account("eva", .disabled)]
    let owner = try owner("GT", other.verifyingKey, logKey.verifyingKey)
    let (file, bytes) = try written(kinds, owner, storage, logKey)
    #expect(try OperatorLogFile.open(bytes, of: owner, storage: storage).file.log.events.count == 2)
    let strange = try self.owner("GT", other.verifyingKey)
    #expect(throws: OperatorLogFile.Fault.signature(2)) {
      _ = try OperatorLogFile.open(bytes, of: strange, storage: storage)
    }
    #expect(throws: OperatorLogFile.Fault.signature(1)) {
      _ = try OperatorLogFile.open(bytes, of: strange, storage: storage, everySignature: true)
    }
    // A later line covers the earlier ones: a log whose last line is signed was begun under whatever key counted then.
    #expect(try file.checkpoint?.isSigned(byLog: [logKey.verifyingKey]) == true)
  }

  @Test func aKeptCheckpointTellsWhetherTheLogStillBeginsWithItsLines() throws {
    let storage = SymmetricKey(SystemEntropy())
    let logKey = SigningKey(SystemEntropy())
    let owner = try owner("GT", logKey.verifyingKey)
    let kinds: [OperatorEvent.Kind] = (0..<5).map { .account("officer-\($0)", .added) }
    let (early, _) = try written(Array(kinds.prefix(3)), owner, storage, logKey)
    let kept = try #require(early.checkpoint).checkpoint
    #expect(kept.size == 3 && kept.origin == "istmo.sieca.int/GT/operators" && kept.root == early.root(ofFirst: 3))
    // Written anew with the same words: other boxes, another root.
    let (anew, bytes) = try written(kinds, owner, storage, logKey)
    #expect(anew.root(ofFirst: 3) != kept.root && anew.root(ofFirst: 6) == nil && anew.root(ofFirst: 0) == .empty)
    let short = try OperatorLogFile.open(
      Array(bytes.prefix(bytes.count / 2)), of: owner, storage: storage, everySignature: true
    ).file
    #expect(short.log.events.count < 3 && short.root(ofFirst: 3) == nil)
  }
}

extension [UInt8] {
  fileprivate func range(of other: [UInt8]) -> Int? { indices.first { self[$0...].starts(with: other) } }
}
