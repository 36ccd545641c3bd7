// Keys of the till and of its seat map, the place where one was before a press, the change while cash is typed, and a
// total that follows the ticket types. Everything works without.
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
    if (found.tagName === "SUMMARY") enter(found.parentElement);
    else found.click();
  });

  // The seat map: its key leads to the chosen seats, or to the first free one; from there the arrows lead on.
  const seats = [...document.querySelectorAll(".hall .row")].map((row) => [...row.querySelectorAll("button.seat")]).filter((row) => row.length);
  const middle = (seat) => { const place = seat.getBoundingClientRect(); return place.left + place.width / 2; };
  const nearest = (row, seat) => row?.reduce((near, each) => (Math.abs(middle(each) - middle(seat)) < Math.abs(middle(near) - middle(seat)) ? each : near));

  function enter(map) {
    map.open = true;
    const all = seats.flat();
    (all.find((seat) => seat.getAttribute("aria-pressed") === "true") ?? all[0])?.focus();
  }

  document.querySelector(".hall")?.addEventListener("keydown", (event) => {
    const row = seats.findIndex((each) => each.includes(event.target));
    if (row < 0) return;
    const place = seats[row].indexOf(event.target);
    const next = {
      ArrowLeft: seats[row][place - 1],
      ArrowRight: seats[row][place + 1],
      ArrowUp: nearest(seats[row - 1], event.target),
      ArrowDown: nearest(seats[row + 1], event.target),
    }[event.key];
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    next?.focus();
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
    const { name, value } = event.submitter ?? {};
    sessionStorage.setItem("till", JSON.stringify({ name, value, down: scrollY, right: document.querySelector(".hall")?.scrollLeft }));
  });

  // After a press the page is where it was, unless it has something to say.
  const before = JSON.parse(sessionStorage.getItem("till") ?? "null");
  sessionStorage.removeItem("till");
  if (before && !document.querySelector("[role=alert]")) {
    const pressed = before.name && form.querySelector(`button[name="${CSS.escape(before.name)}"][value="${CSS.escape(before.value)}"]:not(.hush)`);
    pressed?.focus({ preventScroll: true });
    scrollTo(0, before.down);
    document.querySelector(".hall")?.scrollTo(before.right ?? 0, 0);
  }
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
