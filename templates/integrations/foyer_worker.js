{% load static %}// Keeps the page of the foyer and what it loads: the network first, the copy when there is none.
const COPY = "foyer-1";
const PARTS = ["{% static 'foyer/foyer.css' %}", "{% static 'foyer/foyer.js' %}", "{% static 'icon.svg' %}"];

// The pages that are open came before the worker did, so it fetches them once more. Not with the headers that the
// browser sends for a page, so whatever `Vary` names is ignored below.
async function keep() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const pages = open.map((page) => page.url).filter((url) => url.startsWith(self.registration.scope));
  await (await caches.open(COPY)).addAll([...PARTS, ...new Set(pages)]);
  await self.skipWaiting();
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || event.request.url.endsWith(".json")) return;
  event.respondWith(
    fetch(event.request)
      .then((answer) => {
        if (answer.ok) {
          const kept = answer.clone();
          event.waitUntil(caches.open(COPY).then((copy) => copy.put(event.request, kept)));
        }
        return answer;
      })
      .catch(() => caches.match(event.request, { ignoreVary: true }).then((kept) => kept || Response.error())),
  );
});
