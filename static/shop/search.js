// Shows what a search would find beneath its field, while somebody types. Without it, the form leads to a page.
(() => {
  "use strict";
  const form = document.querySelector(".search");
  if (!form) return;
  const field = form.querySelector("input"), place = form.querySelector(".suggested");
  let wait = 0, asked = null;
  const close = () => { place.hidden = true; place.replaceChildren(); };
  async function look() {
    asked?.abort();
    const text = field.value.trim();
    if (text.length < 2) return close();
    asked = new AbortController();
    try {
      const answer = await fetch(`${form.action}?part=1&q=${encodeURIComponent(text)}`, { signal: asked.signal });
      if (!answer.ok) return;
      place.innerHTML = await answer.text(); // of our own server, which escapes what was typed
      place.hidden = false;
    } catch { /* a newer question, or the network is away: the button works still */ }
  }
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(look, 150); });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || place.hidden) return;
    event.preventDefault(); // what was typed stays
    close();
    field.focus();
  });
  document.addEventListener("focusin", (event) => { if (!form.contains(event.target)) close(); });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
})();
