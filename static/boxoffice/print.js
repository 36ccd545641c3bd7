// Opens the print dialogue at once; the button opens it again.
(() => {
  "use strict";
  document.getElementById("print").addEventListener("click", () => window.print());
  window.addEventListener("load", () => window.print());
})();
