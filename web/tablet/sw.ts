/**
 * Keeps the tablet application starting with no network: everything is fetched at install, or the install fails.
 *
 * An update waits until the page says {type: "activate"}, so no scan is interrupted by it.
 */

declare const self: ServiceWorkerGlobalScope;
/** Written by tools/precache.ts when the build is on disk. */
declare const __PRECACHE__: { revision: string; files: string[] };

const precache = __PRECACHE__;
const PREFIX = "chot-tablet-";
const CACHE = PREFIX + precache.revision;
const SCOPE = new URL("./", self.location.href);
const SHELL = new URL("index.html", SCOPE).href;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => {
  if (event.data?.type === "activate") event.waitUntil(self.skipWaiting());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // The API lies outside the scope: its answers must never come from a cache.
  if (request.method !== "GET" || url.origin !== SCOPE.origin) return;
  if (!url.pathname.startsWith(SCOPE.pathname)) return;
  event.respondWith(answer(request));
});

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  // What is named by its content may come from the HTTP cache: the page has just fetched most of it, and on 3G twice
  // is a minute. "reload" goes past that cache, which may hold files of another release. addAll takes all or nothing.
  const fresh = (path: string): RequestCache => (path.startsWith("assets/") ? "default" : "reload");
  await cache.addAll(precache.files.map((path) => new Request(new URL(path, SCOPE).href, { cache: fresh(path) })));
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  // Without this the first visit stays uncontrolled until a reload, which may come with no network.
  await self.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const hit = await cache.match(request, { ignoreVary: true });
  if (hit !== undefined) return hit;
  if (request.mode === "navigate") {
    const shell = await cache.match(SHELL, { ignoreVary: true });
    if (shell !== undefined) return shell;
  }
  return fetch(request);
}

export {};
