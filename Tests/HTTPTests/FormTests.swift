import HTTP
import Testing

/// Forms and cookies as browsers send them.
@Suite struct FormTests {
  @Test func aFormIsReadInOrder() throws {
    let form = try Form(Array("key=P%20123%0D%0AX&purpose=a+b%26c&key=second&empty=&flag".utf8))
    #expect(form["key"] == "P 123\r\nX" && form["purpose"] == "a b&c")
    #expect(form["empty"] == "" && form["flag"] == "" && form["none"] == nil)
    #expect(try Form([]).fields.isEmpty)
  }

  @Test func whatIsNoFormIsRefused() {
    for text in ["a=%", "a=%zz", "a=%ff", "a=%00", "a=\u{1}", String(repeating: "a&", count: 65)] {
      #expect(throws: Problem.self, "\(text)") { try Form(Array(text.utf8)) }
    }
    #expect(throws: Problem.self) { try Form([0xFF, 0x3D]) }
  }

  @Test func aCookieIsFoundByItsWholeName() {
    let request = Request(
      method: .get, path: "/", headers: ["Cookie": "a=1; session=x=y; __Host-session=z;b=", "cookie": "late=2"],
      peer: .unixSocket)
    #expect(request.cookie("session") == "x=y" && request.cookie("__Host-session") == "z")
    #expect(request.cookie("a") == "1" && request.cookie("b") == "" && request.cookie("late") == "2")
    #expect(request.cookie("Session") == nil && request.cookie("ession") == nil && request.cookie("") == nil)
  }
}
