// Keeps a list of the bar up to date. Nothing is replaced while somebody is pressing a button in it.
(() => {
  "use strict";
  const list = document.getElementById("cards");
  async function refresh() {
    if (document.hidden || list.contains(document.activeElement)) return;
    try {
      const answer = await fetch(list.dataset.url, { headers: { "X-Part": "1", Accept: "application/json" } });
      if (answer.status === 401) location.reload();
      else if (answer.ok) list.innerHTML = await answer.text();
    } catch { /* the network is away: what was shown stays */ }
  }
  setInterval(refresh, 5000);
})();
