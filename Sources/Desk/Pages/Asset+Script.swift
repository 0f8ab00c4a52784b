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
      document.querySelectorAll("input[type=file][data-longest]").forEach(function (input) {
        input.addEventListener("change", function () {
          var longest = Number(input.getAttribute("data-longest"));
          var isLong = Array.prototype.some.call(input.files, function (file) { return file.size > longest; });
          input.setCustomValidity(isLong ? input.getAttribute("data-long") : "");
          input.reportValidity();
        });
      });
      window.addEventListener("pageshow", function (event) {
        if (!event.persisted) return;
        document.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
      });
    })();

    """

  /// Pages that show themselves anew: the board at most every ten seconds, a list at most once a minute, since each time is a lookup that is
  /// logged; neither while the officer works in it or does not see it.
  static let liveText = """
    (function () {
      var part = document.getElementById("live");
      if (!part || !window.fetch) return;
      var notice = document.getElementById("changed"), kind = part.getAttribute("data-live");
      var rest = kind === "board" ? 10000 : 60000, last = Date.now(), waits = false;
      function say(word) {
        if (!notice) return;
        notice.hidden = !word;
        if (word) notice.firstElementChild.textContent = notice.getAttribute("data-" + word);
      }
      function isBusy() {
        return document.hidden || part.contains(document.activeElement) || part.querySelector("form details[open]");
      }
      function load() {
        last = Date.now();
        return fetch(location.href, { headers: { "X-Istmo-Live": "1" }, redirect: "error" }).then(function (answer) {
          if (!answer.ok) throw new Error(answer.status);
          return answer.text();
        }).then(function (text) {
          var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.getElementById("live");
          if (!fresh) return;
          part.replaceWith(fresh);
          part = fresh;
          var time = document.getElementById("shown-at"), now = page.getElementById("shown-at");
          if (time && now) time.textContent = now.textContent;
          say(null);
          again();
        }).catch(function () { say("off"); });
      }
      function again() {
        var wait = Number(part.getAttribute("data-again"));
        if (wait) window.setTimeout(load, wait);
      }
      function later() {
        if (waits) return;
        waits = true;
        window.setTimeout(function () {
          waits = false;
          if (isBusy()) later(); else load();
        }, Math.max(1000, rest - (Date.now() - last)));
      }
      again();
      if (!kind || !window.EventSource) return;
      var source = new EventSource("/events"), seen = null;
      source.addEventListener("change", function (event) {
        var count = JSON.parse(event.data)[kind];
        if (count === undefined || count === seen) return;
        seen = count;
        if (kind !== "board" || isBusy()) say("changed");
        later();
      });
      source.addEventListener("over", function () { source.close(); say("over"); });
      window.addEventListener("pagehide", function () { source.close(); });
    })();

    """
}
