// What every page of the box office does: the PIN pad, and the lock after a while without a press.
(() => {
  "use strict";
  const form = document.getElementById("pin-form");
  if (form) {
    const pin = form.elements.pin;
    form.querySelector(".pad").hidden = false;
    form.addEventListener("click", ({ target }) => {
      if (target.dataset.digit && pin.value.length < pin.maxLength) pin.value += target.dataset.digit;
      if ("erase" in target.dataset) pin.value = pin.value.slice(0, -1);
    });
    form.addEventListener("change", ({ target }) => { if (target.name === "person") pin.focus(); });
  }
  const lock = document.getElementById("lock");
  const idle = Number(lock?.dataset.idle) * 1000;
  if (idle) {
    let last = Date.now();
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { last = Date.now(); }, { passive: true });
    setInterval(() => { if (Date.now() - last > idle && navigator.onLine && !document.body.hasAttribute("data-away")) lock.submit(); }, 5000);
  }
})();
