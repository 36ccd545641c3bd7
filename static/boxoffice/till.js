// Keys of the till, the change while cash is typed, and a total that follows the ticket types. Everything works without.
(() => {
  "use strict";
  const typing = (at) => at instanceof HTMLInputElement || at instanceof HTMLSelectElement;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code !== "Escape" && typing(event.target)) return;
    if (event.code === "Enter" && event.target !== document.body) return;
    const code = event.code.replace("Numpad", "Digit");
    const found = document.querySelector(`[data-key="${CSS.escape(code)}"]:not([disabled])`);
    if (!found) return;
    event.preventDefault();
    found.click();
  });

  const form = document.getElementById("sale");
  if (!form) return;
  form.addEventListener("change", (event) => {
    if (event.target.classList.contains("type")) form.requestSubmit();
  });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault(); // a second press while the first is on its way
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });

  const given = document.getElementById("given");
  const change = document.getElementById("change");
  const total = document.getElementById("total");
  if (!given || !change) return;
  const show = () => {
    const typed = Number(given.value.replace(/\s/g, "").replace(",", "."));
    const left = Math.round((typed - Number(total.dataset.total)) * 100) / 100;
    const known = given.value !== "" && Number.isFinite(left) && left >= 0;
    change.textContent = known ? `${change.dataset.text} ${left.toLocaleString(document.documentElement.lang)}` : "";
  };
  given.addEventListener("input", show);
  given.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.querySelector('button[name="sell"][value="cash"]').click();
  });
  show();
})();
