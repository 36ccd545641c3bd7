// The time that is left, shown every second and said when it matters. The page says the hour without it.
(() => {
  "use strict";
  const clock = document.getElementById("clock");
  if (!clock) return;
  const left = clock.querySelector("[data-left]");
  const said = clock.querySelector("[data-said]");
  const end = performance.now() + Number(clock.dataset.until) * 1000;
  const moments = [10, 5, 2, 1];  // minutes before the end
  let last = Infinity;
  left.hidden = false;

  function tick() {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (seconds < 3600 * 3) left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const moment = moments.find((minutes) => seconds <= minutes * 60 && last > minutes * 60 && last !== Infinity);
    if (moment) said.textContent = `${clock.dataset.minutes} ${moment}`;
    clock.classList.toggle("soon", seconds <= 120);
    last = seconds;
    if (seconds === 0) {
      clearInterval(timer);
      said.textContent = clock.dataset.over;
      if (clock.dataset.stay !== undefined) {  // what was typed is kept
        left.textContent = clock.dataset.over;
        left.classList.add("over");
        return;
      }
      setTimeout(() => location.replace(location.pathname), 1500);
    }
  }
  const timer = setInterval(tick, 1000);
  tick();
})();
