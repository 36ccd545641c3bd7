// Shows the next sessions; without a connection, the last ones that were read, without those that have started.
const SECOND = 1000;
const { feed, worker, many, few, wheelchairs, soldOut } = document.body.dataset;
const words = { many, few, wheelchairs, sold_out: soldOut };
const kept = "foyer " + feed;
let data = JSON.parse(document.getElementById("data").textContent);

function show() {
  const ahead = data.sessions.filter((session) => new Date(session.starts_at) > new Date());
  const rows = ahead.slice(0, 12).map((session) => {
    const row = document.createElement("tr");
    row.className = session.seats;
    for (const text of [session.time, `${session.film} ${session.age_rating}`, `${session.hall} · ${session.format}`, words[session.seats]]) {
      row.appendChild(document.createElement("td")).textContent = text;
    }
    return row;
  });
  document.getElementById("sessions").replaceChildren(...rows);
  document.getElementById("nothing").hidden = rows.length > 0;
  document.getElementById("as-of").textContent = data.as_of;
}

async function refresh() {
  try {
    const answer = await fetch(feed, { signal: AbortSignal.timeout(15 * SECOND) });
    if (!answer.ok) throw new Error(answer.status);
    data = await answer.json();
    localStorage.setItem(kept, JSON.stringify(data));
    document.getElementById("offline").hidden = true;
  } catch {
    data = JSON.parse(localStorage.getItem(kept) || "null") || data;
    document.getElementById("offline").hidden = false;
  }
  show();
}

show();
refresh();
setInterval(refresh, 30 * SECOND);
if ("serviceWorker" in navigator) navigator.serviceWorker.register(worker);
