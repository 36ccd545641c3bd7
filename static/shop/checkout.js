// The checkout works as a plain form with a button that adds up; this adds up by itself, and puts minus and plus beside numbers.
(() => {
  "use strict";
  const form = document.querySelector("form.checkout");
  const parts = document.getElementById("order-sum");
  const total = document.getElementById("sum");
  if (!form || !parts) return;
  form.querySelector("[name=recount]").parentElement.hidden = true;

  let asked = 0;
  let timer = 0;

  async function addUp() {
    const mine = ++asked;
    const given = new URLSearchParams(new FormData(form));
    given.set("recount", "1");
    try {
      const answer = await fetch(location.href, { method: "POST", body: given, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || mine !== asked) return;
      const text = await answer.text();
      if (!text.includes("data-total")) return;  // another page: the server will say on "Continue"
      parts.innerHTML = text;
      total.textContent = parts.querySelector("[data-total]").textContent;
    } catch { /* the network is away: the total is on the next page */ }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(addUp, 250);
  }

  form.addEventListener("change", (event) => {
    if (/^(type-|snack-|promocode$|points$)/.test(event.target.name)) soon();
  });

  form.querySelectorAll(".snack input[type=number]:not([disabled])").forEach((field) => {
    const name = form.querySelector(`label[for="${field.id}"]`).firstChild.textContent.trim();
    const button = (sign, word, step) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "step";
      made.textContent = sign;
      made.setAttribute("aria-label", `${word} ${name}`);
      made.addEventListener("click", () => {
        const number = Math.min(Number(field.max) || 99, Math.max(0, (Number(field.value) || 0) + step));
        if (String(number) === field.value) return;
        field.value = number;
        soon();
      });
      return made;
    };
    field.before(button("−", form.dataset.less, -1));
    field.after(button("+", form.dataset.more, 1));
    field.parentElement.classList.add("steps");
  });
})();
