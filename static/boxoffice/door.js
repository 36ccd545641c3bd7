// The door: sends each scan, shows the answer in colour with sound and vibration, and reads codes by camera.
(() => {
  "use strict";
  const form = document.getElementById("scan");
  const field = form.elements.code;
  const place = document.getElementById("verdict");
  const counts = document.getElementById("counts");
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

  function failed() {
    const box = document.createElement("div");
    box.className = "verdict red";
    box.dataset.colour = "red";
    const word = document.createElement("p");
    word.className = "word";
    word.append(Object.assign(document.createElement("strong"), { textContent: place.dataset.failed }));
    box.append(word, Object.assign(document.createElement("p"), { className: "why", textContent: place.dataset.failedText }));
    place.replaceChildren(box);
    tell("red");
  }

  async function send(from, button) {
    const data = new FormData(from, button);
    try {
      const answer = await fetch(from.action, { method: "POST", body: data, headers: { "X-Part": "1", Accept: "application/json" } });
      if (answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
    } catch { failed(); }
    refresh();
  }

  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch(counts.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.status === 401) location.reload();
      else if (answer.ok) counts.innerHTML = await answer.text();
    } catch { /* the network is away: the last numbers stay */ }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.closest("main")) return;
    event.preventDefault();
    if (event.target === form && !field.value.trim()) return;
    send(event.target, event.submitter);
    if (event.target === form) field.value = "";
    field.focus();
  });
  place.addEventListener("change", ({ target }) => { if (target.name === "reason" && target.value) target.form.requestSubmit(); });
  // A scanner types wherever the focus is: what it types goes to the field.
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, button, a") || event.ctrlKey || event.metaKey || event.key.length !== 1) return;
    field.focus();
  });
  setInterval(refresh, 10000);

  // Camera
  const button = document.getElementById("camera");
  const view = document.getElementById("view");
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    button.hidden = false;
    let stream, last = "", seen = 0;
    button.addEventListener("click", async () => {
      if (stream) { stream.getTracks().forEach((track) => track.stop()); stream = null; view.hidden = true; return; }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch { button.hidden = true; return; }
      view.srcObject = stream; view.hidden = false; await view.play();
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      const look = async () => {
        if (!stream) return;
        try {
          const [found] = await detector.detect(view);
          // The same code counts again once it was out of sight for two seconds.
          if (found) {
            if (found.rawValue !== last || Date.now() - seen > 2000) { field.value = found.rawValue; form.requestSubmit(); }
            last = found.rawValue; seen = Date.now();
          }
        } catch { /* the picture is not there yet */ }
        setTimeout(look, 150);
      };
      look();
    });
  }
})();
