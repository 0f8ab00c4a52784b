extension Asset {
  /// Enter sends the search once what was typed is whole: a document reader types two or three lines and an Enter after each.
  static let scriptText = """
    "use strict";
    (function () {
      var widths = { 44: 2, 36: 2, 30: 3 };
      function isWhole(text) {
        var lines = text.split("\\n").map(function (line) { return line.trim(); }).filter(Boolean);
        if (!lines.length) return false;
        var first = lines[0].replace(/ /g, "");
        if (!/^[A-Z0-9<]+$/i.test(first) || first.indexOf("<") < 0 || !widths[first.length]) return true;
        return lines.length >= widths[first.length];
      }
      document.querySelectorAll("textarea[name=key]").forEach(function (area) {
        area.addEventListener("keydown", function (event) {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing || !isWhole(area.value)) return;
          event.preventDefault();
          if (area.form.requestSubmit) area.form.requestSubmit(); else area.form.submit();
        });
      });
      document.querySelectorAll("form").forEach(function (form) {
        form.addEventListener("submit", function () {
          window.setTimeout(function () {
            form.querySelectorAll("button").forEach(function (button) { button.disabled = true; });
          }, 0);
        });
      });
      window.addEventListener("pageshow", function (event) {
        if (!event.persisted) return;
        document.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
      });
    })();

    """
}
