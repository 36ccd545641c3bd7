{% load static %}// Keeps the page of the foyer and what it loads: the network first, the copy when there is none.
const COPY = "foyer-1";
const PARTS = ["{% static 'foyer/foyer.css' %}", "{% static 'foyer/foyer.js' %}", "{% static 'icon.svg' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(COPY).then((copy) => copy.addAll(PARTS)).then(() => self.skipWaiting()));
});
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
      .catch(() => caches.match(event.request).then((kept) => kept || Response.error())),
  );
});
