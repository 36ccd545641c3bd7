{% load static %}// Keeps the page of the door and what it loads: the network first, the copy when there is none.
const PAGE = "door-page", PARTS = "door-parts", PATIENCE = 5000;
const FILES = ["{% static 'boxoffice/boxoffice.css' %}", "{% static 'boxoffice/boxoffice.js' %}", "{% static 'boxoffice/door-store.js' %}", "{% static 'boxoffice/door-away.js' %}", "{% static 'boxoffice/door.js' %}", "{% static 'boxoffice/door-camera.js' %}", "{% static 'icon.svg' %}"];
if (!("BarcodeDetector" in self)) FILES.push("{% static 'boxoffice/zxing/reader.js' %}", "{% static 'boxoffice/zxing/reader.wasm' %}");

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(PARTS).then((parts) => parts.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const tidy = caches.open(PARTS).then(async (parts) => {
    for (const kept of await parts.keys()) if (!FILES.includes(new URL(kept.url).pathname)) await parts.delete(kept);
  });
  event.waitUntil(tidy.then(() => self.clients.claim()));
});

// The answer of the network; none in time, or an error of the server, counts as no network.
function ask(request) {
  const late = new Promise((_done, failed) => { setTimeout(failed, PATIENCE); });
  return Promise.race([fetch(request), late]).then((answer) => (answer.status >= 500 ? Promise.reject(answer) : answer));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  const isPage = request.mode === "navigate" && path === "{% url 'boxoffice:door' %}";
  if (request.method !== "GET" || !(isPage || FILES.includes(path))) return;
  event.respondWith(
    ask(request)
      .then((answer) => {
        if (answer.ok && !answer.redirected) {
          const copy = answer.clone();
          event.waitUntil(caches.open(isPage ? PAGE : PARTS).then((kept) => kept.put(path, copy)));
        }
        return answer;
      })
      .catch((failed) => caches.match(path).then((kept) => kept || (failed instanceof Response ? failed : Response.error()))),
  );
});
