// The checkout works as a plain form with a button that adds up; this adds up by itself, and puts minus and plus beside numbers.
(() => {
  "use strict";
  const form = document.querySelector("form.checkout");
  const parts = document.getElementById("order-sum");
  const total = document.getElementById("sum");
  if (!form || !parts) return;
  form.querySelector("[name=recount][value='1']").parentElement.hidden = true;

  let asked = 0;
  let timer = 0;

  async function addUp(what = "1") {
    const mine = ++asked;
    const given = new URLSearchParams(new FormData(form));
    given.set("recount", what);
    try {
      const answer = await fetch(location.href, { method: "POST", body: given, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || mine !== asked) return;
      const text = await answer.text();
      if (!text.includes("data-total")) return;  // another page: the server will say on "Continue"
      parts.innerHTML = text;
      const sum = parts.querySelector("[data-total]");
      total.textContent = sum.textContent;
      if (what === "points") form.elements.points.value = sum.dataset.points;
    } catch { /* the network is away: the total is on the next page */ }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(addUp, 250);
  }

  form.querySelector("[name=recount][value='points']")?.addEventListener("click", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    addUp("points");
  });

  form.addEventListener("change", (event) => {
    if (/^(type-|snack-|promocode$|points$)/.test(event.target.name)) soon();
  });

  function stepOf(field, sign, word, step) {
    const name = form.querySelector(`label[for="${field.id}"]`).firstChild.textContent.trim();
    const made = document.createElement("button");
    made.type = "button";
    made.className = "step";
    made.textContent = sign;
    made.setAttribute("aria-label", `${word} ${name}`);
    made.addEventListener("click", () => {
      const number = Math.min(Number(field.max) || 99, Math.max(0, (Number(field.value) || 0) + step));
      if (String(number) === field.value) return;
      field.value = number;
      recommend();
      soon();
    });
    return made;
  }

  // What goes with a snack is recommended once that is chosen, until it is chosen as well.
  function recommend() {
    form.querySelectorAll(".goes-with").forEach((line) => {
      const [field, other] = [line.parentElement.querySelector("input"), document.querySelector(line.querySelector("a").hash)];
      line.hidden = !Number(field.value) || Boolean(Number(other.value));
    });
  }

  form.querySelectorAll(".snack input[type=number]:not([disabled])").forEach((field) => {
    field.before(stepOf(field, "−", form.dataset.less, -1));
    field.after(stepOf(field, "+", form.dataset.more, 1));
    field.parentElement.classList.add("steps");
    field.addEventListener("input", recommend);  // not "change": lines that move as a field is left take the click away
  });
  form.querySelectorAll(".goes-with a").forEach((link) => {
    link.after(" ", stepOf(document.querySelector(link.hash), "+", form.dataset.more, 1));
  });
  recommend();
})();
