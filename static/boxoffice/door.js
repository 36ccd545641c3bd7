// The door: sends each scan, and shows the answer in colour with sound and vibration (door-camera.js reads codes by
// camera). Without a network it judges by the list on the device (door-away.js) and keeps the scans (door-store.js).
(() => {
  "use strict";
  const form = document.getElementById("scan");
  const field = form.elements.code;
  const place = document.getElementById("verdict");
  const counts = document.getElementById("counts");
  const banner = document.getElementById("away");
  const kept = document.getElementById("kept");
  const waiting = document.getElementById("waiting");
  const words = JSON.parse(document.getElementById("words").textContent);
  let sound;

  // A different melody for each answer, so that nobody has to look.
  const TONES = { green: [[880, 0, .12]], amber: [[660, 0, .12], [660, .2, .12]], red: [[220, 0, .45]] };
  const SHAKES = { green: 80, amber: [80, 80, 80], red: 500 };

  function tell(colour) {
    if (!TONES[colour]) return;
    navigator.vibrate?.(SHAKES[colour]);
    sound ??= "AudioContext" in window ? new AudioContext() : null;
    if (!sound) return;
    for (const [pitch, after, length] of TONES[colour]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      volume.gain.value = .25;
      tone.frequency.value = pitch;
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + after);
      tone.stop(sound.currentTime + after + length);
    }
  }

  function show(html) {
    place.innerHTML = html;
    tell(place.firstElementChild?.dataset.colour);
  }

  const element = (name, className, text) => Object.assign(document.createElement(name), { className, textContent: text });
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);

  // The same as the server's answer, for what was judged here.
  function draw({ colour, word, text, values, checks = [], seat, session, kind }, buttons = []) {
    const box = element("div", `verdict ${colour}`);
    const result = element("section", `result ${colour}`);
    const first = element("p", "word");
    first.append(document.getElementById(`sign-${colour}`).content.cloneNode(true), element("strong", "", words[word]));
    result.append(first);
    if (text) result.append(element("p", "why", fill(words[text], values)));
    for (const check of checks) result.append(element("p", "check", check));
    if (seat) result.append(element("p", "seat", fill(words.seat, seat)));
    if (session) result.append(element("p", "film", [session.film, session.time, session.hall, kind].join(" · ")));
    const after = element("div", "after");
    for (const [name, act] of buttons) {
      const button = after.appendChild(element("button", "", words[name]));
      button.type = "button";
      button.addEventListener("click", act);
    }
    if (buttons.length) result.append(after);
    box.dataset.colour = colour;
    box.append(result);
    place.replaceChildren(box);
    tell(colour);
  }
  const failed = () => draw({ colour: "red", word: "noAnswer", text: "noAnswerText" });

  // Without a network

  const { list: listAt, upload: uploadAt, worker: workerAt } = banner.dataset;
  let away = null, waits = 0, last = null, locked = null; // when the network went, scans that wait, the last hash, the form that locks

  async function showState() {
    waits = doorStore.works ? (await doorStore.waiting()).length : 0;
    banner.hidden = !away;
    document.body.toggleAttribute("data-away", Boolean(away)); // the page then does not lock itself: a PIN needs the network
    const age = doorAway.is() ? fill(words.kept, { time: doorAway.made(), minutes: doorAway.minutes(), number: doorAway.number() }) : words.noList;
    banner.querySelector(".age").textContent = kept.textContent = age;
    kept.hidden = Boolean(away);
    if (away) banner.querySelector("p").textContent = fill(words[doorAway.is() ? "awayText" : "awayBare"], { since: doorAway.time(away) });
    kept.classList.toggle("old", doorAway.is() && doorAway.minutes() >= 10);
    waiting.hidden = !waits;
    waiting.textContent = fill(words.waiting, { number: waits });
  }

  async function ask(url, options = {}) {
    const answer = await fetch(url, { ...options, headers: { Accept: "application/json", ...options.headers }, signal: AbortSignal.timeout(6000) });
    if (answer.status === 401) location.reload();
    if (answer.status === 401 || answer.status >= 500) throw new Error(String(answer.status));
    return answer;
  }
  const send = () => doorStore.send(uploadAt, form.elements.csrfmiddlewaretoken.value);
  async function renew() {
    if (!doorStore.works || waits) return;
    try { await doorAway.renew(() => ask(listAt)); } catch { /* the list that is there stays, and says how old it is */ }
  }

  async function leave() { away ??= new Date(); await showState(); }
  async function back() {
    if (waits) await send();
    if (away) place.querySelector(".after")?.remove(); // what is shown has been sent, so it is changed as usual
    away = null;
    await showState();
  }

  async function judge(code) {
    if (!doorAway.is()) return failed();
    const verdict = await doorAway.judge(code);
    const buttons = [];
    if (verdict.mayReturn) buttons.push(["return", async () => { await doorAway.letIn(verdict); draw({ colour: "green", word: "returned" }); }]);
    if (verdict.colour !== "red") buttons.push(["undo", async () => draw(await doorAway.takeBack(verdict) ? { colour: "amber", word: "undone" } : { colour: "red", word: "sent", text: "sentText" })]);
    draw(verdict, buttons);
    await showState();
  }

  async function check(action, data, code) {
    if (away) return code ? judge(code) : failed();
    try {
      if (waits) await send(); // what waits was earlier
      const answer = await ask(action, { method: "POST", body: data, headers: { "X-Part": "1" } });
      if (!answer.ok) return failed();
      show(await answer.text());
    } catch {
      await leave();
      return code ? judge(code) : failed();
    }
    const colour = place.firstElementChild?.dataset.colour;
    if (!doorStore.works) return undefined;
    if (code) last = ["green", "amber"].includes(colour) ? await doorAway.note(code) : null;
    else { if (last) await doorAway.unnote(last); await renew(); }
    return undefined;
  }

  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await ask(counts.dataset.url);
      if (locked) { locked.submit(); return; }
      if (answer.ok) counts.innerHTML = await answer.text();
      const returned = Boolean(away);
      await back();
      if (returned || !doorAway.is() || doorAway.minutes() >= 2) { await renew(); await showState(); }
    } catch { await leave(); }
  }

  // One after another, so that the same ticket is not judged twice at once.
  let line = Promise.resolve();
  const inLine = (act) => { line = line.then(act, act); return line; };

  document.addEventListener("submit", (event) => {
    if (!event.target.closest("main")) return;
    event.preventDefault();
    if (event.target === form && !field.value.trim()) return;
    const data = new FormData(event.target, event.submitter);
    const code = event.target === form ? field.value.trim() : "";
    inLine(() => check(event.target.action, data, code)).then(() => { if (!away) inLine(refresh); });
    if (event.target === form) field.value = "";
    field.focus();
  });
  place.addEventListener("change", ({ target }) => { if (target.name === "reason" && target.value) target.form.requestSubmit(); });
  // A scanner types wherever the focus is: what it types goes to the field.
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, button, a") || event.ctrlKey || event.metaKey || event.key.length !== 1) return;
    field.focus();
  });
  addEventListener("offline", () => inLine(leave));
  addEventListener("online", () => inLine(refresh));
  document.addEventListener("visibilitychange", () => inLine(refresh));
  setInterval(() => inLine(refresh), 10000);
  setInterval(() => { if (away) inLine(refresh); }, 4000);
  // Locking works without a network too: the list goes, what waits stays.
  document.getElementById("lock")?.addEventListener("submit", async (event) => {
    if (!away) return;
    event.preventDefault();
    await doorStore.forget();
    doorAway.gone();
    document.getElementById("main").replaceChildren(element("p", "note", words.locked));
    locked = event.target;
    locked.hidden = true;
  });
  inLine(async () => { await doorAway.load(); await showState(); await refresh(); });
  if (doorStore.works && "serviceWorker" in navigator) {
    const controlled = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.register(workerAt).then(() => navigator.serviceWorker.ready).then(async () => {
      navigator.storage.persist?.();
      const answer = controlled ? null : await fetch(location.pathname); // the page was loaded before there was a worker
      if (answer?.ok && !answer.redirected) await (await caches.open(doorStore.PAGE)).put(location.pathname, answer);
    }).catch(() => { /* the page itself then needs the network */ });
  }
})();
