// What a page can do better with a script; nothing needs it. Keys for lists: j and k go down and up, Enter opens,
// / searches. Errors of a form that was sent are brought to the reader.
(function () {
  "use strict";
  function typing(target) {
    return target.closest("input, select, textarea, [contenteditable]") !== null;
  }
  function rows() {
    return Array.prototype.slice.call(document.querySelectorAll(".rows > .row, table.keys tbody tr"));
  }
  function link(row) {
    return row.querySelector("a[href]");
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      var search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    if (event.key !== "j" && event.key !== "k") return;
    var all = rows().filter(link);
    if (!all.length) return;
    var at = all.findIndex(function (row) { return row.contains(document.activeElement); });
    var next = event.key === "j" ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0);
    link(all[next]).focus();
    event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    // A form that was refused comes back with its errors: it is shown too.
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("click", function (event) {
    // An open menu closes when somebody goes on elsewhere.
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
  });
  var faults = document.getElementById("faults");
  if (faults) faults.focus();
})();
