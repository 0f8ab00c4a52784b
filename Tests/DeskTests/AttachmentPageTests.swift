import Dispatch
import Exchange
import HTTP
import Node
import Sodium
import Synchronization
import Terms
import Testing

@testable import Desk

/// What a record bears is shown on request, and asking for it is a lookup.
@Suite struct AttachmentPageTests {
  let desk: TestDesk

  init() throws {
    desk = try TestDesk()
    try desk.keep([try TestDesk.officer("eva", ["customs-officer"])])
  }

  /// Gives an attachment to the node; waits until it is durable.
  private func attach(_ bytes: [UInt8]) throws {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex(false)
    let intake = desk.node.attachmentIntake(expecting: nil, resume: {}) { outcome in
      if case .success = outcome { result.withLock { $0 = true } }
      done.signal()
    }
    _ = bytes.withUnsafeBytes { intake.receive($0) }
    intake.finish()
    #expect(done.wait(timeout: .now() + 20) == .success && result.withLock { $0 })
  }

  private func capture(_ image: [UInt8], type: String, plate: String) -> String {
    """
    {"subject":"plate","post":"GT-SV/la-hachadura/GT","time":"\(desk.clock.now().wholeSeconds)","camera":"c-1",\
    "direction":"out","plate":{"text":"\(plate)"},"image_digest":"\(SHA256.hash(image))",\
    "image_bytes":\(image.count),"image_media_type":"\(type)"}
    """
  }

  private func lookups() throws -> Int { try desk.count(of: "lookups") }

  private func shown(_ browser: TestBrowser, _ plate: String) throws -> TestBrowser.Page {
    let found = try browser.submit("/search", ["key": plate, "purpose": "Control"], from: "/search")
    return try browser.get(try #require(found.location))
  }

  @Test func anImageIsShownOnRequestAndTheRequestIsLogged() throws {
    let image = SystemEntropy().bytes(30_000)
    _ = try desk.publish(capture(image, type: "image/jpeg", plate: "P 111-222"), of: "captures")
    let browser = desk.browser()
    _ = try browser.login("eva")
    let path = "/attachment/\(SHA256.hash(image))"
    let file = try shown(browser, "P 111-222")
    #expect(file.text.contains("href=\"\(path)\"") && !file.text.contains("<img"))

    let early = try browser.get(path)
    #expect(early.status == 404 && early.text.contains("Todavía no se entregó a este nodo."))
    try attach(image)
    let before = try lookups()
    let got = try browser.get(path)
    #expect(got.status == 200 && got.headers["Content-Type"] == "image/jpeg")
    #expect(got.headers["Cache-Control"] == "no-store" && got.headers["X-Content-Type-Options"] == "nosniff")
    #expect(try lookups() > before)
  }

  @Test func whatABrowserMightRunIsAFileAndNotShown() throws {
    let page = Array("<script>alert(1)</script>".utf8)
    try attach(page)
    _ = try desk.publish(capture(page, type: "image/svg+xml", plate: "P 333-444"), of: "captures")
    let browser = desk.browser()
    _ = try browser.login("eva")
    _ = try shown(browser, "P 333-444")
    let got = try browser.get("/attachment/\(SHA256.hash(page))")
    #expect(got.status == 200 && got.headers["Content-Type"] == "application/octet-stream")
    #expect(got.headers["Content-Disposition"]?.hasPrefix("attachment;") == true)
  }

  @Test func whoseRecordIsNotHeldAndWhatIsNoDigestAreNotFound() throws {
    let browser = desk.browser()
    _ = try browser.login("eva")
    #expect(try browser.get("/attachment/\(SHA256.hash([1]))").location == "/search", "no purpose yet")
    _ = try shown(browser, "P 555-666")
    #expect(try browser.get("/attachment/\(SHA256.hash([1]))").status == 404)
    #expect(try browser.get("/attachment/zz").status == 404)
  }
}
