import Markup
import Testing

/// Text gets into a page escaped, and no attribute carries a script.
@Suite struct MarkupTests {
  private func string(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

  @Test func textIsShownAsTypedWhateverItHolds() {
    let hostile = #"<script>alert('x')</script>"&amp;"#
    let page = HTML.element("p", .class(hostile), .init("title", hostile)) { hostile }
    let text = string(page)
    #expect(!text.contains("<script") && !text.contains("'x'") && text.hasSuffix("</p>"))
    #expect(text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;amp;"))
    #expect(string(.text("a\u{0}b\u{1B}c\td")) == "a b c\td")
  }

  @Test func anAddressLeadsNowhereButToThisServer() {
    for bad in [
      "javascript:alert(1)", "//evil.example", "/\\evil.example", "https://evil.example", "data:text/html,x", "",
    ] {
      #expect(string(.element("a", .href(bad)) { "x" }) == "<a href=\"#\">x</a>", "\(bad)")
    }
    #expect(string(.element("a", .href("/search?lang=es")) { "x" }) == "<a href=\"/search?lang=es\">x</a>")
    #expect(string(.element("a", .href("/")) { "x" }) == "<a href=\"/\">x</a>")
  }

  @Test func whatABrowserActsOnCannotBeSetByAPlainAttribute() {
    for name: StaticString in ["onclick", "href", "src", "style", "action", "formaction", "srcdoc", "onerror"] {
      #expect(string(.void("img", .init(name, "alert(1)"))) == "<img>")
    }
    #expect(string(.void("input", .flag("checked"), .flag("disabled", false))) == "<input checked>")
  }
}
