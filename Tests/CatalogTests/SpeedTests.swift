import Foundation
import Terms
import Testing

@testable import Catalog

/// Prints how long a record takes. Asserts nothing: machines differ. Run with `-c release -Xswiftc -enable-testing`.
@Suite struct SpeedTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ISTMO_TEST_SPEED"] != nil))
  func aDepartureIsCheckedIndexedAndVerified() throws {
    let topology = try Sample.topology()
    let definition = try Sample.definition()
    let country = try CountryCode("SV")
    let terms = try #require(
      topology.terms(between: country, and: CountryCode("GT")).first { $0.stream.description == "SV/GT/migration" })
    let zone = #""P<SLVMARTINEZ<PENA<<ANA<MARIA<<<<<<<<<<<<<<<\nA00016297<SLV7408122F3004159<<<<<<<<<<<<<<<0""#
    let lines: [(String, [UInt8])] = [("plain", Sample.line()), ("zone", Sample.line(["mrz": zone, "document": nil]))]
    for (name, line) in lines {
      let record = try definition.check(line, from: country, topology: topology, now: Sample.now)
      let shared = definition.project(record.body, onto: terms.fields)
      print("\(name): line \(line.count) bytes, body \(record.body.count) bytes")
      time("check") { _ = try? definition.check(line, from: country, topology: topology, now: Sample.now) }
      time("project") { _ = definition.project(record.body, onto: terms.fields) }
      time("verify") { try? definition.verify(body: shared, terms: terms) }
      time("searchKeys") { _ = definition.searchKeys(of: shared) }
      time("admits") { _ = definition.admits(shared, filter: terms.filter) }
      time("scan") { _ = try? JSONScanner.scan(line) }
    }
  }

  private func time(_ what: String, _ work: () -> Void) {
    for _ in 0..<200 { work() }
    let count = 30_000
    // Processor time of this thread: other work on the machine does not count.
    let start = processorNanoseconds()
    for _ in 0..<count { work() }
    print("  \(what): \((processorNanoseconds() - start) / count) ns")
  }

  private func processorNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
