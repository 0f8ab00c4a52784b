import Catalog
import Dispatch
import Exchange
import Foundation
import HTTP
import Node
import Officers
import Sodium
import Terms
import Testing

@testable import Desk

/// Files that come with forms: kept, refused, cleared away.
@Suite struct FormFileTests {
  let desk: TestDesk

  init() throws {
    desk = try TestDesk()
    try desk.keep([
      try TestDesk.officer("puesto", ["post-operator"]), try TestDesk.officer("quin", ["quarantine-officer"]),
      try TestDesk.officer("aud", ["auditor"]),
    ])
  }

  private func loggedIn(_ officer: String = "puesto") throws -> TestBrowser {
    let browser = desk.browser()
    #expect(try browser.login(officer).location == "/")
    return browser
  }

  /// Bytes that begin as a JPEG does.
  private static func picture(_ count: Int, seed: UInt8 = 7) -> [UInt8] {
    [0xFF, 0xD8, 0xFF, 0xE0] + (0..<max(0, count - 4)).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ seed }
  }

  private var capture: [String: String] {
    [
      "f.post": "GT-SV/la-hachadura/GT", "f.crossing": "GT-SV/la-hachadura", "f.subject": "plate", "f.camera": "C-1",
      "f.direction": "in",
      "f.plate.text": "P123456",
      "f.plate.country": "SV", "f.time": Language.local(desk.clock.now(), in: desk.node.country),
    ]
  }

  private func send(
    _ browser: TestBrowser, _ changes: [String: String], file: [UInt8]?, name: String = "foto.jpg",
    field: String = "file.image_digest"
  ) throws -> TestBrowser.Page {
    let form = try browser.get("/form/captures")
    var fields = capture.merging(changes) { $1 }
    fields["token"] = form.token ?? ""
    return try browser.upload("/form/captures", fields, files: file.map { [(field, name, $0)] } ?? [])
  }

  private func bodies() throws -> [JSONValue] {
    let asker = Asker(officer: "t", role: "auditor", purpose: "t")
    return try desk.node.lookups.answer(LookupRequest(dataset: DatasetName("captures"), by: asker)).records
      .map { try JSONValue(parsing: $0.record.body) }
  }

  private func isHeld(_ bytes: [UInt8]) throws -> Bool {
    try desk.node.attachmentByteCount(SHA256.hash(bytes)) != nil
  }

  /// How many files of attachments lie there, once they are so many; what is given up goes behind the answer.
  private func blobs(come wanted: Int) throws -> Int {
    let end = Date(timeIntervalSinceNow: 60)
    while true {
      let count = try files(under: "\(desk.home.storeFolder)/blobs").count
      if count == wanted || Date() > end { return count }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  @Test func aPhotographIsKeptAndTheRecordNamesIt() throws {
    let puesto = try loggedIn()
    let form = try send(puesto, ["do": "show"], file: nil).text
    #expect(form.contains(#"enctype="multipart/form-data""#) && form.contains(#"name="file.image_digest""#))
    #expect(!form.contains(#"name="f.image_bytes""#) && !form.contains(#"name="f.image_digest""#))
    // More than one piece of the connection and of the file on the disk.
    let picture = Self.picture(300_001)
    let shown = try send(puesto, ["do": "show"], file: picture)
    #expect(shown.status == 200 && shown.text.contains("Archivo guardado") && shown.text.contains("image/jpeg"))
    #expect(try isHeld(picture) && bodies().isEmpty)
    let stored = try send(puesto, ["do": "store"], file: picture)
    #expect(stored.location?.hasPrefix("/stored/") == true, "\(stored.text)")
    let body = try #require(try bodies().first)
    #expect(body["image_digest"]?.string == SHA256.hash(picture).description)
    #expect(body["image_bytes"] == .number(300_001) && body["image_media_type"]?.string == "image/jpeg")
    // It is shown to who may see the record, byte for byte.
    let aud = try loggedIn("aud")
    _ = try aud.submit("/search", ["key": "P123456", "purpose": "control"])
    let got = try aud.get("/attachment/\(SHA256.hash(picture))")
    #expect(got.status == 200 && got.headers["Content-Type"] == "image/jpeg")
    // Nothing of it lies in clear.
    let part = Data(picture[1_000..<1_200])
    for file in try files(under: desk.folder) { #expect(file.bytes.range(of: part) == nil, "\(file.path)") }
  }

  @Test func whatTheFormSaysOfAFileIsWhatTheFileSays() throws {
    let puesto = try loggedIn()
    let picture = Self.picture(5_000)
    _ = try send(puesto, ["do": "show"], file: picture)
    // From the second page on a form names its file, whose size nobody can say otherwise.
    let digest = SHA256.hash(picture).description
    let stored = try send(
      puesto,
      ["do": "store", "f.image_digest": digest, "f.image_bytes": "17", "f.image_media_type": "image/jpeg"], file: nil)
    #expect(stored.location?.hasPrefix("/stored/") == true, "\(stored.text)")
    #expect(try bodies().first?["image_bytes"] == .number(5_000))
    let dropped = try send(
      puesto, ["do": "drop:image_digest", "f.image_digest": digest, "f.image_bytes": "5000"], file: nil)
    #expect(dropped.status == 200 && !dropped.text.contains("Archivo guardado") && !dropped.text.contains(digest))
  }

  @Test func whatIsNoSuchFileIsRefusedAtItsFieldAndNothingTypedIsLost() throws {
    let puesto = try loggedIn()
    let before = try blobs(come: 0)
    let wrong: [[UInt8]] = [
      Array("<html><script>alert(1)</script></html>".utf8), Array("%PDF-1.7 acta".utf8), Array("GIF89a".utf8),
      Array("MZ".utf8) + [UInt8](repeating: 0, count: 70_000), [0xFF, 0xD8],
    ]
    for bytes in wrong {
      let page = try send(puesto, ["do": "store"], file: bytes)
      #expect(page.status == 422 && page.text.contains(#"id="f-image_digest-fault""#), "\(bytes.prefix(8))")
      #expect(page.text.contains("JPEG, PNG, WebP; elija otro") && page.text.contains("P123456"))
    }
    #expect(try bodies().isEmpty && blobs(come: before) == before)
    // No file was chosen: browsers send the part all the same.
    #expect(try send(puesto, ["do": "store"], file: [], name: "").location?.hasPrefix("/stored/") == true)
    #expect(try bodies().first?["image_digest"] == nil)
    // A paper may be a PDF, and a certificate's document XML alone.
    #expect(FileKind.permitted(in: "act_digest").contains(.pdf) && FileKind.permitted(in: "xml_digest") == [.xml])
    #expect(FileKind(Array("\u{FEFF}  <?xml version=\"1.0\"?>".utf8)) == .xml)
    #expect(
      FileKind(Array("<!DOCTYPE html>".utf8)) == nil && FileKind(Array("< a>".utf8)) == nil && FileKind([]) == nil)
  }

  @Test func aDraftKeepsItsFileAndWhatNoRecordBearsGoesAfterAFortnightAndADay() throws {
    let puesto = try loggedIn()
    let (drafted, borne, dropped) = (Self.picture(900, seed: 1), Self.picture(900, seed: 2), Self.picture(900, seed: 3))
    let kept = try send(puesto, ["do": "draft"], file: drafted)
    let number = try #require(kept.location?.split(separator: "=").last.map(String.init))
    let opened = try puesto.get("/form/captures", query: [("draft", number)]).text
    #expect(opened.contains("Archivo guardado") && opened.contains(SHA256.hash(drafted).description))
    #expect(try send(puesto, ["do": "store"], file: borne).location?.hasPrefix("/stored/") == true)
    _ = try send(puesto, ["do": "show"], file: dropped)
    #expect(try isHeld(drafted) && isHeld(borne) && isHeld(dropped))
    // What a system gives stays, whatever forms do with it.
    let given = Self.picture(900, seed: 4)
    let done = DispatchSemaphore(value: 0)
    let intake = desk.node.attachmentIntake(expecting: nil, resume: {}) { _ in done.signal() }
    _ = given.withUnsafeBytes { intake.receive($0) }
    intake.finish()
    done.wait()
    _ = try send(puesto, ["do": "show"], file: given)

    let day: Int64 = 86_400_000
    desk.clock.advance(milliseconds: 13 * day)
    #expect(try desk.node.sweepFormAttachments() == 0)
    // Kept again, the draft keeps its file for as long anew.
    let again = try loggedIn()
    let digest = SHA256.hash(drafted).description
    let page = try again.get("/form/captures", query: [("draft", number)])
    let fields = capture.merging([
      "do": "draft", "draft": number, "f.image_digest": digest, "token": page.token ?? "",
    ]) { $1 }
    #expect(try again.upload("/form/captures", fields, files: []).status == 303)
    desk.clock.advance(milliseconds: 3 * day)
    #expect(try desk.node.sweepFormAttachments() == 1)
    #expect(try isHeld(drafted) && isHeld(borne) && isHeld(given) && !isHeld(dropped))
    desk.clock.advance(milliseconds: 16 * day)
    #expect(try desk.node.sweepFormAttachments() == 1)
    #expect(try !isHeld(drafted) && isHeld(borne) && isHeld(given))
  }

  @Test func onlyAFormOfTheSessionBringsFilesAndOnlyWhereThereArePlacesForThem() throws {
    let puesto = try loggedIn()
    let token = try #require(try puesto.get("/forms").token)
    let before = try blobs(come: 0)
    let picture = Self.picture(100_000)
    let file = TestBrowser.part("file.image_digest", "a.jpg", picture)
    let end = Array("--\(TestBrowser.boundary)--\r\n".utf8)
    // Without the token, with another's, with the token behind the file.
    for body in [
      file + end, TestBrowser.part("token", nil, Array("00".utf8)) + file + end,
      file + TestBrowser.part("token", nil, Array(token.utf8)) + end,
    ] { #expect(try puesto.upload("/form/captures", body: body).status == 403) }
    let own = TestBrowser.part("token", nil, Array(token.utf8))
    for place in ["file.plate", "file.", "image_digest", "file.image_digest.1", "file.nothing", "file.image_bytes"] {
      let body = own + TestBrowser.part(place, "a.jpg", picture) + end
      #expect(try puesto.upload("/form/captures", body: body).status == 403, "\(place)")
    }
    // Incidents have no place for files, migration is not for this role.
    for path in ["/form/incidents", "/form/migration"] {
      #expect(try puesto.upload(path, body: own + file + end).status == 403, "\(path)")
    }
    #expect(try puesto.upload("/form/captures", body: own + file + file + end).status == 413)
    #expect(try blobs(come: before) == before)
  }

  @Test func hostileFormsAreAnsweredAndLeaveNothing() throws {
    let puesto = try loggedIn()
    let token = try #require(try puesto.get("/forms").token)
    let own = TestBrowser.part("token", nil, Array(token.utf8))
    let mark = "--\(TestBrowser.boundary)"
    let head = "\(mark)\r\nContent-Disposition: form-data; name=\"file.image_digest\"; filename=\"a.jpg\"\r\n"
    let nested =
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Disposition: file\r\n\r\nb\r\n--x--\r\n"
    let bodies: [(String, [UInt8], Set<Int>)] = [
      ("nothing", [], [400]), ("no boundary in the body", [UInt8](repeating: 0x41, count: 300_000), [400]),
      ("endless head", own + Array(head.utf8) + [UInt8](repeating: 0x61, count: 200_000), [400]),
      (
        "endless lines of a head",
        own + Array(head.utf8) + Array(repeating: Array("X: y\r\n".utf8), count: 9_000).joined(), [400]
      ),
      ("broken off", own + Array((head + "\r\n").utf8) + Self.picture(80_000), [400]),
      ("nested", own + Array((head + nested + "\(mark)--\r\n").utf8), [422, 200]),
      ("no name", own + Array("\(mark)\r\nContent-Disposition: form-data\r\n\r\nx\r\n\(mark)--\r\n".utf8), [400]),
      ("a field of 1 MiB", own + TestBrowser.part("f.post", nil, [UInt8](repeating: 0x41, count: 1 << 20)), [413]),
      (
        "too many fields",
        own + (0..<3_000).flatMap { TestBrowser.part("f.\($0)", nil, [0x41]) } + Array("\(mark)--\r\n".utf8),
        [413, 400]
      ),
      ("no text", own + TestBrowser.part("f.post", nil, [0xFF, 0xFE, 0x00]) + Array("\(mark)--\r\n".utf8), [400]),
    ]
    for (name, body, statuses) in bodies {
      let page = try puesto.upload("/form/captures", body: body)
      #expect(statuses.contains(page.status), "\(name): \(page.status)")
    }
    for type in [
      "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x",
      "multipart/form-data; boundary=\(String(repeating: "x", count: 71))",
    ] { #expect(try puesto.upload("/form/captures", body: own, type: type).status == 415, "\(type)") }
    #expect(try self.bodies().isEmpty)
    #expect(try blobs(come: 0) == 0)
    // The desk goes on.
    #expect(try send(puesto, ["do": "store"], file: Self.picture(2_000)).location?.hasPrefix("/stored/") == true)
  }

  @Test func aFormOfTenGigabytesIsRefusedBeforeItIsSent() throws {
    let puesto = try loggedIn()
    let token = try #require(try puesto.get("/forms").token)
    let mark = "--\(TestBrowser.boundary)\r\nContent-Disposition: form-data; name="
    let start = "\(mark)\"token\"\r\n\r\n\(token)\r\n\(mark)\"file.image_digest\"; filename=\"a.jpg\"\r\n\r\n"
    let cookies = puesto.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
    let socket = try RawSocket(port: desk.server.port ?? 0)
    socket.send(
      "POST /form/captures HTTP/1.1\r\nHost: x\r\nCookie: \(cookies)\r\nContent-Length: 10737418240\r\n"
        + "Content-Type: multipart/form-data; boundary=\(TestBrowser.boundary)\r\n\r\n\(start)")
    #expect(socket.readHead().hasPrefix("HTTP/1.1 413"))
    #expect(try blobs(come: 0) == 0)
  }
}
