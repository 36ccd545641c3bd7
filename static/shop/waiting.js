// Looks whether the bank has answered, and goes on when it has. Until then nothing on the page moves.
(() => {
  "use strict";
  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { method: "HEAD" });
      if (answer.redirected) location.replace(answer.url);
    } catch { /* the network is away: the button stays */ }
  }
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
})();
