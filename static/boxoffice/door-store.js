// What a door keeps on the device for when the network is away: the evening's list, and the scans that wait.
const doorStore = (() => {
  "use strict";
  const PAGE = "door-page"; // the copy of the page, which the service worker keeps
  const works = "indexedDB" in window && Boolean(window.crypto?.subtle) && "caches" in window;
  let base, sending;

  function open() {
    base ??= new Promise((done, failed) => {
      const asked = indexedDB.open("door", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("kept");
        asked.result.createObjectStore("waiting", { keyPath: "uuid" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    return base;
  }

  // One transaction; ends when it is safe on the disk.
  async function run(store, mode, act) {
    const work = (await open()).transaction(store, mode, { durability: "strict" });
    return new Promise((done, failed) => {
      const asked = act(work.objectStore(store));
      work.oncomplete = () => done(asked?.result);
      work.onerror = work.onabort = () => failed(work.error);
    });
  }

  const get = (name) => run("kept", "readonly", (store) => store.get(name));
  const keep = (values) => run("kept", "readwrite", (store) => { for (const name in values) store.put(values[name], name); });
  const queue = (scan) => run("waiting", "readwrite", (store) => store.put(scan));
  const waiting = async () => (await run("waiting", "readonly", (store) => store.getAll())).sort((one, other) => (one.at < other.at ? -1 : 1));

  // Changes a scan that still waits; false once it has been sent.
  async function change(uuid, decision) {
    await sending?.catch(() => {});
    const scan = await run("waiting", "readonly", (store) => store.get(uuid));
    if (scan) await queue({ ...scan, decision });
    return Boolean(scan);
  }

  // Sends what waits, oldest first. An error means that some of it still waits.
  async function sendAll(url, token) {
    for (let scans = await waiting(); scans.length; scans = await waiting()) {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", token);
      body.set("sent_at", new Date().toISOString());
      body.set("scans", JSON.stringify(scans.slice(0, 100)));
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const { stored } = await answer.json();
      if (!stored.length) throw new Error("nothing was stored");
      await run("waiting", "readwrite", (store) => { for (const uuid of stored) store.delete(uuid); });
    }
  }
  function send(url, token) {
    sending ??= sendAll(url, token).finally(() => { sending = null; });
    return sending;
  }

  // When the device is locked: the list and the page go, the scans that wait stay.
  async function forget() {
    if (!works) return;
    await run("kept", "readwrite", (store) => store.clear());
    await caches.delete(PAGE);
  }

  return { PAGE, works, get, keep, queue, change, waiting, send, forget };
})();

(() => {
  "use strict";
  if (!doorStore.works) return;
  if (document.body.classList.contains("locked")) doorStore.forget();
  // The first page after the PIN sends what still waits.
  const note = document.getElementById("scans-wait");
  if (!note) return;
  doorStore.waiting().then(async (scans) => {
    note.hidden = !scans.length;
    if (!scans.length) return;
    try { await doorStore.send(note.dataset.url, document.querySelector("[name=csrfmiddlewaretoken]").value); note.hidden = true; } catch { /* it still says so */ }
  });
})();
